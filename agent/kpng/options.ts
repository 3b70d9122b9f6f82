/**
 * What the command line says of KPNG: where its server is, where to serve, what is told.
 *
 * @module
 */
import { FLAGS, type FlagValues } from "../cli/flags.ts";
import type { ApiSnapshot } from "../../core/mod.ts";
import {
  type KeptMetadata,
  type KpngConnection,
  type KpngServerOptions,
  matcherOf,
  parseListen,
  parseTarget,
  stateFileOf,
  type TlsPaths,
} from "../../proto/mod.ts";
import type { Form } from "../cli/resolve.ts";

/**
 * The server that `--api` names.
 *
 * @throws {SourceError} If it cannot be one.
 */
export function connectionOf(flags: FlagValues): KpngConnection {
  return {
    address: parseTarget(flags.api),
    tls: {
      key: flags.apiClientTlsKey ?? flags.tlsKey,
      crt: flags.apiClientTlsCrt ?? flags.tlsCrt,
      ca: flags.apiClientTlsCa ?? flags.tlsCa,
    },
  };
}

/**
 * How to serve.
 *
 * @throws {SourceError} If `--listen` or a pattern cannot be read.
 */
export function serverOptionsOf(
  form: Form,
  flags: FlagValues,
): Omit<KpngServerOptions, "log"> {
  const tls: TlsPaths = {
    key: flags.listenTlsKey ?? flags.tlsKey,
    crt: flags.listenTlsCrt ?? flags.tlsCrt,
    ca: flags.listenTlsCa ?? flags.tlsCa,
  };
  return {
    listen: parseListen(flags.listen),
    tls,
    insecureListenAny: flags.insecureListenAny,
    localApi: flags.localApi,
    globalApi: flags.globalv1Api,
    kept: keptOf(form, flags),
  };
}

/**
 * Which labels and annotations are told. Of a cluster as many as KPNG tells; what is in a file or
 * comes from another server was chosen there already.
 *
 * @throws {SourceError} If a pattern cannot be read.
 */
export function keptOf({ source }: Pick<Form, "source">, flags: FlagValues): KeptMetadata {
  const patterns = (
    id: "withServiceLabels" | "withServiceAnnotations" | "withNodeLabels" | "withNodeAnnotations",
  ) => matcherOf(source !== "kube" && flags[id] === FLAGS[id].default ? ["*"] : flags[id]);
  return {
    services: {
      labels: patterns("withServiceLabels"),
      annotations: patterns("withServiceAnnotations"),
    },
    nodes: {
      labels: patterns("withNodeLabels"),
      annotations: patterns("withNodeAnnotations"),
    },
  };
}

/** The cluster as the text of KPNG's state file. */
export function kpngText(kept: KeptMetadata): (snapshot: ApiSnapshot) => Promise<string> {
  return (snapshot) => stateFileOf(snapshot, kept);
}
