/**
 * Finds the API server and the credentials for it, in this order: what the flags say, `$KUBECONFIG`,
 * the cluster that this process runs in, `~/.kube/config`. In a HostProcess container each file is also
 * looked for under the container's own root. Needs read permission for these files.
 *
 * @module
 */
import { join } from "node:path";
import { decodeText } from "../file/decode_text.ts";
import { SourceError } from "../source.ts";
import { reasonOf } from "./answers.ts";
import { connect } from "./authenticated.ts";
import type { KubeConnection } from "./connection.ts";
import { type CredentialSource, NO_CREDENTIALS, storedCredentials } from "./credentials.ts";
import { fetchTransport, type Transport } from "./fetch_transport.ts";
import { findInCluster } from "./in_cluster.ts";
import { type KubeCluster, readKubeconfig, serverUrl } from "./kubeconfig.ts";
import { nodeTransport } from "./node_transport.ts";
import { pluginCredentials } from "./plugin_credentials.ts";
import { isFile, locate, locateAll, sandboxOf } from "./sandbox.ts";

/** What the user said about the connection. */
export interface KubeConnectionOptions {
  /** `--kubeconfig`: the file to use. */
  readonly kubeconfig?: string | undefined;
  /** `--context`: the context of the kubeconfig, the current one if absent. */
  readonly context?: string | undefined;
  /** `--server`: the URL of the API server. Replaces the kubeconfig's, or does without one. */
  readonly server?: string | undefined;
  /** Reads an environment variable. */
  readonly env: (name: string) => string | undefined;
  /**
   * Milliseconds since some fixed moment.
   *
   * @default {performance.now}
   */
  readonly now?: () => number;
}

/** The environment variables that finding a connection reads. */
export const CONNECTION_ENV = [
  "KUBECONFIG",
  "KUBERNETES_SERVICE_HOST",
  "KUBERNETES_SERVICE_PORT",
  "CONTAINER_SANDBOX_MOUNT_POINT",
  "HOME",
  "USERPROFILE",
] as const;

/** Where to connect to, and as whom. */
interface Target {
  readonly cluster: KubeCluster;
  readonly credentials: CredentialSource;
  readonly notes: readonly string[];
}

/**
 * Makes a connection out of flags, files and environment.
 *
 * @throws {SourceError} If there is none to be made: no or a bad kubeconfig, unusable certificates.
 */
export async function loadKubeConnection(options: KubeConnectionOptions): Promise<KubeConnection> {
  const now = options.now ?? (() => performance.now());
  const { cluster, credentials, notes } = await findTarget(options, now);
  const transport = transportFor(cluster);
  await check(cluster, credentials, transport);
  return connect({
    server: cluster.server,
    notes: cluster.skipVerify ? [...notes, "The server's certificate is not checked"] : notes,
    credentials,
    transport,
  });
}

async function findTarget(
  options: KubeConnectionOptions,
  now: () => number,
): Promise<Target> {
  const { kubeconfig, context, server, env } = options;
  if (kubeconfig !== undefined) return await fromFiles([kubeconfig], options, now);
  if (server !== undefined && context === undefined) return plainServer(server, now);
  const listed = (env("KUBECONFIG") ?? "").split(Deno.build.os === "windows" ? ";" : ":")
    .filter((path) => path !== "");
  if (listed.length > 0) return await fromFiles(listed, options, now);
  if (context === undefined) {
    const found = await findInCluster(env, now);
    if (found !== null) return found;
  }
  const home = env("HOME") ?? env("USERPROFILE");
  const usual = home === undefined ? null : join(home, ".kube", "config");
  if (usual !== null && await isFile(usual)) return await fromFiles([usual], options, now);
  throw new SourceError(
    "bad-config",
    `Cannot find a cluster: there is no $KUBECONFIG, no service account of a pod and no ` +
      `${usual ?? "home folder"}; give --kubeconfig FILE or --server URL`,
  );
}

async function fromFiles(
  given: readonly string[],
  { context, server, env }: KubeConnectionOptions,
  now: () => number,
): Promise<Target> {
  const sandbox = sandboxOf(env);
  const paths = await Promise.all(given.map((path) => locate(path, sandbox)));
  const files = await Promise.all(paths.map(async (path) => ({ path, text: await read(path) })));
  const found = readKubeconfig(files, context ?? null);
  const stored = storedCredentials(await locateAll(found.credentials, sandbox), now);
  const cluster = server === undefined
    ? found.cluster
    : { ...found.cluster, server: serverUrl(server, "--server:") };
  const { plugin } = found;
  return {
    cluster,
    credentials: plugin === null ? stored : await pluginCredentials(plugin, stored, cluster),
    notes: [],
  };
}

function plainServer(server: string, now: () => number): Target {
  return {
    cluster: {
      server: serverUrl(server, "--server:"),
      skipVerify: false,
      serverName: null,
      proxyUrl: null,
    },
    credentials: storedCredentials(NO_CREDENTIALS, now),
    notes: [],
  };
}

function transportFor({ server, skipVerify, serverName, proxyUrl }: KubeCluster): Transport {
  const special = server.startsWith("https:") && (skipVerify || serverName !== null);
  if (!special) return fetchTransport(proxyUrl);
  if (proxyUrl === null) return nodeTransport({ skipVerify, serverName });
  throw new SourceError(
    "bad-config",
    `Cannot connect to ${server}: proxy-url does not go together with insecure-skip-tls-verify and ` +
      "tls-server-name; put the right certificate-authority into the kubeconfig instead",
  );
}

/** Tries what can be tried without the server, so that what can never work is told at the start. */
async function check(
  cluster: KubeCluster,
  credentials: CredentialSource,
  transport: Transport,
): Promise<void> {
  try {
    transport.prepare(await credentials.current());
  } catch (cause) {
    if (cause instanceof SourceError) throw cause;
    const message = `Cannot connect to ${cluster.server}: ${reasonOf(cause)}; ` +
      "correct the certificates and files that the kubeconfig names";
    throw new SourceError("bad-config", message, { cause });
  }
}

/** The text of a kubeconfig; Windows PowerShell's `>` writes UTF-16, which kubectl reads as well. */
async function read(path: string): Promise<string> {
  try {
    const text = decodeText(await Deno.readFile(path));
    if (text === null) throw new TypeError("it is no text; write it in UTF-8");
    return text;
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) {
      const message = `Cannot read kubeconfig "${path}": there is no such file; ` +
        "give --kubeconfig an existing one";
      throw new SourceError("not-found", message, { cause });
    }
    throw new SourceError("unreadable", `Cannot read kubeconfig "${path}": ${reasonOf(cause)}`, {
      cause,
    });
  }
}
