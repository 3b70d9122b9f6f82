/**
 * What client-go tells a credential program by `KUBERNETES_EXEC_INFO`: which version of the protocol to
 * speak, that nobody sits at a terminal, and with `provideClusterInfo` for which server. Some programs
 * do not work without it, and the Kubernetes client library does not give it.
 *
 * @module
 */
import { asJson, type Json } from "../json.ts";
import type { KubeCluster } from "./kubeconfig.ts";

/** The server that credentials are for. */
export interface ExecTarget {
  /** What the kubeconfig says about it. */
  readonly cluster: KubeCluster;
  /** The PEM certificates of its authorities, `null` for the usual ones. */
  readonly ca: string | null;
}

const VERSION = "client.authentication.k8s.io/v1";

/** A user's entry, `{ name, user }`, whose program is told what client-go would tell it. */
export function withExecInfo(entry: Json, target: ExecTarget): Json {
  const user = asJson(entry["user"]);
  const exec = asJson(user["exec"]);
  const cluster = exec["provideClusterInfo"] === true ? { cluster: clusterOf(target) } : {};
  const value = JSON.stringify({
    kind: "ExecCredential",
    apiVersion: exec["apiVersion"] ?? VERSION,
    spec: { ...cluster, interactive: false },
  });
  const given = Array.isArray(exec["env"]) ? exec["env"] : [];
  const env = [...given, { name: "KUBERNETES_EXEC_INFO", value }];
  return { ...entry, user: { ...user, exec: { ...exec, env } } };
}

function clusterOf({ cluster, ca }: ExecTarget): Json {
  const { server, serverName, skipVerify, proxyUrl } = cluster;
  return {
    server,
    ...(serverName === null ? {} : { "tls-server-name": serverName }),
    ...(skipVerify ? { "insecure-skip-tls-verify": true } : {}),
    ...(ca === null
      ? {}
      : { "certificate-authority-data": new TextEncoder().encode(ca).toBase64() }),
    ...(proxyUrl === null ? {} : { "proxy-url": proxyUrl }),
    config: null,
  };
}
