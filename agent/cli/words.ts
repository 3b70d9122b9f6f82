/**
 * The words that a command line is made of, and the flags that each of them brings: the sources, the
 * sinks and the commands, as data.
 *
 * @module
 */
import { COMMANDS } from "./command_words.ts";
import { HNS, NODE, SERVERS, TLS, TOLD, USERSPACE } from "./flag_groups.ts";
import type { FlagId } from "./flags.ts";
import type { Word } from "./word.ts";

export { COMMANDS, HNS_ACTIONS, SERVICE_ACTIONS, type Shell, SHELLS } from "./command_words.ts";
export type { CommandWord, Word } from "./word.ts";

/** Where state comes from. */
export const SOURCES = {
  kube: {
    about: "Lists and watches a cluster",
    flags: ["kubeconfig", "context", "server"],
  },
  file: {
    about: "Reads files or folders of Kubernetes objects, again when they change",
    flags: ["input", "strict"],
  },
  api: {
    about: "Follows a KPNG server, which has the cluster or has chosen the node's endpoints",
    flags: ["api", "global", ...TLS, "apiClientTlsKey", "apiClientTlsCrt", "apiClientTlsCa"],
  },
} as const satisfies Readonly<Record<string, Word>>;

/** Where state goes to. */
export const SINKS = {
  "to-print": {
    about: "Prints each change of the node's view as it comes",
    flags: ["outputTextJson"],
  },
  "to-file": {
    about: "Writes the cluster's state to a file, which source file can read",
    flags: ["outputPath", "fileFormat", ...TOLD],
  },
  "to-api": {
    about: "Serves KPNG's API over gRPC, for backends on this node or on others",
    flags: [
      ...SERVERS,
      "listen",
      ...TLS,
      "listenTlsKey",
      "listenTlsCrt",
      "listenTlsCa",
      "insecureListenAny",
      "globalv1Api",
      "localApi",
      ...TOLD,
    ],
  },
  "to-json": {
    about: "Prints the node's state after each sync: a line of JSON for each service, as KPNG does",
    flags: TOLD,
  },
  "to-exec": {
    about: "Runs a program after each sync, with the lines of to-json on its standard input",
    flags: TOLD,
  },
  "to-userspace": {
    about: "Proxies connections in this process: the userspace backend",
    flags: [
      ...USERSPACE,
      "udpIdleTimeout",
      "nodePortAddresses",
      "nodeIp",
      "dataPath",
      "workers",
      "addressManager",
      "interface",
      ...SERVERS,
    ],
    aliases: ["to-winuserspace"],
  },
  "to-winkernel": {
    about: "Programs load balancers of the Windows kernel: the HNS backend",
    flags: [
      ...HNS,
      "userspaceServices",
      ...USERSPACE,
      "udpIdleTimeout",
      "addressManager",
      "interface",
      ...SERVERS,
    ],
    aliases: ["to-hns"],
  },
} as const satisfies Readonly<Record<string, Word>>;

/** Where log lines go, and which. */
const LOG: readonly FlagId[] = [
  "vmodule",
  "logDir",
  "logFile",
  "logFileMaxSize",
  "logFileMaxBackups",
  "logToStderr",
  "stderrThreshold",
  "oneOutput",
  "skipHeaders",
  "skipLogHeaders",
];

/** The flags of every command line that brings a source and a sink together. */
export const SYNC_FLAGS: readonly FlagId[] = [
  ...NODE,
  "once",
  "minSyncPeriod",
  "drainTimeout",
  "windowsService",
  ...LOG,
];

/** The name of a source. */
export type SourceName = keyof typeof SOURCES;
/** The name of a sink. */
export type SinkName = keyof typeof SINKS;
/** The name of a command. */
export type CommandName = keyof typeof COMMANDS;

/** Whether the word names a source. */
export function isSource(word: string): word is SourceName {
  return Object.hasOwn(SOURCES, word);
}

/** Whether the word names a command. */
export function isCommand(word: string): word is CommandName {
  return Object.hasOwn(COMMANDS, word);
}

/** The sink of that name or alias, `null` if there is none. */
export function sinkOf(word: string): SinkName | null {
  for (const [name, entry] of Object.entries(SINKS)) {
    const aliases: readonly string[] = "aliases" in entry ? entry.aliases : [];
    if ((name === word || aliases.includes(word)) && isSink(name)) return name;
  }
  return null;
}

function isSink(word: string): word is SinkName {
  return Object.hasOwn(SINKS, word);
}

/** The names of all sources. */
export function sourceNames(): readonly SourceName[] {
  return Object.keys(SOURCES).filter(isSource);
}

/** The names of all sinks. */
export function sinkNames(): readonly SinkName[] {
  return Object.keys(SINKS).filter(isSink);
}

/** The names of all commands. */
export function commandNames(): readonly CommandName[] {
  return Object.keys(COMMANDS).filter(isCommand);
}
