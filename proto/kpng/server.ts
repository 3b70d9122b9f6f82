/**
 * The KPNG server: both APIs on one listener, told of one cluster. Needs net permission; read for TLS
 * files; read and write for a Unix socket.
 *
 * @module
 */
import type { ApiSnapshot, Logger } from "../../core/mod.ts";
import { SourceError } from "../source.ts";
import { type Address, addressText, isLocalOnly } from "./address.ts";
import { type KeptMetadata, type MappedSnapshot, mapSnapshot } from "./from_snapshot.ts";
import { GrpcServer, type Handler, type KpngServerLoad } from "./grpc_server.ts";
import { Hub } from "./hub.ts";
import { loadTls, type TlsFiles } from "./tls_files.ts";
import { type TlsPaths, wantsTls } from "./tls_paths.ts";
import { serveGlobal, serveLocal } from "./watch.ts";

/** How a KPNG server is set up. */
export interface KpngServerOptions {
  /** Where to listen. */
  readonly listen: Address;
  /** The TLS files. */
  readonly tls: TlsPaths;
  /** Whether others than this machine may connect although there is no TLS. */
  readonly insecureListenAny: boolean;
  /** Whether to serve `localv1.Sets`. */
  readonly localApi: boolean;
  /** Whether to serve `globalv1.Sets`. */
  readonly globalApi: boolean;
  /** Which labels and annotations are told. */
  readonly kept: KeptMetadata;
  /** Where to write what happens. */
  readonly log: Logger;
  /**
   * How long a client may take nothing of what it asked for, in milliseconds.
   *
   * @default {60000}
   */
  readonly patienceMs?: number;
  /**
   * How often a client is asked for a sign of life, in milliseconds.
   *
   * @default {20000}
   */
  readonly pingMs?: number;
  /**
   * How often the TLS files are looked at, in milliseconds.
   *
   * @default {10000}
   */
  readonly tlsCheckMs?: number;
}

/** A KPNG server that listens. */
export interface KpngServer {
  /** Where it listens; a port 0 has become the one that was given. */
  readonly address: Address;
  /** Tells the watchers what the cluster is now. */
  put(snapshot: ApiSnapshot): void;
  /** How many clients are connected, and how many streams they have open. */
  load(): KpngServerLoad;
  /** Looks at the TLS files, and uses them if they have changed; resolves to whether they had. */
  checkTls(): Promise<boolean>;
  /** Ends every stream as KPNG does when its store is closed; new ones end at once. */
  end(): void;
  /** Drops every connection and listens no more. */
  close(): Promise<void>;
}

/**
 * Starts a server.
 *
 * @throws {SourceError} If it cannot be set up so, or cannot listen there.
 */
export async function startKpngServer(options: KpngServerOptions): Promise<KpngServer> {
  const { listen, log, patienceMs = 60_000, pingMs = 20_000, tlsCheckMs = 10_000 } = options;
  const tls = await tlsOf(options);
  const hub = new Hub();
  const server = new GrpcServer({ methods: methodsOf(options, hub), tls, log, patienceMs, pingMs });
  await makeRoom(listen);
  const port = await listenOn(server, listen);
  if (listen.network === "unix") await Deno.chmod(listen.path, 0o770);
  const address: Address = listen.network === "tcp" ? { ...listen, port } : listen;
  log.info("Serving KPNG's API", { address: addressText(address), tls: tls !== null });
  const reload = tlsReloader(options, server, tls);
  const timer = tls === null ? null : setInterval(() => void reload(), tlsCheckMs); // never rejects
  let mapped: MappedSnapshot | null = null;
  return {
    address,
    put(snapshot) {
      mapped = mapSnapshot(snapshot, options.kept, mapped);
      hub.put(mapped.model);
    },
    load: () => server.load,
    checkTls: reload,
    end: () => hub.close(),
    async close() {
      if (timer !== null) clearInterval(timer);
      await server.close();
    },
  };
}

async function tlsOf({ tls, listen, insecureListenAny }: KpngServerOptions) {
  if (!wantsTls(tls)) {
    if (isLocalOnly(listen) || insecureListenAny) return null;
    throw new SourceError(
      "bad-config",
      `Cannot listen on ${addressText(listen)} without TLS: whoever reaches it could read the ` +
        "cluster's services; give --tls-key, --tls-crt and --tls-ca, listen on tcp://127.0.0.1 " +
        "or a Unix socket, or say --insecure-listen-any",
    );
  }
  if (tls.key === null || tls.crt === null) {
    throw new SourceError(
      "bad-config",
      "Cannot use TLS: a server needs a key and a certificate; give --tls-key and --tls-crt",
    );
  }
  return await loadTls(tls);
}

function methodsOf({ localApi, globalApi }: KpngServerOptions, hub: Hub): Record<string, Handler> {
  return {
    ...(localApi ? { "/localv1.Sets/Watch": (call) => serveLocal(call, hub) } : {}),
    ...(globalApi ? { "/globalv1.Sets/Watch": (call) => serveGlobal(call, hub) } : {}),
  };
}

/** A socket that an earlier run has left behind would be in the way. */
async function makeRoom(listen: Address): Promise<void> {
  if (listen.network !== "unix") return;
  if (Deno.build.os === "windows") {
    throw new SourceError(
      "bad-config",
      `Cannot listen on ${addressText(listen)}: Unix sockets are not served on Windows; ` +
        "listen on tcp://127.0.0.1:12090, say",
    );
  }
  try {
    const found = await Deno.lstat(listen.path);
    if (found.isSocket === true) return await Deno.remove(listen.path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return;
    throw error;
  }
  throw new SourceError(
    "bad-config",
    `Cannot listen on ${addressText(listen)}: there is a file of that name, and it is no socket`,
  );
}

async function listenOn(server: GrpcServer, listen: Address): Promise<number> {
  try {
    return await server.listen(listen);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    const message = `Cannot listen on ${addressText(listen)}: ${why}; is another server there?`;
    throw new SourceError("refused", message, { cause });
  }
}

/** Reads the TLS files again; bad ones are reported, and the good ones that were read before stay. */
function tlsReloader(
  { tls: paths, log }: KpngServerOptions,
  server: GrpcServer,
  first: TlsFiles | null,
): () => Promise<boolean> {
  let present = first;
  let lastFault = "";
  return async () => {
    if (present === null) return false;
    try {
      const files = await loadTls(paths);
      lastFault = "";
      if (sameFiles(files, present)) return false;
      present = files;
    } catch (error) {
      if (!(error instanceof SourceError)) throw error;
      if (error.message !== lastFault) {
        log.error("The TLS files have changed and cannot be used; those from before stay", {
          why: error.message,
        });
      }
      lastFault = error.message;
      return false;
    }
    server.replaceTls(present);
    log.info("The TLS files have changed; new connections use the new ones");
    return true;
  };
}

function sameFiles(a: TlsFiles, b: TlsFiles): boolean {
  return a.key === b.key && a.cert === b.cert && a.ca === b.ca;
}
