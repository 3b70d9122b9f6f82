/**
 * Credentials of users that need a helper (`exec`, `auth-provider`), by the Kubernetes client library.
 * It is imported only here and only then: it triples the memory of the process. Needs read, env and,
 * for `exec`, run permission.
 *
 * @module
 */
import type { RequestOptions } from "node:https";
import { SourceError } from "../source.ts";
import type { CredentialSource } from "./credentials.ts";
import type { UserPlugin } from "./kubeconfig.ts";

/**
 * Credentials of a user with a helper, on top of what is stored. The library keeps what the helper gave
 * until it expires.
 *
 * @throws {SourceError} If the helper is a program that this process is not allowed to run.
 */
export async function pluginCredentials(
  { user, command }: UserPlugin,
  stored: CredentialSource,
): Promise<CredentialSource> {
  if (command !== null) await checkMayRun(command);
  const { KubeConfig } = await import("@kubernetes/client-node");
  const make = () => {
    const config = new KubeConfig();
    config.loadFromString(JSON.stringify(configOf(user)));
    return config;
  };
  let config = make();
  return {
    async current() {
      const base = await stored.current();
      const given: RequestOptions = {};
      await config.applyToHTTPSOptions(given);
      return {
        ca: base.ca,
        cert: textOf(given.cert) ?? base.cert,
        key: textOf(given.key) ?? base.key,
        headers: { ...base.headers, ...textHeaders(given.headers) },
      };
    },
    renew() {
      stored.renew();
      config = make(); // with an empty cache
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
