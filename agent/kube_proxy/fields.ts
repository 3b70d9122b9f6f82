/**
 * The fields of KubeProxyConfiguration v1alpha1, as data: the reader of files, the defaults, the
 * writer and the reference page are made of it.
 *
 * @module
 */
import type { Kind, KindTypes, Value } from "./kinds.ts";

/** A field of the configuration. */
export interface Field {
  /** What kind of value it has. */
  readonly kind: Kind;
  /** The value if it is not set. */
  readonly default: Value;
  /**
   * Whether an explicit zero (`""`, `0`, `0s`) stands for the default, as it does where Kubernetes'
   * type is no pointer. kubeadm writes such zeroes.
   *
   * @default {false}
   */
  readonly zeroIsUnset?: boolean;
  /**
   * Whether the file may have a bare number where a text is usual: a quantity, or the nanoseconds of
   * a duration.
   *
   * @default {false}
   */
  readonly mayBeNumber?: boolean;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** A text, empty unless set. */
const TEXT = { kind: "text", default: "" } as const;
/** A switch, off unless set. */
const OFF = { kind: "bool", default: false } as const;
/** A list, empty unless set. */
const LIST = { kind: "texts", default: [] } as const;
/** A time, none unless set. */
const NO_TIME = { kind: "duration", default: 0 } as const;

/** A field whose zero stands for its default. */
function filled<const K extends Kind>(kind: K, value: KindTypes[K]): FilledField<K> {
  return { kind, default: value, zeroIsUnset: true };
}

interface FilledField<K extends Kind> extends Field {
  readonly kind: K;
  readonly default: KindTypes[K];
}

/** Every field, by its path in the file. */
export const FIELDS = {
  "bindAddress": filled("text", "0.0.0.0"),
  "bindAddressHardFail": OFF,
  "clientConnection.acceptContentTypes": TEXT,
  "clientConnection.burst": filled("whole", 10),
  "clientConnection.contentType": filled("text", "application/vnd.kubernetes.protobuf"),
  "clientConnection.kubeconfig": TEXT,
  "clientConnection.qps": filled("number", 5),
  "clusterCIDR": TEXT,
  "configSyncPeriod": filled("duration", 15 * MINUTE),
  "conntrack.maxPerCore": { kind: "whole", default: 32_768 },
  "conntrack.min": { kind: "whole", default: 131_072 },
  "conntrack.tcpBeLiberal": OFF,
  "conntrack.tcpCloseWaitTimeout": { kind: "duration", default: HOUR },
  "conntrack.tcpEstablishedTimeout": { kind: "duration", default: 24 * HOUR },
  "conntrack.udpStreamTimeout": NO_TIME,
  "conntrack.udpTimeout": NO_TIME,
  "detectLocal.bridgeInterface": TEXT,
  "detectLocal.interfaceNamePrefix": TEXT,
  "detectLocalMode": TEXT,
  "enableProfiling": OFF,
  "featureGates": { kind: "switches", default: {} },
  "healthzBindAddress": filled("text", "0.0.0.0:10256"),
  "hostnameOverride": TEXT,
  "iptables.localhostNodePorts": { kind: "bool", default: true },
  "iptables.masqueradeAll": OFF,
  "iptables.masqueradeBit": { kind: "whole", default: 14 },
  "iptables.minSyncPeriod": filled("duration", SECOND),
  "iptables.syncPeriod": filled("duration", 30 * SECOND),
  "ipvs.excludeCIDRs": LIST,
  "ipvs.minSyncPeriod": NO_TIME,
  "ipvs.scheduler": TEXT,
  "ipvs.strictARP": OFF,
  "ipvs.syncPeriod": filled("duration", 30 * SECOND),
  "ipvs.tcpFinTimeout": NO_TIME,
  "ipvs.tcpTimeout": NO_TIME,
  "ipvs.udpTimeout": NO_TIME,
  "logging.flushFrequency": { ...filled("duration", 5 * SECOND), mayBeNumber: true },
  "logging.format": filled("text", "text"),
  "logging.options.json.infoBufferSize": { kind: "text", default: "0", mayBeNumber: true },
  "logging.options.json.splitStream": OFF,
  "logging.options.text.infoBufferSize": { kind: "text", default: "0", mayBeNumber: true },
  "logging.options.text.splitStream": OFF,
  "logging.verbosity": { kind: "whole", default: 0 },
  "logging.vmodule": { kind: "levels", default: [] },
  "metricsBindAddress": filled("text", "127.0.0.1:10249"),
  "mode": TEXT,
  "nftables.masqueradeAll": OFF,
  "nftables.masqueradeBit": { kind: "whole", default: 14 },
  "nftables.minSyncPeriod": filled("duration", SECOND),
  "nftables.syncPeriod": filled("duration", 30 * SECOND),
  "nodePortAddresses": LIST,
  "oomScoreAdj": { kind: "whole", default: -999 },
  "portRange": TEXT,
  "showHiddenMetricsForVersion": TEXT,
  "windowsRunAsService": OFF,
  "winkernel.enableDSR": OFF,
  "winkernel.forwardHealthCheckVip": OFF,
  "winkernel.networkName": TEXT,
  "winkernel.rootHnsEndpointName": TEXT,
  "winkernel.sourceVip": TEXT,
} as const satisfies Readonly<Record<string, Field>>;

/** The path of a field. */
export type FieldPath = keyof typeof FIELDS;

/** A whole configuration: the value of each field, by its path. */
export type ProxyConfig = {
  readonly [P in FieldPath]: KindTypes[(typeof FIELDS)[P]["kind"]];
};

/** What is set of a configuration. */
export type PartialConfig = Partial<ProxyConfig>;

/** Whether that is the path of a field. */
export function isFieldPath(path: string): path is FieldPath {
  return Object.hasOwn(FIELDS, path);
}

/** The paths of all fields, in the order in which Kubernetes writes them. */
export function fieldPaths(): readonly FieldPath[] {
  return Object.keys(FIELDS).filter(isFieldPath);
}

/**
 * Fields that older versions of kube-proxy had. kubeadm's files still carry them, so they are let
 * pass with a warning; what they did, nobody does any more.
 */
export const FORMER_FIELDS: readonly string[] = [
  "conntrack.max",
  "resourceContainer",
  "udpIdleTimeout",
];
