import assert from "node:assert/strict";
import { DIALECTS, isAddress, safeName } from "./dialects.ts";

function read(name: string, protocol: "TCP" | "UDP", text: string, ended = true): string | null {
  const dialect = DIALECTS.find((each) => each.name === name && each.protocol === protocol);
  assert.ok(dialect !== undefined);
  return dialect.read(Uint8Array.from(text, (char) => char.charCodeAt(0)), ended);
}

const OK = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n";

Deno.test.each([
  {
    what: "agnhost's host name",
    text: `${OK}\r\nweb-6d4b75cb6d-x2x4z`,
    name: "web-6d4b75cb6d-x2x4z",
  },
  { what: "whoami's", text: `${OK}\r\nHostname: who-1\nIP: 127.0.0.1\n`, name: "who-1" },
  { what: "a web page", text: `${OK}\r\n<html>hello</html>`, name: "" },
  { what: "an error page", text: "HTTP/1.1 404 Not Found\r\n\r\nweb-1", name: "" },
  { what: "escape sequences", text: `${OK}\r\n\x1b[31mweb-1`, name: "" },
  { what: "no HTTP", text: "SSH-2.0-OpenSSH_9.9\r\n", name: null },
])("the HTTP dialect reads $what as $name", ({ text, name }) => {
  assert.equal(read("http", "TCP", text), name);
});

Deno.test("an HTTP answer is whole at its end, or after as many bytes as it announces", () => {
  const text = `${OK}Content-Length: 5\r\n\r\nweb-1`;
  assert.equal(read("http", "TCP", text.slice(0, -1), false), null);
  assert.equal(read("http", "TCP", text, false), "web-1");
  assert.equal(read("http", "TCP", `${OK}\r\nweb-1`, false), null);
});

Deno.test("over UDP agnhost names itself, an echo server does not, a DNS server need not", () => {
  assert.equal(read("agnhost", "UDP", "web-1\n"), "web-1");
  assert.equal(read("agnhost", "UDP", "hostname"), "");
  assert.equal(read("dns", "UDP", "wl\x80\0\0\x01\0\0\0\0\0\0"), "");
  assert.equal(read("dns", "UDP", "wl\x00\0\0\x01\0\0\0\0\0\0"), null);
});

Deno.test("the simulation's pods name themselves by their address", () => {
  assert.equal(read("simulate", "TCP", "10.244.1.5:80 0 0 0\n"), "10.244.1.5:80");
  assert.equal(read("simulate", "UDP", "[fd00::5]:80 0 0 0\n"), "[fd00::5]:80");
  assert.equal(read("simulate", "TCP", "10.244.1.5:80 0 0 0"), null);
});

Deno.test("only names are names, and only addresses are addresses", () => {
  assert.deepEqual(["a b", "-x", "", "a".repeat(254), "a\nb"].map(safeName), ["", "", "", "", ""]);
  assert.deepEqual(
    ["10.0.0.1:80", "[fd00::1]:80", "web-1", "fd00::1", "web:80"].map(isAddress),
    [true, true, false, false, false],
  );
});
