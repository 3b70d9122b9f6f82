/**
 * Reads kubeconfig files as kubectl does: several are merged, the first to name a thing wins, relative
 * paths are relative to the file. Pure: the files' texts come in, one cluster and one user come out.
 *
 * @module
 */
import { dirname, isAbsolute, join } from "node:path";
import { parseDocuments } from "../file/parse_documents.ts";
import { asJson, type Json } from "../json.ts";
import { SourceError } from "../source.ts";
import { type Material, NO_CREDENTIALS, type StoredCredentials } from "./credentials.ts";

/** A kubeconfig file. */
export interface KubeconfigFile {
  /** Its path. */
  readonly path: string;
  /** Its content. */
  readonly text: string;
}

/** What a kubeconfig says about the server. */
export interface KubeCluster {
  /** The URL, without a slash at its end. */
  readonly server: string;
  /** Whether to trust any server. */
  readonly skipVerify: boolean;
  /** The name that the server's certificate must be for, `null` for the URL's. */
  readonly serverName: string | null;
  /** The proxy to go through, `null` for none. */
  readonly proxyUrl: string | null;
}

/** A user that needs a helper: a program to run, or a provider of tokens. */
export interface UserPlugin {
  /** The entry of the kubeconfig, `{ name, user }`, paths made absolute. */
  readonly user: Json;
  /** The program that it runs, `null` if it runs none. */
  readonly command: string | null;
}

/** The one cluster and user that a kubeconfig is used for. */
export interface KubeContext {
  /** The cluster. */
  readonly cluster: KubeCluster;
  /** What the user carries. */
  readonly credentials: StoredCredentials;
  /** The helper that the user needs, `null` for none. */
  readonly plugin: UserPlugin | null;
}

/** A named entry of a kubeconfig, and the place of what it says. */
interface Entry {
  readonly name: string;
  readonly body: Json;
  readonly path: string;
}

/**
 * The cluster and user of a context: the named one, or with `null` the current one.
 *
 * @throws {SourceError} If a file is no kubeconfig, or names something that is not there.
 */
export function readKubeconfig(
  files: readonly KubeconfigFile[],
  contextName: string | null,
): KubeContext {
  const configs = files.map(({ path, text }) => ({ path, config: parse(path, text) }));
  const paths = files.map(({ path }) => path).join(", ");
  const current = contextName ??
    configs.map(({ config }) => config["current-context"]).find(isText) ?? null;
  if (current === null) {
    throw bad(paths, `it has no current-context; set one, or give --context`);
  }
  const find = (list: string, field: string, name: string): Entry => {
    const entries = configs.flatMap(({ path, config }) => entriesOf(path, config, list, field));
    const entry = entries.find((each) => each.name === name);
    if (entry !== undefined) return entry;
    const known = entries.map((each) => each.name).join(", ");
    throw bad(paths, `there is no ${field} "${name}"; ${list}: ${known === "" ? "none" : known}`);
  };
  const context = new Fields(find("contexts", "context", current));
  const cluster = new Fields(find("clusters", "cluster", context.needed("cluster")));
  const userName = context.text("user");
  const user = userName === null ? null : new Fields(find("users", "user", userName));
  return {
    cluster: clusterOf(cluster),
    credentials: { ...userCredentials(user), ca: cluster.material("certificate-authority") },
    plugin: user === null ? null : pluginOf(user),
  };
}

function parse(path: string, text: string): Json {
  const documents = parseDocuments(path, text);
  const [first] = documents;
  if (first === undefined) return {}; // kubectl takes an empty file too
  if (!first.ok) throw bad(path, first.why);
  if (documents.length > 1) throw bad(path, "it holds more than one document");
  const config = asJson(first.value);
  const { kind = "Config" } = config;
  if (config !== first.value && Object.keys(config).length === 0) {
    throw bad(path, "it is no mapping");
  }
  if (kind !== "Config") throw bad(path, `its kind is "${String(kind)}", not "Config"`);
  return config;
}

function entriesOf(path: string, config: Json, list: string, field: string): readonly Entry[] {
  const entries = config[list] ?? [];
  if (!Array.isArray(entries)) throw bad(path, `"${list}" is no list`);
  return entries.map((value: unknown, index): Entry => {
    const { name, [field]: body } = asJson(value);
    if (!isText(name)) throw bad(path, `${list}[${index}] has no name`);
    return { name, body: asJson(body), path };
  });
}

/** The fields of one entry. */
class Fields {
  readonly entry: Entry;

  constructor(entry: Entry) {
    this.entry = entry;
  }

  text(key: string): string | null {
    const value = this.entry.body[key];
    if (value === undefined || value === null || value === "") return null;
    if (isText(value)) return value;
    throw this.bad(key, "is no text");
  }

  needed(key: string): string {
    return this.text(key) ?? this.fail(key, "is missing");
  }

  file(key: string): string | null {
    const path = this.text(key);
    return path === null || isAbsolute(path) ? path : join(dirname(this.entry.path), path);
  }

  /** What `KEY-data` holds in base64, or the file that `KEY` names. */
  material(key: string): Material | null {
    const data = this.text(`${key}-data`);
    const file = this.file(key);
    if (data === null) return file === null ? null : { file };
    try {
      return { text: atob(data) };
    } catch {
      throw this.bad(`${key}-data`, "is no base64");
    }
  }

  bad(key: string, what: string): SourceError {
    return bad(this.entry.path, `${key} of "${this.entry.name}" ${what}`);
  }

  fail(key: string, what: string): never {
    throw this.bad(key, what);
  }
}

function clusterOf(cluster: Fields): KubeCluster {
  return {
    server: serverUrl(cluster.needed("server"), `kubeconfig ${cluster.entry.path}: server`),
    skipVerify: cluster.entry.body["insecure-skip-tls-verify"] === true,
    serverName: cluster.text("tls-server-name"),
    proxyUrl: proxyUrl(cluster),
  };
}

/**
 * A server's URL, without a slash at its end; `what` says in a message what was given.
 *
 * @throws {SourceError} If it is no URL of an API server.
 */
export function serverUrl(given: string, what: string): string {
  const url = URL.canParse(given) ? new URL(given) : null;
  if (url === null || !["http:", "https:"].includes(url.protocol)) {
    throw new SourceError(
      "bad-config",
      `Cannot use ${what} "${given}" is no http or https URL, such as https://10.0.0.1:6443`,
    );
  }
  return `${url.origin}${url.pathname}`.replace(/\/+$/, "");
}

const PROXIES = ["http:", "https:", "socks5:"];

function proxyUrl(cluster: Fields): string | null {
  const given = cluster.text("proxy-url");
  if (given === null || PROXIES.includes(URL.parse(given)?.protocol ?? "")) return given;
  return cluster.fail(
    "proxy-url",
    `is "${given}", not a URL that begins with ${PROXIES.join(", ")}`,
  );
}

function userCredentials(user: Fields | null): StoredCredentials {
  if (user === null) return NO_CREDENTIALS;
  const tokenFile = user.file("tokenFile"); // before the token, as in client-go
  const token = user.text("token");
  const cert = user.material("client-certificate");
  const key = user.material("client-key");
  if ((cert === null) !== (key === null)) {
    const [has, needs] = cert === null
      ? ["client-key", "client-certificate"]
      : ["client-certificate", "client-key"];
    throw user.bad(needs, `is missing, which ${has} needs beside it`);
  }
  return {
    headers: { ...basic(user), ...impersonation(user) },
    token: tokenFile !== null ? { file: tokenFile } : token !== null ? { text: token } : null,
    ca: null,
    cert,
    key,
  };
}

function basic(user: Fields): Record<string, string> {
  const name = user.text("username");
  if (name === null) return {};
  const bytes = new TextEncoder().encode(`${name}:${user.text("password") ?? ""}`);
  return { authorization: `Basic ${bytes.toBase64()}` };
}

function impersonation(user: Fields): Record<string, string> {
  for (const key of ["as-uid", "as-groups", "as-user-extra"]) {
    if (user.entry.body[key] !== undefined) throw user.bad(key, "is not supported");
  }
  const as = user.text("as");
  return as === null ? {} : { "impersonate-user": as };
}

function pluginOf(user: Fields): UserPlugin | null {
  const { name, body, path } = user.entry;
  if (body["exec"] !== undefined && body["exec"] !== null) {
    const exec = asJson(body["exec"]);
    const { command } = exec;
    if (!isText(command)) throw user.bad("exec.command", "is missing");
    const program = /[/\\]/.test(command) && !isAbsolute(command)
      ? join(dirname(path), command)
      : command;
    const made = { ...body, exec: { ...exec, command: program } };
    return { user: { name, user: made }, command: program };
  }
  if (body["auth-provider"] === undefined || body["auth-provider"] === null) return null;
  return { user: { name, user: body }, command: null };
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

function bad(place: string, what: string): SourceError {
  return new SourceError("bad-config", `Cannot use kubeconfig ${place}: ${what}`);
}
