/**
 * Random histories of a small cluster whose services quarrel over few addresses, in the words of a
 * {@linkcode World} that does not exist yet: VIP 0, port 1, pod 2.
 *
 * @module
 */
import fc from "fast-check";

const someOf = <T>(...values: readonly T[]) => fc.constantFrom(...values);

/** How many of each there are. */
export const SIZES = { vips: 3, ports: 2, nodePorts: 2, pods: 5 };

const indexOf = (count: number) => fc.nat({ max: count - 1 });
const SERVICES = ["a", "b", "c"] as const;
const serviceName = someOf(...SERVICES);
const policy = someOf("Cluster", "Cluster", "Local");

const servicePort = fc.record({
  port: indexOf(SIZES.ports),
  nodePort: fc.option(indexOf(SIZES.nodePorts)),
});

/** A Service, upserted. */
const service = fc.record({
  what: fc.constant("service" as const),
  name: serviceName,
  createdAt: someOf("2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z", "2026-01-03T00:00:00Z"),
  type: someOf("ClusterIP", "NodePort", "LoadBalancer"),
  clusterIP: indexOf(SIZES.vips),
  externalIPs: fc.subarray([0, 1, 2], { maxLength: 1 }),
  ingress: fc.subarray([0, 1, 2], { maxLength: 1 }),
  sourceRanges: someOf<readonly string[]>([], [], ["127.0.0.0/8"], ["192.0.2.0/24"]),
  internalTrafficPolicy: policy,
  externalTrafficPolicy: policy,
  affinity: someOf(false, false, true),
  /** By the name of the port; `null`: it has none of that name. */
  ports: fc.record({
    tcp: fc.option(servicePort, { freq: 4 }),
    udp: fc.option(servicePort, { freq: 4 }),
    more: fc.option(servicePort, { freq: 1 }),
  }),
});

/** A service goes. */
const removal = fc.record({ what: fc.constant("removal" as const), name: serviceName });

const conditions = someOf(
  { ready: true, serving: true, terminating: false },
  { ready: true, serving: true, terminating: false },
  { ready: false, serving: true, terminating: true },
  { ready: false, serving: false, terminating: true },
  { ready: false, serving: false, terminating: false },
);

/** One of the two slices of a service: scaled, or with other conditions. */
const slice = fc.record({
  what: fc.constant("slice" as const),
  service: serviceName,
  which: someOf(1, 2),
  endpoints: fc.uniqueArray(
    fc.record({ pod: indexOf(SIZES.pods), local: fc.boolean(), conditions }),
    { maxLength: 4, selector: ({ pod }) => pod },
  ),
});

/** Something that happens in the cluster. */
export const happening = fc.oneof(
  { weight: 5, arbitrary: slice },
  { weight: 3, arbitrary: service },
  { weight: 1, arbitrary: removal },
);

/** Something that happens in the cluster. */
export type Happening = typeof happening extends fc.Arbitrary<infer T> ? T : never;

/** What happens, in batches that the agent hears of at once: a port may move within one. */
export const history: fc.Arbitrary<readonly (readonly Happening[])[]> = fc.array(
  fc.array(happening, { minLength: 1, maxLength: 3, size: "max" }),
  { minLength: 3, maxLength: 15, size: "max" },
);
