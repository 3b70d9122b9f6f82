/**
 * The HRESULTs that a service proxy meets, as data: what each means, why HNS says it, what helps.
 * `windlass hns doctor`, the retries and the error texts read the same table.
 *
 * @module
 */

/** What a refusal means for what was being done. */
export type HnsErrorClass =
  /** The object, or one that it needs, is not there. */
  | "not-found"
  /** An object with this id or this frontend is there already. */
  | "exists"
  /** Something still refers to the object. */
  | "in-use"
  /** The object is half alive. */
  | "degraded"
  /** HNS is stopping, starting or away: nothing is known. */
  | "unavailable"
  /** This build cannot do it. */
  | "unsupported"
  /** The document is not what HNS takes. */
  | "invalid"
  /** The process may not. */
  | "denied"
  /** None of the known ones. */
  | "other";

/** One HRESULT. */
export interface HnsErrorRow {
  /** The HRESULT, unsigned. */
  readonly code: number;
  /** A stable name. */
  readonly name: string;
  /** What it means for what was being done. */
  readonly class: HnsErrorClass;
  /** Why HNS says it, in words. */
  readonly cause: string;
  /** What helps. */
  readonly cure: string;
}

const RESTART = "wait; if it stays, restart the service hns on the node (Restart-Service hns)";

/** The HRESULTs that a service proxy meets. */
export const HNS_ERRORS = [
  {
    code: 0x803b0001,
    name: "network-not-found",
    class: "not-found",
    cause: "the network was deleted, or made anew with another id",
    cure: "wait for the CNI; the network is looked up by its name again",
  },
  {
    code: 0x803b0002,
    name: "endpoint-not-found",
    class: "not-found",
    cause:
      "the endpoint is gone; on the deletion of a load balancer: it refers to such an endpoint",
    cure: "list again; a load balancer that cannot be deleted for it goes with a restart of hns",
  },
  {
    code: 0x803b0007,
    name: "port-not-found",
    class: "not-found",
    cause: "the switch port of an endpoint is gone",
    cure: "list again",
  },
  {
    code: 0x803b0008,
    name: "policy-not-found",
    class: "not-found",
    cause: "the load balancer is gone",
    cure: "list again",
  },
  {
    code: 0x803b000c,
    name: "invalid-endpoint",
    class: "invalid",
    cause: "HNS does not take the endpoint's document",
    cure: "compare its address and MAC address with the network's",
  },
  {
    code: 0x803b000d,
    name: "invalid-policy",
    class: "invalid",
    cause:
      "no endpoints, a frontend or source VIP that the network cannot have, or flags that this " +
      "build does not know",
    cure: "check --source-vip and --network-name",
  },
  {
    code: 0x803b000f,
    name: "invalid-for-remote-endpoint",
    class: "invalid",
    cause: "the operation is not one for a remote endpoint",
    cure: "none is needed: it is not tried again",
  },
  {
    code: 0x803b0010,
    name: "network-exists",
    class: "exists",
    cause: "a network with this name is there already",
    cure: "look it up by its name",
  },
  {
    code: 0x803b0012,
    name: "policy-exists",
    class: "exists",
    cause: "a load balancer like this is there already",
    cure: "list again: what is right is adopted",
  },
  {
    code: 0x803b0013,
    name: "port-exists",
    class: "exists",
    cause:
      "another load balancer has this frontend; or no block of 64 ephemeral ports is left (each " +
      "load balancer without DSR takes one); or another socket has the port",
    cure: "turn DSR on (--enable-dsr), widen the dynamic port range (netsh int ipv4 set " +
      "dynamicportrange), or delete the load balancer that is in the way; windlass hns doctor tells which",
  },
  {
    code: 0x803b0014,
    name: "endpoint-attached",
    class: "exists",
    cause: "the endpoint is attached already",
    cure: "none is needed",
  },
  {
    code: 0x803b0015,
    name: "request-unsupported",
    class: "unsupported",
    cause: "this build of HNS cannot do it",
    cure: "update Windows; what can be done otherwise is done otherwise",
  },
  {
    code: 0x803b0017,
    name: "degraded",
    class: "degraded",
    cause: "the object is half alive, after the virtual switch was bound anew, say",
    cure: `it is deleted and made again; ${RESTART}`,
  },
  {
    code: 0x803b001b,
    name: "invalid-json",
    class: "invalid",
    cause: "HNS cannot read the document",
    cure: "report it: the document is wrong",
  },
  {
    code: 0x803b001c,
    name: "invalid-json-reference",
    class: "invalid",
    cause: "the load balancer refers to no endpoint",
    cure: "report it: one without endpoints is never to be asked for",
  },
  {
    code: 0x803b001e,
    name: "invalid-ip",
    class: "invalid",
    cause: "the address is invalid, or in no subnet of the network",
    cure: "check --network-name and --source-vip",
  },
  {
    code: 0x803b0020,
    name: "manager-stopped",
    class: "unavailable",
    cause: "HNS is stopping",
    cure: RESTART,
  },
  {
    code: 0x803b002c,
    name: "has-references",
    class: "in-use",
    cause: "a load balancer still refers to the endpoint",
    cure: "the load balancer is changed or deleted first",
  },
  {
    code: 0x803b002d,
    name: "port-zero",
    class: "invalid",
    cause: "the internal port is 0",
    cure: "report it: one without a port is never to be asked for",
  },
  {
    code: 0x803b002f,
    name: "address-reserved",
    class: "invalid",
    cause: "the address is invalid or reserved; a stale endpoint may have it",
    cure: "delete the stale endpoint",
  },
  {
    code: 0x803b0031,
    name: "used-after-unload",
    class: "unavailable",
    cause: "HNS is restarting",
    cure: RESTART,
  },
  {
    code: 0x80004001,
    name: "not-implemented",
    class: "unsupported",
    cause: "this build of HNS has no such operation",
    cure: "none is needed: it is done otherwise",
  },
  {
    code: 0x80040154,
    name: "class-not-registered",
    class: "denied",
    cause: "the Windows feature Containers is missing",
    cure: "Install-WindowsFeature Containers",
  },
  {
    code: 0x80070005,
    name: "access-denied",
    class: "denied",
    cause: "the process is not an administrator",
    cure: "run it elevated, or as a HostProcess container",
  },
  {
    code: 0x8007000d,
    name: "invalid-data",
    class: "invalid",
    cause: "HNS does not take the document",
    cure: "report it",
  },
  {
    code: 0x80070022,
    name: "wrong-disk",
    class: "degraded",
    cause: "the object was made by an older HNS, before an update of Windows",
    cure: "delete it, or delete HNS.data and restart the service hns",
  },
  {
    code: 0x800700b7,
    name: "already-exists",
    class: "exists",
    cause: "an object with this id is there already, restored by HNS after a restart, say",
    cure: "list again: what is right is adopted",
  },
  {
    code: 0x80070426,
    name: "service-not-started",
    class: "unavailable",
    cause: "the service hns does not run",
    cure: "Start-Service hns",
  },
  {
    code: 0x8007042b,
    name: "host-ended",
    class: "unavailable",
    cause: "the process that calls HNS for windlass has ended",
    cure: "none is needed: it is started again; the log has its last words",
  },
  {
    code: 0x80070490,
    name: "element-not-found",
    class: "not-found",
    cause: "the object is gone",
    cure: "list again",
  },
  {
    code: 0x800705b4,
    name: "timed-out",
    class: "unavailable",
    cause: "HNS did not answer in time",
    cure: RESTART,
  },
  {
    code: 0x800706ba,
    name: "rpc-unavailable",
    class: "unavailable",
    cause: "HNS is away or restarting",
    cure: RESTART,
  },
  {
    code: 0x800706be,
    name: "rpc-failed",
    class: "unavailable",
    cause: "HNS went away during the call",
    cure: RESTART,
  },
  {
    code: 0x800706d9,
    name: "rpc-no-endpoint",
    class: "unavailable",
    cause: "HNS is starting",
    cure: RESTART,
  },
] as const satisfies readonly HnsErrorRow[];
