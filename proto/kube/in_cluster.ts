/**
 * The cluster that this process runs in, as its pod sees it: two environment variables and two files.
 * In a HostProcess container the files may be under the container's own root only, where client-go does
 * not look.
 *
 * @module
 */
import { join } from "node:path";
import { type CredentialSource, NO_CREDENTIALS, storedCredentials } from "./credentials.ts";
import type { KubeCluster } from "./kubeconfig.ts";
import { isFile, sandboxOf } from "./sandbox.ts";

const SERVICE_ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount";

/** The API server and the service account of the pod, and what a person should know about them. */
export interface InCluster {
  /** The server. */
  readonly cluster: KubeCluster;
  /** The service account. */
  readonly credentials: CredentialSource;
  /** What a person should know. */
  readonly notes: readonly string[];
}

/** Finds the pod's API server and service account; `null` if this is no pod. */
export async function findInCluster(
  env: (name: string) => string | undefined,
  now: () => number,
): Promise<InCluster | null> {
  const host = env("KUBERNETES_SERVICE_HOST");
  const port = env("KUBERNETES_SERVICE_PORT");
  if (!host || !port) return null;
  const root = sandboxOf(env);
  const folders = [...(root !== null ? [join(root, SERVICE_ACCOUNT)] : []), SERVICE_ACCOUNT];
  for (const folder of folders) {
    if (!await isFile(join(folder, "token"))) continue;
    const stored = {
      ...NO_CREDENTIALS,
      token: { file: join(folder, "token") },
      ca: { file: join(folder, "ca.crt") },
    };
    return {
      cluster: {
        server: `https://${host.includes(":") ? `[${host}]` : host}:${port}`,
        skipVerify: false,
        serverName: null,
        proxyUrl: null,
      },
      credentials: storedCredentials(stored, now),
      notes: root !== null ? [HOST_PROCESS_NOTE] : [],
    };
  }
  return null;
}

const HOST_PROCESS_NOTE =
  "The API server's address is a Service's, which a Windows host may not reach before its proxy " +
  "works; a kubeconfig with the server's own address, such as the kube-proxy ConfigMap's, is safer";
