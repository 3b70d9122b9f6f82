/**
 * Server-side printing: the tables that `kubectl get` shows, with the columns and the words of the
 * real API server (`pkg/printers/internalversion`). Pure: the time comes in.
 *
 * @module
 */
import { unreachable } from "../../../core/mod.ts";
import {
  at,
  type Json,
  type JsonObject,
  listAt,
  numberAt,
  stringMapAt,
  textAt,
  textsAt,
} from "./json.ts";
import type { Resource, StoredObject } from "./resources.ts";

/** What each row carries besides its cells. */
export const INCLUDE_OBJECT = ["None", "Metadata", "Object"] as const;

/** What each row carries besides its cells. */
export type IncludeObject = typeof INCLUDE_OBJECT[number];

/** How a table is made. */
export interface TableOptions {
  /** `v1` or `v1beta1`. */
  readonly version: string;
  /** What the rows carry. */
  readonly include: IncludeObject;
  /** Whether the columns are described. */
  readonly headers: boolean;
  /** The list's metadata. */
  readonly metadata: JsonObject;
  /** The time of day in milliseconds, for ages. */
  readonly now: number;
}

interface Column {
  readonly name: string;
  /** 0 is always shown, 1 only with `-o wide`. */
  readonly priority: 0 | 1;
  readonly cell: (object: StoredObject, now: number) => string;
}

/** The table of some objects of a resource. */
export function tableOf(
  resource: Resource,
  objects: readonly StoredObject[],
  { version, include, headers, metadata, now }: TableOptions,
): JsonObject {
  const columns = COLUMNS[resource.kind] ?? [NAME, AGE];
  return {
    kind: "Table",
    apiVersion: `meta.k8s.io/${version}`,
    metadata,
    columnDefinitions: headers ? columns.map(definition) : [],
    rows: objects.map((object) => ({
      cells: columns.map((column) => column.cell(object, now)),
      ...rowObject(object, include, version),
    })),
  };
}

function rowObject(object: StoredObject, include: IncludeObject, version: string): JsonObject {
  switch (include) {
    case "None":
      return {};
    case "Object":
      return { object };
    case "Metadata": {
      const apiVersion = `meta.k8s.io/${version}`;
      return { object: { kind: "PartialObjectMetadata", apiVersion, metadata: object.metadata } };
    }
    default:
      return unreachable(include);
  }
}

function definition({ name, priority }: Column): JsonObject {
  const format = name === "Name" ? "name" : "";
  return { name, type: "string", format, description: "", priority };
}

const NONE = "<none>";
const orNone = (text: string) => text === "" ? NONE : text;

const NAME: Column = { name: "Name", priority: 0, cell: (object) => object.metadata.name };
const AGE: Column = { name: "Age", priority: 0, cell: (object, now) => age(object, now) };

const COLUMNS: Readonly<Record<string, readonly Column[]>> = {
  Service: [
    NAME,
    { name: "Type", priority: 0, cell: (object) => textAt(object, "spec", "type") },
    {
      name: "Cluster-IP",
      priority: 0,
      cell: (object) => orNone(textsAt(object, "spec", "clusterIPs")[0] ?? ""),
    },
    { name: "External-IP", priority: 0, cell: externalIps },
    { name: "Port(s)", priority: 0, cell: servicePorts },
    AGE,
    { name: "Selector", priority: 1, cell: (object) => labelText(object, "spec", "selector") },
  ],
  Node: [
    NAME,
    { name: "Status", priority: 0, cell: nodeStatus },
    { name: "Roles", priority: 0, cell: nodeRoles },
    AGE,
    { name: "Version", priority: 0, cell: (object) => nodeInfo(object, "kubeletVersion") },
    { name: "Internal-IP", priority: 1, cell: (object) => nodeAddress(object, "InternalIP") },
    { name: "External-IP", priority: 1, cell: (object) => nodeAddress(object, "ExternalIP") },
    { name: "OS-Image", priority: 1, cell: (object) => orUnknown(nodeInfo(object, "osImage")) },
    {
      name: "Kernel-Version",
      priority: 1,
      cell: (object) => orUnknown(nodeInfo(object, "kernelVersion")),
    },
    {
      name: "Container-Runtime",
      priority: 1,
      cell: (object) => orUnknown(nodeInfo(object, "containerRuntimeVersion")),
    },
  ],
  Namespace: [
    NAME,
    { name: "Status", priority: 0, cell: (object) => textAt(object, "status", "phase") },
    AGE,
  ],
  Pod: [
    NAME,
    { name: "Status", priority: 0, cell: (object) => textAt(object, "status", "phase") },
    AGE,
    { name: "IP", priority: 1, cell: (object) => orNone(textAt(object, "status", "podIP")) },
    { name: "Node", priority: 1, cell: (object) => orNone(textAt(object, "spec", "nodeName")) },
  ],
  EndpointSlice: [
    NAME,
    { name: "AddressType", priority: 0, cell: (object) => textAt(object, "addressType") },
    { name: "Ports", priority: 0, cell: slicePorts },
    { name: "Endpoints", priority: 0, cell: sliceEndpoints },
    AGE,
  ],
};

function externalIps(service: StoredObject): string {
  const external = textsAt(service, "spec", "externalIPs");
  switch (textAt(service, "spec", "type")) {
    case "ExternalName":
      return orNone(textAt(service, "spec", "externalName"));
    case "LoadBalancer": {
      const ingress = listAt(service, "status", "loadBalancer", "ingress")
        .map((entry) => textAt(entry, "ip") || textAt(entry, "hostname"));
      return [...new Set([...ingress, ...external])].join(",") || "<pending>";
    }
    default:
      return orNone(external.join(","));
  }
}

function servicePorts(service: StoredObject): string {
  const ports = listAt(service, "spec", "ports").map((port) => {
    const nodePort = numberAt(port, "nodePort");
    const number = numberAt(port, "port");
    return `${nodePort > 0 ? `${number}:${nodePort}` : number}/${textAt(port, "protocol")}`;
  });
  return orNone(ports.join(","));
}

function nodeStatus(node: StoredObject): string {
  const ready = listAt(node, "status", "conditions").find((one) => textAt(one, "type") === "Ready");
  const status = ready === undefined
    ? "Unknown"
    : textAt(ready, "status") === "True"
    ? "Ready"
    : "NotReady";
  return at(node, "spec", "unschedulable") === true ? `${status},SchedulingDisabled` : status;
}

function nodeRoles(node: StoredObject): string {
  const prefix = "node-role.kubernetes.io/";
  const roles = Object.entries(stringMapAt(node, "metadata", "labels")).flatMap(([key, value]) =>
    key.startsWith(prefix) && key.length > prefix.length
      ? [key.slice(prefix.length)]
      : key === "kubernetes.io/role" && value !== ""
      ? [value]
      : []
  );
  return orNone([...new Set(roles)].sort().join(","));
}

function nodeInfo(node: StoredObject, field: string): string {
  return textAt(node, "status", "nodeInfo", field);
}

function orUnknown(text: string): string {
  return text === "" ? "<unknown>" : text;
}

function nodeAddress(node: StoredObject, type: string): string {
  const found = listAt(node, "status", "addresses").find((one) => textAt(one, "type") === type);
  return orNone(textAt(found, "address"));
}

function slicePorts(slice: StoredObject): string {
  return atMostThree(
    listAt(slice, "ports").map((port) => {
      const number = numberAt(port, "port");
      return number > 0 ? String(number) : textAt(port, "name") || "*";
    }),
  );
}

function sliceEndpoints(slice: StoredObject): string {
  return atMostThree(listAt(slice, "endpoints").flatMap((one) => textsAt(one, "addresses")));
}

function atMostThree(items: readonly string[]): string {
  const shown = items.slice(0, 3).join(",");
  return items.length > 3 ? `${shown} + ${items.length - 3} more...` : shown || "<unset>";
}

function labelText(value: Json, ...path: readonly string[]): string {
  const pairs = Object.entries(stringMapAt(value, ...path)).map(([key, text]) => `${key}=${text}`);
  return orNone(pairs.sort().join(","));
}

function age(object: StoredObject, now: number): string {
  return humanDuration(now - Date.parse(object.metadata.creationTimestamp));
}

const SECOND = 1;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const YEAR = 365 * DAY;

/** A time span as kubectl tells ages: `5s`, `3m20s`, `4h`, `2d3h`, `1y20d`. */
export function humanDuration(milliseconds: number): string {
  const seconds = Math.trunc(milliseconds / 1000);
  if (Number.isNaN(seconds) || seconds < -1) return "<invalid>";
  if (seconds < 2 * MINUTE) return `${Math.max(0, seconds)}s`;
  if (seconds < 10 * MINUTE) return two(seconds, [MINUTE, "m"], [SECOND, "s"]);
  if (seconds < 3 * HOUR) return `${Math.trunc(seconds / MINUTE)}m`;
  if (seconds < 8 * HOUR) return two(seconds, [HOUR, "h"], [MINUTE, "m"]);
  if (seconds < 2 * DAY) return `${Math.trunc(seconds / HOUR)}h`;
  if (seconds < 8 * DAY) return two(seconds, [DAY, "d"], [HOUR, "h"]);
  if (seconds < 2 * YEAR) return `${Math.trunc(seconds / DAY)}d`;
  if (seconds < 8 * YEAR) return two(seconds, [YEAR, "y"], [DAY, "d"]);
  return `${Math.trunc(seconds / YEAR)}y`;
}

type Unit = readonly [seconds: number, letter: string];

function two(seconds: number, [size, letter]: Unit, [smaller, smallLetter]: Unit): string {
  const rest = Math.trunc((seconds % size) / smaller);
  const whole = `${Math.trunc(seconds / size)}${letter}`;
  return rest === 0 ? whole : `${whole}${rest}${smallLetter}`;
}
