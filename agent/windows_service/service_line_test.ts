import assert from "node:assert/strict";
import { UsageError } from "../cli/usage_error.ts";
import { serviceLine } from "./service_line.ts";

const LOG = "--log-dir=C:\\var\\log\\windlass";

Deno.test.each([
  {
    line: "kube to-winkernel --kubeconfig C:\\k\\config",
    runs:
      `kube to-winkernel --windows-service ${LOG} --logtostderr=false --kubeconfig C:\\k\\config`,
  },
  {
    line: "file to-print --log-file=x --logtostderr",
    runs: "file to-print --windows-service --log-file=x --logtostderr",
  },
  {
    line: "--config=C:\\k\\kube-proxy.conf --windows-service",
    runs: `--windows-service ${LOG} --logtostderr=false --config=C:\\k\\kube-proxy.conf`,
  },
  {
    line: "kube-proxy --log_dir x --hostname-override n1",
    runs: "kube-proxy --windows-service --logtostderr=false --log_dir x --hostname-override n1",
  },
  {
    line: "kube to-exec -- program --flag",
    runs: `kube to-exec --windows-service ${LOG} --logtostderr=false -- program --flag`,
  },
])("a service for $line runs $runs", ({ line, runs }) => {
  assert.deepEqual(serviceLine(line.split(" ")), runs.split(" "));
});

Deno.test.each([
  { line: "", why: /command line of the service is missing/ },
  { line: "view file", why: /"windlass view file" ends by itself/ },
  { line: "kube", why: /SINK is missing/ },
  { line: "kube to-print --no-such", why: /Unknown flag --no-such/ },
  { line: "kube to-winkernel --node-ip", why: /Cannot read flag --node-ip: a value is missing/ },
  { line: "--no-such-flag", why: /Unknown flag --no-such-flag/ },
  { line: "kube-proxy --v=x", why: /Cannot read flag --v/ },
])("no service is installed for $line", ({ line, why }) => {
  assert.throws(
    () => serviceLine(line.split(" ").filter((word) => word !== "")),
    (error) => error instanceof UsageError && why.test(error.message),
  );
});
