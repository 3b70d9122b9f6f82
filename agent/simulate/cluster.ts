/**
 * The simulated cluster: nodes, services and pods, and the controllers that tell the API server of
 * them. Pods are real servers; how a pod is and what the API server says of it are two things, as in
 * life.
 *
 * @module
 */
import type { AddressBlock } from "./address_block.ts";
import type { ObjectStore } from "./api/object_store.ts";
import type { Clock } from "./clock.ts";
import type { Happening } from "./happenings.ts";
import { inGroups } from "./in_groups.ts";
import { startPod } from "./kubelet.ts";
import type { Ledger } from "./ledger.ts";
import { type LivingService, newService } from "./living_service.ts";
import { isReady, type Pod, type SimNode, type SimService, TOLD, type Told } from "./model.ts";
import { generatedName } from "./names.ts";
import { nodeObject, serviceObject } from "./objects.ts";
import type { Random } from "./random.ts";
import { SliceController } from "./slice_controller.ts";

/** What the cluster is made of. */
export interface ClusterOptions {
  /** How many services. */
  readonly services: number;
  /** How many pods each of them starts with. */
  readonly podsPerService: number;
  /** How many nodes. */
  readonly nodes: number;
  /** Where the controllers write. */
  readonly store: ObjectStore;
  /** The addresses. */
  readonly block: AddressBlock;
  /** The chance behind names. */
  readonly random: Random;
  /** The time. */
  readonly clock: Clock;
  /** Where pods enter their connections. */
  readonly ledger: Ledger;
  /** Hears what happens. */
  readonly onHappening: (happening: Happening) => void;
  /** Takes what should never happen. */
  readonly onError: (error: unknown) => void;
}

/** How long a pod takes from its start to its readiness. */
const STARTUP_MS = 80;
/** A pod that has not finished after this long is killed, as a kubelet does. */
const KILL_AFTER_MS = 5000;
const GRACE_STEPS = 10;
/** As many services as the controllers work on at the same time, so as not to drown the machine. */
const AT_ONCE = 25;
const ZONES = ["a", "b", "c"] as const;

/** A service as the cluster holds it. */
interface Holding {
  readonly service: LivingService;
  readonly slices: SliceController;
  /** The port of its pods, 0 until the system has given one to the first. */
  targetPort: number;
}

/** A simulated cluster. */
export class Cluster {
  readonly #options: ClusterOptions;
  readonly #holdings = new Map<string, Holding>();
  readonly #nodes: SimNode[] = [];
  readonly #leaving = new Set<Promise<void>>();
  readonly #services: SimService[] = [];

  /** A cluster of nothing; {@linkcode Cluster.populate} fills it. */
  constructor(options: ClusterOptions) {
    this.#options = options;
  }

  /** Makes nodes, services and ready pods, and writes them all. Answers with the agent's node. */
  populate(): SimNode {
    const options = this.#options;
    const node = this.addNode();
    while (this.#nodes.length < options.nodes) this.addNode();
    for (let i = 0; i < options.services; i++) {
      const holding = this.#addService(i, node);
      const pods = times(options.podsPerService, () => this.#startPod(holding, TOLD.ready));
      holding.slices.write(pods);
    }
    return node;
  }

  /** All services. */
  get services(): readonly SimService[] {
    return this.#services;
  }

  /** All nodes; the agent runs as the first. */
  get nodes(): readonly SimNode[] {
    return this.#nodes;
  }

  /** Adds a node. */
  addNode(): SimNode {
    const index = this.#nodes.length;
    const node: SimNode = {
      name: `node-${index + 1}`,
      ip: this.#options.block.nodeAddress(index),
      zone: ZONES[index % ZONES.length] ?? ZONES[0],
      up: true,
      pods: 0,
    };
    this.#nodes.push(node);
    this.#options.store.create(nodeObject(node));
    return node;
  }

  /** Starts pods and makes them ready; resolves when the API server says that they are. */
  async addPods(service: SimService, count: number, signal: AbortSignal): Promise<readonly Pod[]> {
    const holding = this.#holdingOf(service.name);
    const started = times(count, () => this.#startPod(holding, TOLD.starting));
    holding.slices.write(started);
    await this.#options.clock.sleep(STARTUP_MS, signal);
    const pods = started.filter((pod) => pod.alive);
    this.#tell(pods, TOLD.ready);
    this.#options.onHappening({ type: "pods-ready", service, pods });
    return pods;
  }

  /**
   * Takes a pod out of service: it is marked as terminating, has the grace, finishes its work,
   * closes, is removed. That goes on in the background; {@linkcode Cluster.idle} waits for it.
   */
  retire(pod: Pod, graceMs: number, signal: AbortSignal): void {
    this.#tell([pod], TOLD.terminating);
    this.#options.onHappening({ type: "pod-terminating", pod });
    this.#leave(this.#finish(pod, graceMs, signal));
  }

  async #finish(pod: Pod, graceMs: number, signal: AbortSignal): Promise<void> {
    const { clock, onHappening } = this.#options;
    // In steps: where the whole process stands still for a while, the grace is not over with it.
    for (let step = 0; step < GRACE_STEPS; step++) await clock.sleep(graceMs / GRACE_STEPS, signal);
    const finished = new AbortController();
    const finishing = pod.server.finish().finally(() => finished.abort());
    await clock.sleep(KILL_AFTER_MS, AbortSignal.any([signal, finished.signal]));
    if (!finished.signal.aborted) await pod.server.crash();
    await finishing;
    pod.alive = false;
    this.#remove([pod]);
    onHappening({ type: "pod-gone", pod });
  }

  /** Kills every pod of a node at once. The API server hears nothing of it yet. */
  loseNode(node: SimNode): void {
    node.up = false;
    let pods = 0;
    for (const { service } of this.#holdings.values()) {
      for (const pod of service.pods.filter((each) => each.node === node && each.alive)) {
        pod.alive = false;
        this.#died(service);
        pods += 1;
        this.#leave(pod.server.crash().then(() => this.#died(service)));
      }
    }
    this.#options.onHappening({ type: "node-lost", node, pods });
  }

  /** The controllers notice that a node is lost, and start as many pods elsewhere. */
  async replaceLost(node: SimNode, signal: AbortSignal): Promise<void> {
    this.#writeNode(node);
    await inGroups(this.services, AT_ONCE, async (service) => {
      // Who was leaving anyway is not replaced, and is removed when its time is over.
      const lost = service.pods.filter((pod) =>
        pod.node === node && !pod.alive && !pod.told.terminating
      );
      if (lost.length === 0) return;
      this.#tell(lost, TOLD.lost);
      await this.addPods(service, lost.length, signal);
      this.#remove(lost);
    });
  }

  /** A lost node runs again, without pods. */
  returnNode(node: SimNode): void {
    node.up = true;
    this.#writeNode(node);
    this.#options.onHappening({ type: "node-back", node });
  }

  /** The endpoints that the API server calls ready. */
  readyEndpoints(service: SimService): ReadonlySet<string> {
    return new Set(service.pods.filter(isReady).map((pod) => pod.endpoint));
  }

  /** Resolves when no pod is on its way out any more. */
  async idle(): Promise<void> {
    while (this.#leaving.size > 0) await Promise.all(this.#leaving);
  }

  /** Ends every pod. Nothing more is written. */
  async close(): Promise<void> {
    await this.idle();
    const pods = this.services.flatMap((service) => service.pods);
    await Promise.all(pods.map((pod) => pod.server.crash()));
  }

  #addService(index: number, node: SimNode): Holding {
    const { block, store, random, clock } = this.#options;
    const service = newService(index, node, block);
    const { name, frontends: [clusterIP] } = service;
    const holding: Holding = {
      service,
      slices: new SliceController({
        service: name,
        store,
        newName: () => generatedName(name, random),
        wallClock: () => clock.wall(),
      }),
      targetPort: 0,
    };
    this.#holdings.set(name, holding);
    this.#services.push(service);
    const nodePort = service.frontends.find(({ kind }) => kind === "NodePort")?.port ?? null;
    store.create(
      serviceObject({ name, clusterIP: clusterIP.ip, port: clusterIP.port, nodePort }),
    );
    return holding;
  }

  #startPod(holding: Holding, told: Told): Pod {
    const { service, slices, targetPort: port } = holding;
    const node = this.#place(service);
    const pod = startPod({ ...this.#options, service: service.name, node, port, told });
    if (port === 0) holding.targetPort = pod.server.port;
    node.pods += 1;
    service.pods.push(pod);
    slices.add(pod);
    return pod;
  }

  /** The running node with the fewest pods of the service, then with the fewest of all. */
  #place(service: SimService): SimNode {
    const own = (node: SimNode): number => service.pods.filter((pod) => pod.node === node).length;
    const [best] = this.#nodes
      .filter((node) => node.up)
      .sort((a, b) => own(a) - own(b) || a.pods - b.pods);
    if (best === undefined) throw new TypeError("Cannot place a pod: no node runs");
    return best;
  }

  #writeNode(node: SimNode): void {
    const object = nodeObject(node);
    this.#options.store.update(object);
    this.#options.store.updateStatus(object);
  }

  /** Writes what the API server is to say of pods of one service. */
  #tell(pods: readonly Pod[], told: Told): void {
    const [first] = pods;
    if (first === undefined) return;
    for (const pod of pods) pod.told = told;
    this.#holdingOf(first.service).slices.write(pods);
  }

  /** Removes pods of one service. */
  #remove(pods: readonly Pod[]): void {
    const [first] = pods;
    if (first === undefined) return;
    const { service, slices } = this.#holdingOf(first.service);
    for (const pod of pods) {
      service.pods.splice(service.pods.indexOf(pod), 1);
      pod.node.pods -= 1;
    }
    slices.remove(pods);
  }

  #holdingOf(name: string): Holding {
    const holding = this.#holdings.get(name);
    if (holding === undefined) throw new TypeError(`Service ${name} is of another cluster`);
    return holding;
  }

  /** A pod dies, or has died: its socket may take connections for a moment in between. */
  #died(service: LivingService): void {
    service.lastDeathAt = this.#options.clock.now();
  }

  #leave(work: Promise<void>): void {
    const watched = work.catch(this.#options.onError).finally(() => this.#leaving.delete(watched));
    this.#leaving.add(watched);
  }
}

function times<T>(count: number, make: () => T): T[] {
  return Array.from({ length: count }, make);
}
