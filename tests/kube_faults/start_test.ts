/**
 * What can never work is told at the start: one line that says what was met and what would be right, and
 * exit code 2 for bad input, 1 for a server that refuses.
 *
 * @module
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { main } from "../../agent/main.ts";
import { fakeIo } from "../../agent/test_io.ts";
import { kubeSource, loadKubeConnection, SourceError } from "../../proto/mod.ts";
import { HastyTiming } from "./hasty_timing.ts";

const pem = (name: string) =>
  Deno.readTextFileSync(new URL(`../../proto/kube/testdata/${name}`, import.meta.url));
const SERVER = "https://127.0.0.1:6443";

function kubeconfig(cluster: object, user: object = {}): string {
  return JSON.stringify({
    "current-context": "c",
    contexts: [{ name: "c", context: { cluster: "k", user: "u" } }],
    clusters: [{ name: "k", cluster }],
    users: [{ name: "u", user }],
  });
}

/** Runs the command line with a kubeconfig; what it says, without the lines of its log. */
async function run(config: string, args: readonly string[] = []) {
  const folder = await Deno.makeTempDir();
  try {
    const path = join(folder, "config");
    await Deno.writeTextFile(path, config);
    const io = fakeIo();
    const code = await main(["view", "kube", `--kubeconfig=${path}`, ...args], io);
    return { code, out: io.out(), err: io.err().replaceAll(folder, "FOLDER") };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test.each([
  { what: "no YAML", config: "a: [", says: /Cannot use kubeconfig .*config: it is not YAML: line/ },
  { what: "a list", config: "[1]", says: /it is no mapping/ },
  { what: "empty", config: "", says: /it has no current-context/ },
  { what: "a Pod", config: '{"kind":"Pod"}', says: /its kind is "Pod", not "Config"/ },
  {
    what: "without that context",
    config: kubeconfig({ server: SERVER }),
    args: ["--context=other"],
    says: /there is no context "other"; contexts: c$/,
  },
  {
    what: "for a server that is no URL",
    config: kubeconfig({ server: "ftp://x" }),
    says: /Cannot use kubeconfig .*: server "ftp:\/\/x" is no http or https URL, such as/,
  },
  {
    what: "with a CA file that is not there",
    config: kubeconfig({ server: SERVER, "certificate-authority": "nope.crt" }),
    says: /Cannot connect to .*FOLDER\/nope\.crt.*; correct the certificates and files/,
  },
  {
    what: "with a CA that is no certificate",
    config: kubeconfig({ server: SERVER, "certificate-authority-data": btoa("hello") }),
    says: /the certificate authority holds no PEM certificate/,
  },
  {
    what: "with a CA that is no base64",
    config: kubeconfig({ server: SERVER, "certificate-authority-data": "!!" }),
    says: /certificate-authority-data of "k" is no base64/,
  },
  {
    what: "with a certificate and no key",
    config: kubeconfig({ server: SERVER }, { "client-certificate-data": btoa(pem("client.crt")) }),
    says: /client-key of "u" is missing, which client-certificate needs beside it/,
  },
  {
    what: "with a token file that is not there",
    config: kubeconfig({ server: SERVER }, { tokenFile: "nope" }),
    says: /Cannot connect to .*FOLDER\/nope/,
  },
  {
    what: "with a proxy that is none",
    config: kubeconfig({ server: SERVER, "proxy-url": "gopher:1" }),
    says: /proxy-url of "k" is "gopher:1", not a URL that begins with http:, https:, socks5:$/,
  },
])("a kubeconfig $what: one line, and exit code 2", async ({ config, args, says }) => {
  const { code, out, err } = await run(config, args);
  assert.match(err.trimEnd(), says);
  assert.match(err, /^windlass: Cannot [^\n]*\n$/);
  assert.deepEqual([code, out], [2, ""]);
});

Deno.test("a kubeconfig that cannot be read: one line, and exit code 2", async () => {
  const folder = await Deno.makeTempDir();
  try {
    for (const path of [folder, join(folder, "none")]) {
      const io = fakeIo();
      assert.equal(await main(["view", "kube", `--kubeconfig=${path}`], io), 2);
      assert.match(io.err(), /^windlass: Cannot read kubeconfig "[^\n]*\n$/);
    }
  } finally {
    await Deno.remove(folder);
  }
});

Deno.test.each([
  {
    what: "that its CA did not sign",
    ca: "client.crt",
    status: 200,
    says: /Cannot trust the API server/,
  },
  { what: "that does not know the user", ca: "ca.crt", status: 401, says: /check the credentials/ },
  {
    what: "that forbids the user to list",
    ca: "ca.crt",
    status: 403,
    says: /grant list and watch/,
  },
])("a server $what: one line, and exit code 1", async ({ ca, status, says }) => {
  const server = Deno.serve(
    {
      hostname: "127.0.0.1",
      port: 0,
      cert: pem("server.crt"),
      key: pem("server.key"),
      onListen() {},
    },
    () => Response.json({ message: "no" }, { status }),
  );
  const { code, out, err } = await run(
    kubeconfig({
      server: `https://127.0.0.1:${server.addr.port}`,
      "certificate-authority-data": btoa(pem(ca)),
    }),
  );
  await server.shutdown();
  assert.match(err, says);
  assert.match(err, /^windlass: https:[^\n]*\n$/);
  assert.deepEqual([code, out], [1, ""]);
});

Deno.test("a server that is not there is tried a few times, then it is an error of its own", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const server = `http://127.0.0.1:${listener.addr.port}`;
  listener.close();
  const connection = await loadKubeConnection({ server, env: () => undefined });
  const timing = new HastyTiming();
  const reports: string[] = [];
  const source = kubeSource({ connection, nodeName: "n1", once: true, timing });
  const sink = {
    events: () => assert.fail("there is nothing to tell"),
    report: ({ message }: { readonly message: string }) => reports.push(message),
  };
  await assert.rejects(source.run(sink, new AbortController().signal), (error) => {
    assert.ok(error instanceof SourceError);
    assert.equal(error.code, "refused", "for which the exit code is 1");
    assert.match(error.message, /Cannot reach the API server: .*refused/i);
    return true;
  });
  assert.equal(reports.length, 1, "and told once");
});
