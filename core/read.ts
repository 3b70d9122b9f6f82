/**
 * The door for Kubernetes objects: any JSON value in, a checked object or findings out. Unknown
 * fields are ignored; one bad object never spoils another.
 *
 * @module
 */
import { Cursor, type Header, object, optional, quote, text, textMap } from "./_reader.ts";
import {
  describeRef,
  type Finding,
  type Kind,
  type KubeObject,
  type ObjectRef,
} from "./objects.ts";
import { readEndpointSlice } from "./_read_endpoint_slice.ts";
import { readNode } from "./_read_node.ts";
import { readService } from "./_read_service.ts";

export { quote } from "./_reader.ts";

/** What came of reading one value. */
export type ReadResult =
  | {
    /** The value is an object of a kind that the pipeline reads. */
    readonly outcome: "object";
    /** The object. */
    readonly object: KubeObject;
    /** Parts of it that were left out. */
    readonly findings: readonly Finding[];
  }
  | {
    /** The value is no usable object. */
    readonly outcome: "rejected";
    /** Which object it was meant to be, as far as that could be read. */
    readonly ref: ObjectRef | null;
    /** What is wrong with it. */
    readonly findings: readonly Finding[];
  }
  | {
    /** The value is an object of a kind that no rule looks at. */
    readonly outcome: "other-kind";
    /** Its API version. */
    readonly apiVersion: string;
    /** Its kind. */
    readonly kind: string;
  };

const KIND_OF: Readonly<Record<string, Kind>> = {
  "v1/Service": "Service",
  "v1/Node": "Node",
  "discovery.k8s.io/v1/EndpointSlice": "EndpointSlice",
};

/**
 * Reads one Kubernetes object as kubectl prints it. Never throws.
 */
export function readObject(value: unknown): ReadResult {
  const at = new Cursor();
  let ref: ObjectRef | null = null;
  const result = at.attempt((): ReadResult => {
    const root = object(value, at);
    const apiVersion = at.field(root, "apiVersion", text);
    const kindName = at.field(root, "kind", text);
    const key = `${apiVersion}/${kindName}`;
    const kind = Object.hasOwn(KIND_OF, key) ? KIND_OF[key] : undefined;
    if (kind === undefined) return { outcome: "other-kind", apiVersion, kind: kindName };
    const header = at.field(root, "metadata", (value): Header => {
      const metadata = object(value, at);
      const name = at.field(metadata, "name", objectName);
      const namespace = kind === "Node" ? "" : at.field(metadata, "namespace", readNamespace);
      ref = { kind, namespace, name };
      const labels = at.field(metadata, "labels", textMap);
      return { ref, labels, annotations: at.field(metadata, "annotations", textMap) };
    });
    return { outcome: "object", object: readBody(kind, root, header, at), findings: at.findings };
  });
  return result ?? { outcome: "rejected", ref, findings: at.findings };
}

/** Puts a finding into words: `Service default/web: spec.ports[0].port: 70000 is not a port (1 to 65535)`. */
export function describeFinding(ref: ObjectRef | null, finding: Finding): string {
  const where = finding.path === "" ? "" : `${finding.path}: `;
  return `${ref === null ? "Object" : describeRef(ref)}: ${where}${finding.message}`;
}

function readBody(
  kind: Kind,
  root: Readonly<Record<string, unknown>>,
  header: Header,
  at: Cursor,
): KubeObject {
  switch (kind) {
    case "Service":
      return readService(root, header, at);
    case "EndpointSlice":
      return readEndpointSlice(root, header, at);
    case "Node":
      return readNode(root, header, at);
  }
}

/**
 * The name of an object: what may stand in a URL path (apimachinery `IsValidPathSegmentName`) and
 * has no colon, which no kind here allows and which parts a Service's name from its port's.
 */
function objectName(value: unknown, at: Cursor): string {
  const name = text(value, at);
  return /^(\.\.?)?$|[/%:\s]/.test(name) ? at.fail(`${quote(name)} is not an object's name`) : name;
}

const readNamespace = optional(objectName, "default");
