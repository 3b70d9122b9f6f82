import assert from "node:assert/strict";
import { asJson } from "../json.ts";
import { withExecInfo } from "./exec_info.ts";

const TARGET = {
  cluster: {
    server: "https://10.0.0.1:6443",
    skipVerify: false,
    serverName: "api.example",
    proxyUrl: null,
  },
  ca: "PEM",
};

function envOf(exec: Record<string, unknown>): unknown {
  const entry = withExecInfo({ name: "u", user: { token: "kept", exec } }, TARGET);
  const user = asJson(entry["user"]);
  assert.deepEqual([entry["name"], user["token"]], ["u", "kept"]);
  return asJson(user["exec"])["env"];
}

Deno.test.each([
  {
    told: "the version that it is to speak",
    exec: { apiVersion: "client.authentication.k8s.io/v1beta1" },
    info: '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1beta1",' +
      '"spec":{"interactive":false}}',
  },
  {
    told: "the server, where it asks for that",
    exec: { provideClusterInfo: true },
    info: '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1",' +
      '"spec":{"cluster":{"server":"https://10.0.0.1:6443","tls-server-name":"api.example",' +
      '"certificate-authority-data":"UEVN","config":null},"interactive":false}}',
  },
])("a credential program is told $told", ({ exec, info }) => {
  assert.deepEqual(envOf(exec), [{ name: "KUBERNETES_EXEC_INFO", value: info }]);
});

Deno.test("what a kubeconfig gives a credential program stays", () => {
  const env = envOf({ env: [{ name: "AWS_PROFILE", value: "prod" }] });
  assert.ok(Array.isArray(env));
  assert.deepEqual(env.map(({ name }) => name), ["AWS_PROFILE", "KUBERNETES_EXEC_INFO"]);
});
