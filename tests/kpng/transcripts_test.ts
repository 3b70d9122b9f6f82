// What the original server answered, replayed against ours. Where the original has a fault, what is
// expected of us stands here, beside the reason.
import assert from "node:assert/strict";
import { fromBinary, type JsonValue, toJson } from "@bufbuild/protobuf";
import { OpItemSchema } from "../../proto/kpng/api/localv1_pb.ts";
import { Hub } from "../../proto/kpng/hub.ts";
import { FrameReader } from "../../proto/kpng/frames.ts";
import { EMPTY_MODEL, type Model } from "../../proto/kpng/model.ts";
import { GrpcError, STATUS } from "../../proto/kpng/status.ts";
import { serveGlobal, serveLocal } from "../../proto/kpng/watch.ts";
import { type StoreOp, transact } from "./transcript_store.ts";
import { decodeHex, vectors } from "./vectors.ts";

type Received = Readonly<Record<string, JsonValue>>;

interface Event {
  readonly watch?: string;
  readonly send?: JsonValue;
  readonly hex?: string;
  readonly recv?: readonly Received[];
  readonly store?: readonly StoreOp[];
  readonly half_close?: boolean;
}

interface Scenario {
  readonly scenario: string;
  readonly note: string;
  readonly events: readonly Event[];
}

/** The name of the set's message. */
const VALUES: Readonly<Record<string, string>> = {
  ServicesSet: "localv1.Service",
  EndpointsSet: "localv1.Endpoint",
  GlobalServiceInfos: "globalv1.ServiceInfo",
  GlobalEndpointInfos: "globalv1.EndpointInfo",
  GlobalNodeInfos: "globalv1.NodeInfo",
};

/** One stream, with the client's side of it in the test's hand. */
class Stream {
  readonly received: Received[] = [];
  readonly #requests: Uint8Array[] = [];
  readonly #frames = new FrameReader(1 << 20);
  readonly #abort = new AbortController();
  #wake = () => {};
  #ended = false;
  readonly done: Promise<void>;

  constructor(hub: Hub, global: boolean) {
    const serve = global ? serveGlobal : serveLocal;
    const call = {
      requests: this.#sent(),
      send: (chunks: Iterable<Uint8Array>) => this.#take(chunks),
      signal: this.#abort.signal,
    };
    this.done = serve(call, hub).then(
      () => this.#closed(STATUS.ok, ""),
      (error) => {
        assert.ok(error instanceof GrpcError, String(error));
        this.#closed(error.status, error.message);
      },
    );
  }

  send(request: Uint8Array): void {
    this.#requests.push(request);
    this.#wake();
  }

  halfClose(): void {
    this.#ended = true;
    this.#wake();
  }

  async cancel(): Promise<void> {
    this.#abort.abort();
    this.halfClose();
    await this.done;
  }

  async *#sent(): AsyncGenerator<Uint8Array> {
    for (;;) {
      const next = this.#requests.shift();
      if (next !== undefined) yield next;
      else if (this.#ended) return;
      else await new Promise<void>((resolve) => this.#wake = resolve);
    }
  }

  #take(chunks: Iterable<Uint8Array>): Promise<void> {
    for (const chunk of chunks) {
      for (const message of this.#frames.take(chunk)) this.received.push(shown(message));
    }
    return Promise.resolve();
  }

  #closed(status: number, details: string): void {
    const name = Object.entries(STATUS).find(([, code]) => code === status)?.[0] ?? "";
    this.received.push({ closed: name.toUpperCase(), details });
  }
}

/** An operation as the vectors show it, without bytes: those of two implementations may differ. */
function shown(message: Uint8Array): Received {
  const { Op } = fromBinary(OpItemSchema, message);
  const json = toJson(OpItemSchema, fromBinary(OpItemSchema, message)) as {
    readonly Set?: { readonly Ref: { readonly Set: string; readonly Path: string } };
    readonly Delete?: { readonly Set: string; readonly Path: string };
  };
  if (Op.case === "Set" && json.Set !== undefined) {
    const { Set, Path } = json.Set.Ref;
    const value = decodeHex(VALUES[Set] ?? "", Op.value.Bytes.toHex());
    return { op: "Set", set: Set, path: Path, value };
  }
  const { Set, Path } = json.Delete ?? {};
  return Set === undefined || Path === undefined
    ? { op: Op.case ?? "" }
    : { op: "Delete", set: Set, path: Path };
}

function withoutBytes(received: Received): Received {
  const { hex: _, ...rest } = received;
  return rest;
}

/** Lets all promises run that wait for nothing from outside. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
}

async function replay(events: readonly Event[], global: boolean): Promise<void> {
  const hub = new Hub();
  let model: Model = EMPTY_MODEL;
  const streams = new Map<string, Stream>();
  const streamOf = ({ watch = "" }: Event): Stream => {
    const stream = streams.get(watch) ?? new Stream(hub, global);
    streams.set(watch, stream);
    return stream;
  };
  for (const [index, event] of events.entries()) {
    if (event.store?.[0]?.op === "Close") hub.close();
    else if (event.store !== undefined) hub.put(model = transact(model, event.store));
    if (event.send !== undefined) streamOf(event).send(Uint8Array.fromHex(event.hex ?? ""));
    if (event.half_close) streamOf(event).halfClose();
    await settle();
    if (event.recv === undefined) continue;
    const expected = event.recv.filter((each) => each["silence"] !== true).map(withoutBytes);
    assert.deepEqual(streamOf(event).received.splice(0), expected, `event ${index}`);
  }
  for (const stream of streams.values()) await stream.cancel();
}

/** Scenarios that are told of the transport; `server_test.ts` has them. */
const ELSEWHERE = ["server-stopped"];

/** What is expected instead of `recv` in the events with those numbers, and why. */
const BETTER: Readonly<
  Record<string, {
    readonly why: string;
    readonly events: (given: readonly Event[]) => readonly Event[];
  }>
> = {
  "empty-store": {
    why: "a store that is synced with nothing in it says so",
    events: (given) => [
      ...given.slice(0, 3),
      { recv: [{ op: "Sync" }] },
      { send: {}, hex: "0a026e31" },
      ...given.slice(4),
    ],
  },
  "node-change": {
    why: "another node name is answered at once",
    events: (given) => [
      ...given.slice(0, 4),
      given.at(-1) ?? {},
      given.at(-2) ?? {},
      { recv: [] },
    ],
  },
  "hints": {
    why: "p4 has no hint, so that Kubernetes follows none; and a change of hints changes nothing",
    events: (given) =>
      given.map((event) => event.recv === undefined ? event : { ...event, recv: allPods(event) }),
  },
  "dual-stack-pod": {
    why: "the pod has both addresses, and is not told again",
    events: (given) => [
      ...given.slice(0, 2),
      {
        recv: (given[2]?.recv ?? []).map((each) =>
          each["path"] === "default/web/p1"
            ? endpointWith(each, { IPs: { V4: ["10.1.0.1"], V6: ["fd00::1"] } })
            : each
        ),
      },
      ...given.slice(3, 5),
      { recv: [] },
    ],
  },
  "pod-in-two-slices": {
    why: "the pod has the ports of both slices",
    events: (given) =>
      given.map((event, index) =>
        index !== 2 ? event : {
          recv: (event.recv ?? []).map((each) =>
            each["path"] !== "default/web/p1" ? each : endpointWith(each, {
              PortOverrides: [{ Name: "http", Port: 8080 }, { Name: "https", Port: 8443 }],
            })
          ),
        }
      ),
  },
};

function endpointWith(received: Received, parts: Readonly<Record<string, JsonValue>>): Received {
  const value = received["value"];
  assert.ok(typeof value === "object" && value !== null && !Array.isArray(value));
  return { ...received, value: { ...value, ...parts } };
}

/** All four pods, with those that run on the stream's node local. */
function allPods({ recv = [], watch = "n1" }: Event): readonly Received[] {
  if (recv.some((each) => each["silence"] === true)) return [];
  const pods = ["n1", "n2", "n2", "n2"].map((node, index): Received => ({
    op: "Set",
    set: "EndpointsSet",
    path: `default/web/p${index + 1}`,
    value: {
      IPs: { V4: [`10.1.0.${index + 1}`] },
      ...(node === watch ? { Local: true } : {}),
      PortOverrides: [{ Name: "http", Port: 8080 }],
      Scopes: { Internal: true, External: true },
    },
  }));
  const others = recv.filter((each) => each["set"] !== "EndpointsSet");
  return [...others.slice(0, -1), ...pods, ...others.slice(-1)];
}

for (const { scenario, note, events } of await vectors<Scenario>("transcripts")) {
  if (ELSEWHERE.includes(scenario)) continue;
  const better = BETTER[scenario];
  const name = better === undefined ? note : `unlike the original, ${better.why}`;
  Deno.test(`transcript ${scenario}: ${name}`, async () => {
    const global = JSON.stringify(events).includes("GlobalNodeInfos");
    await replay(better === undefined ? events : better.events(events), global);
  });
}
