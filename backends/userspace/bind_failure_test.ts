import assert from "node:assert/strict";
import { spec } from "./_loopback.ts";
import { bindFailure } from "./bind_failure.ts";

const { AddrInUse, AddrNotAvailable, NotCapable, PermissionDenied } = Deno.errors;
const tooMany = Object.assign(new Error("Too many open files (os error 24)"), { code: "EMFILE" });

Deno.test.each([
  {
    error: new AddrInUse(),
    os: "linux" as const,
    says:
      'another socket has the port; find its owner with "ss -ltnp" and stop it, or change the service',
  },
  {
    error: new AddrInUse(),
    os: "windows" as const,
    says:
      'another socket has the port; find its owner with "netstat -abno" and stop it, or change the service',
  },
  {
    error: new AddrNotAvailable(),
    os: "linux" as const,
    says: "the address is on no interface of this machine; assign it to one",
  },
  {
    error: new PermissionDenied("Permission denied (os error 13)"),
    os: "linux" as const,
    says: "ports below 1024 need root or the capability CAP_NET_BIND_SERVICE",
  },
  {
    error: new PermissionDenied(),
    os: "windows" as const,
    says: "Windows has set the port aside, or a program holds it for itself; " +
      '"netsh interface ipv4 show excludedportrange protocol=tcp" lists the ranges set aside',
  },
  {
    error: tooMany,
    os: "linux" as const,
    says:
      "Too many open files (os error 24); raise this machine's limit on open files and sockets, or free some",
  },
  {
    error: new Error("odd"),
    os: "linux" as const,
    says: "odd; it is tried again until it works or the service goes",
  },
])("a bind that meets $error.name on $os says what to do", ({ error, os, says }) => {
  assert.deepEqual(bindFailure(spec([], { ip: "10.96.0.10", port: 80 }), error, os), {
    ok: false,
    error: `Cannot listen on TCP 10.96.0.10:80 for the ClusterIP of default/web:http: ${says}`,
    retry: true,
  });
});

Deno.test("a UDP bind names the tools for UDP", () => {
  const dns = spec([], { protocol: "UDP", ip: "10.96.0.10", port: 53 });
  const say = (error: Error, os: typeof Deno.build.os) => {
    const result = bindFailure(dns, error, os);
    return result.ok ? "" : result.error;
  };
  assert.match(say(new AddrInUse(), "linux"), /^Cannot listen on UDP .*"ss -lunp"/);
  assert.match(say(new PermissionDenied(), "windows"), /protocol=udp"/);
});

Deno.test("UDP on a Deno without it says which flag is missing, and is not tried again", () => {
  const { NotSupported } = Deno.errors;
  const dns = spec([], { protocol: "UDP", ip: "10.96.0.10", port: 53 });
  assert.deepEqual(bindFailure(dns, new NotSupported("UDP needs --unstable-net"), "linux"), {
    ok: false,
    error: "Cannot listen on UDP 10.96.0.10:53 for the ClusterIP of default/web:http: " +
      "UDP needs --unstable-net",
    retry: false,
  });
});

Deno.test("a bind that Deno does not permit is not tried again", () => {
  const result = bindFailure(spec([]), new NotCapable("Requires net access"), "linux");
  assert.equal(result.ok || result.retry, false);
});
