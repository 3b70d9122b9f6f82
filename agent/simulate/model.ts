/**
 * What the simulated cluster consists of. The cluster alone changes these things; everybody else
 * reads them.
 *
 * @module
 */
import type { PodServer } from "./pod.ts";

/** A node. */
export interface SimNode {
  /** Its name. */
  readonly name: string;
  /** Its InternalIP. */
  readonly ip: string;
  /** The zone it stands in. */
  readonly zone: string;
  /** Whether it runs. */
  up: boolean;
  /** How many pods stand on it, dead ones too. */
  pods: number;
}

/** What the API server says of a pod. */
export interface Told {
  /** Whether its readiness probe holds. */
  readonly serving: boolean;
  /** Whether it is being deleted. */
  readonly terminating: boolean;
}

/** The states of a pod's life, as the API server tells them. */
export const TOLD = {
  starting: { serving: false, terminating: false },
  ready: { serving: true, terminating: false },
  terminating: { serving: true, terminating: true },
  lost: { serving: false, terminating: false },
} as const satisfies Readonly<Record<string, Told>>;

/** A pod. */
export interface Pod {
  /** Its name. */
  readonly name: string;
  /** The name of its service. */
  readonly service: string;
  /** Its node. */
  readonly node: SimNode;
  /** Its address. */
  readonly ip: string;
  /** `ip:port`. */
  readonly endpoint: string;
  /** Its server. */
  readonly server: PodServer;
  /** Whether it runs, whatever the API server says. */
  alive: boolean;
  /** What the API server says. */
  told: Told;
}

/** Whether the API server calls the pod ready. */
export function isReady(pod: Pod): boolean {
  return pod.told.serving && !pod.told.terminating;
}

/** An address on which a service is reached. */
export interface SimFrontend {
  /** The kind of address. */
  readonly kind: "ClusterIP" | "NodePort";
  /** The address. */
  readonly ip: string;
  /** The port. */
  readonly port: number;
}

/** A service. */
export interface SimService {
  /** Its name. */
  readonly name: string;
  /** Where it is reached: its ClusterIP, and its node port if it has one. */
  readonly frontends: readonly [SimFrontend, ...SimFrontend[]];
  /** The pods that the API server knows, oldest first. */
  readonly pods: readonly Pod[];
  /** When one of its pods died last, `-Infinity` if never. */
  readonly lastDeathAt: number;
}
