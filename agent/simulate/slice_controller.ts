/**
 * How the pods of a service stand in EndpointSlices, as the EndpointSlice controller writes them:
 * pods of one port stand together, a hundred at most, and nobody moves from one slice to another.
 *
 * @module
 */
import type { ObjectStore } from "./api/object_store.ts";
import type { Pod } from "./model.ts";
import { MOST_ENDPOINTS, NAMESPACE, sliceObject } from "./objects.ts";

/** What the controller of one service's slices needs. */
export interface SliceControllerOptions {
  /** The service's name. */
  readonly service: string;
  /** Where it writes. */
  readonly store: Pick<ObjectStore, "create" | "update" | "delete">;
  /** Makes the name of a new slice. */
  readonly newName: () => string;
  /** The time of day, in milliseconds since 1970. */
  readonly wallClock: () => number;
}

interface Slice {
  readonly name: string;
  readonly pods: Pod[];
  /** The port of all its pods; an empty slice may take another one. */
  port: number;
  /** Whether the API server has it. */
  written: boolean;
}

/** Writes one service's slices. The first slice stays when it is empty: it is the placeholder. */
export class SliceController {
  readonly #options: SliceControllerOptions;
  readonly #slices: Slice[] = [];

  /** A controller of a service without pods; nothing is written yet. */
  constructor(options: SliceControllerOptions) {
    this.#options = options;
  }

  /** Gives a pod its place; {@linkcode SliceController.write} tells the API server. */
  add(pod: Pod): void {
    const { port } = pod.server;
    let slice = this.#slices.find(({ pods, port: taken }) =>
      pods.length === 0 || (taken === port && pods.length < MOST_ENDPOINTS)
    );
    if (slice === undefined) {
      slice = { name: this.#options.newName(), pods: [], port, written: false };
      this.#slices.push(slice);
    }
    slice.port = port;
    slice.pods.push(pod);
  }

  /** Writes what the API server is to say of the pods. */
  write(pods: readonly Pod[]): void {
    for (const slice of this.#slicesOf(pods)) this.#put(slice);
  }

  /** Takes pods out, and tells the API server. */
  remove(pods: readonly Pod[]): void {
    const touched = this.#slicesOf(pods);
    for (const slice of touched) {
      const rest = slice.pods.filter((pod) => !pods.includes(pod));
      slice.pods.splice(0, slice.pods.length, ...rest);
      if (rest.length > 0 || this.#slices.length === 1) this.#put(slice);
      else this.#drop(slice);
    }
  }

  #slicesOf(pods: readonly Pod[]): readonly Slice[] {
    return this.#slices.filter((slice) => slice.pods.some((pod) => pods.includes(pod)));
  }

  #put(slice: Slice): void {
    const { service, store, wallClock } = this.#options;
    const object = sliceObject({
      name: slice.name,
      service,
      port: slice.port,
      changedAt: wallClock(),
      endpoints: slice.pods.map(({ name, ip, node, told }) => {
        return { pod: name, ip, node: node.name, zone: node.zone, told };
      }),
    });
    if (slice.written) store.update(object);
    else store.create(object);
    slice.written = true;
  }

  #drop(slice: Slice): void {
    this.#slices.splice(this.#slices.indexOf(slice), 1);
    this.#options.store.delete("EndpointSlice", NAMESPACE, slice.name);
  }
}
