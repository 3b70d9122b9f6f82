/**
 * Credentials of users that need a helper (`exec`, `auth-provider`), by the Kubernetes client library.
 * It is imported only here and only then: it triples the memory of the process. Needs read, env and,
 * for `exec`, run permission.
 *
 * @module
 */
import type { RequestOptions } from "node:https";
import { SourceError } from "../source.ts";
import { reasonOf } from "./answers.ts";
import type { CredentialSource } from "./credentials.ts";
import { withExecInfo } from "./exec_info.ts";
import type { KubeCluster, UserPlugin } from "./kubeconfig.ts";

/**
 * Credentials of a user with a helper, on top of what is stored, for a cluster. The library keeps what
 * the helper gave until it expires.
 *
 * @throws {SourceError} If the helper is a program that this process is not allowed to run.
 */
export async function pluginCredentials(
  { user, command }: UserPlugin,
  stored: CredentialSource,
  cluster: KubeCluster,
): Promise<CredentialSource> {
  if (command !== null) await checkMayRun(command);
  const { KubeConfig } = await import("@kubernetes/client-node");
  const make = (ca: string | null) => {
    const config = new KubeConfig();
    const entry = command === null ? user : withExecInfo(user, { cluster, ca });
    config.loadFromString(JSON.stringify(configOf(entry)));
    return config;
  };
  let config: ReturnType<typeof make> | null = null;
  return {
    async current() {
      const base = await stored.current();
      const given: RequestOptions = {};
      config ??= make(base.ca);
      try {
        await config.applyToHTTPSOptions(given);
      } catch (error) {
        if (command === null) throw error;
        throw new Error(`program "${command}" gave no credentials: ${inOneLine(error)}`);
      }
      return {
        ca: base.ca,
        cert: textOf(given.cert) ?? base.cert,
        key: textOf(given.key) ?? base.key,
        headers: { ...base.headers, ...textHeaders(given.headers) },
      };
    },
    renew() {
      stored.renew();
      config = null; // and with it what the library keeps
    },
  };
}

async function checkMayRun(command: string): Promise<void> {
  const { state } = await Deno.permissions.query({ name: "run", command });
  if (state === "granted") return;
  throw new SourceError(
    "bad-config",
    `Cannot get credentials: the kubeconfig's user wants to run "${command}", which this process is ` +
      `not allowed to; use a token file or a client certificate, or run it with --allow-run=${command}`,
  );
}

/** The library wants a whole kubeconfig; the server in it is asked for nothing. */
function configOf(user: UserPlugin["user"]): unknown {
  return {
    clusters: [{ name: "cluster", cluster: { server: "https://kubernetes.invalid" } }],
    users: [user],
    contexts: [{ name: "context", context: { cluster: "cluster", user: user["name"] } }],
    "current-context": "context",
  };
}

/** What a program said about its failure, or why it could not be run. */
function inOneLine(error: unknown): string {
  return reasonOf(error).trim().replace(/\s*\n\s*/g, " ") || "it failed without a word";
}

function textOf(material: RequestOptions["cert" | "key"]): string | null {
  if (typeof material === "string") return material;
  return material instanceof Uint8Array ? new TextDecoder().decode(material) : null;
}

function textHeaders(headers: RequestOptions["headers"]): Record<string, string> {
  const texts: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers ?? {})) {
    if (typeof value === "string") texts[name.toLowerCase()] = value;
  }
  return texts;
}
