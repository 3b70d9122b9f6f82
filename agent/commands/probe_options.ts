/**
 * What the command line of `windlass probe` says: what to ask, whom else to have ask, where to listen.
 * Needs read permission for the files that it names.
 *
 * @module
 */
import { UsageError } from "../cli/usage_error.ts";
import { type Ip, parseIp } from "../../core/mod.ts";
import { readBindAddress } from "../health/bind_address.ts";
import { type Listening, whyNotListen } from "../probe/access.ts";
import { agentUrl } from "../probe/agents.ts";
import { TARGET_KINDS, type TargetKind } from "../probe/model.ts";
import type { Order } from "../probe/prober.ts";
import type { CommandContext } from "./command.ts";

/** Who else is to probe. */
export interface Agents {
  /** The agents, as the command line names them. */
  readonly names: readonly string[];
  /** What is shown to them; `null` for nothing. */
  readonly token: string | null;
  /** The authority of their certificates, PEM; `null` for those of the system. */
  readonly ca: string | null;
}

/** Where an agent listens, with what it needs for TLS. */
export interface AgentListening extends Listening {
  /** Key and certificate, PEM. */
  readonly pem?: { readonly key: string; readonly cert: string };
}

/** The port of an agent that names none. */
const DEFAULT_PORT = 12_091;

/**
 * What is to be asked.
 *
 * @throws {UsageError} If a kind or a pattern is none.
 */
export function readOrder({ flags, form }: CommandContext): Order {
  for (const pattern of form.rest) {
    if (/^[a-z0-9.*-]+\/[a-z0-9.*-]+$/.test(pattern)) continue;
    throw new UsageError(
      `"${pattern}" is not NAMESPACE/NAME, in which * stands for any text; ` +
        "write default/web or kube-system/*",
      form.name,
    );
  }
  const kinds = flags.probeTargets.map((text) => readKind(text, form.name));
  return {
    services: form.rest,
    kinds: kinds.length === 0 ? TARGET_KINDS : kinds,
    allNodes: flags.allNodes,
    times: flags.probeTimes,
  };
}

function readKind(text: string, topic: string): TargetKind {
  const kind = TARGET_KINDS.find((each) => each.toLowerCase() === text.toLowerCase());
  if (kind !== undefined) return kind;
  throw new UsageError(
    `Cannot read flag --targets: "${text}" is not one of ${TARGET_KINDS.join(", ")}`,
    topic,
  );
}

/**
 * An address that a flag gives, `null` for none.
 *
 * @throws {UsageError} If it is none.
 */
export function readIpFlag(
  name: string,
  text: string | null,
  topic: string,
): Ip | null {
  if (text === null) return null;
  const ip = parseIp(text);
  if (ip !== null) return ip;
  throw new UsageError(`Cannot read flag ${name}: "${text}" is not an IP address`, topic);
}

/**
 * Who else is to probe.
 *
 * @throws {UsageError} If an agent's address is none, or a file cannot be read.
 */
export async function readAgents({ flags, form }: CommandContext): Promise<Agents> {
  for (const name of flags.agents) {
    try {
      agentUrl(name);
    } catch (cause) {
      if (!(cause instanceof TypeError)) throw cause;
      throw new UsageError(`Cannot read flag --agents: ${cause.message}`, form.name);
    }
  }
  if (flags.agents.length === 0) return { names: [], token: null, ca: null };
  return {
    names: flags.agents,
    token: await readSecret("--token-file", flags.tokenFile, form.name),
    ca: await readText("--agents-tls-ca", flags.agentsTlsCa, form.name),
  };
}

/**
 * Where to listen; `null` for nowhere.
 *
 * @throws {UsageError} If the address is none, a file cannot be read, or strangers could come in.
 */
export async function readListening(
  { flags, form }: CommandContext,
): Promise<AgentListening | null> {
  const { serveProbe, serveTlsKey, serveTlsCrt, insecureListenAny: insecure } = flags;
  if (serveProbe === null) return null;
  const read = readBindAddress(serveProbe, DEFAULT_PORT);
  if (!read.ok || read.address === null) {
    const why = read.ok ? "it is empty; write IP:PORT" : read.error;
    throw new UsageError(`Cannot read flag --serve: ${why}`, form.name);
  }
  const key = await readText("--serve-tls-key", serveTlsKey, form.name);
  const cert = await readText("--serve-tls-crt", serveTlsCrt, form.name);
  if ((key === null) !== (cert === null)) {
    throw new UsageError("Give both --serve-tls-key and --serve-tls-crt, or neither", form.name);
  }
  const token = await readSecret("--token-file", flags.tokenFile, form.name);
  const listening = { address: read.address, tls: key !== null, token, insecure };
  const why = whyNotListen(listening);
  if (why !== null) throw new UsageError(`Cannot serve on ${serveProbe}: ${why}`, form.name);
  return { ...listening, ...(key === null || cert === null ? {} : { pem: { key, cert } }) };
}

async function readSecret(
  flag: string,
  path: string | null,
  topic: string,
): Promise<string | null> {
  const secret = (await readText(flag, path, topic))?.trim() ?? null;
  if (secret === null || /^[!-~]+$/.test(secret)) return secret;
  throw new UsageError(
    `Cannot read flag ${flag}: "${path}" does not hold one word of ASCII characters`,
    topic,
  );
}

async function readText(
  flag: string,
  path: string | null,
  topic: string,
): Promise<string | null> {
  if (path === null) return null;
  try {
    return await Deno.readTextFile(path);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new UsageError(`Cannot read flag ${flag}: ${why}`, topic);
  }
}
