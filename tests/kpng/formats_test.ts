// KPNG's port look-up, its lines of JSON and its state file, against the vectors.
import assert from "node:assert/strict";
import { fromBinary, type JsonValue } from "@bufbuild/protobuf";
import { load } from "js-yaml";
import { EMPTY_SNAPSHOT } from "../../core/mod.ts";
import { EndpointSchema, file_localv1, ServiceSchema } from "../../proto/kpng/api/localv1_pb.ts";
import { endpointPort } from "../../proto/kpng/endpoint_port.ts";
import { jsonLine } from "../../proto/kpng/json_line.ts";
import { EMPTY_MODEL } from "../../proto/kpng/model.ts";
import { stateFileText } from "../../proto/kpng/state_file.ts";
import { stateFileOf } from "../../proto/mod.ts";
import { schemaOf, SCHEMAS, vectors, vectorText } from "./vectors.ts";
import { type StoreOp, transact } from "./transcript_store.ts";

interface PortRow {
  readonly port: { Name: string; TargetPortName: string; TargetPort: number };
  readonly overrides: readonly { Name: string; Port: number }[] | null;
  readonly result: number;
  readonly error: string;
}

Deno.test("where KPNG finds a port, so do we, but for an unnamed port that the slice numbers", async () => {
  const rows = await vectors<PortRow>("port_mapping");
  assert.equal(rows.length, 36);
  for (const { port, overrides, result, error } of rows) {
    const ours = endpointPort(port, overrides ?? []);
    const own = overrides?.find((each) => each.Name === port.Name);
    const what = JSON.stringify({ port, overrides, result, error });
    if (error === "" && port.Name === "" && own !== undefined) assert.equal(ours, own.Port, what);
    else if (error === "" && result > 0) assert.equal(ours, result, what);
    else if (error !== "" && ours !== null) {
      // What KPNG does not find: the unnamed port of the slice, or the target port as the last resort.
      assert.equal(ours, own?.Port ?? port.TargetPort, what);
    }
  }
});

interface LineRow {
  readonly service_hex: string;
  readonly endpoint_hex: readonly string[];
  readonly line: string;
}

Deno.test("lines of JSON are those of kpng-json, to the letter", async () => {
  const rows = await vectors<LineRow>("kpng_json");
  assert.equal(rows.length, 10);
  for (const { service_hex, endpoint_hex, line } of rows) {
    const service = fromBinary(ServiceSchema, Uint8Array.fromHex(service_hex));
    const endpoints = endpoint_hex.map((hex) =>
      fromBinary(EndpointSchema, Uint8Array.fromHex(hex))
    );
    assert.equal(jsonLine(service, endpoints), line);
  }
});

Deno.test("control characters in lines of JSON are as Go writes them", () => {
  const service = fromBinary(ServiceSchema, Uint8Array.fromHex("12080a0d09080c5c6222"));
  assert.equal(
    jsonLine(service, []),
    '{"Service":{"Name":"\\n\\r\\t\\u0008\\u000c\\\\b\\"","SessionAffinity":null},"Endpoints":null}',
  );
});

/** Messages as the state file has them: names of fields in lower case, enums as numbers. */
function properCase(value: unknown, message: string): JsonValue {
  const schema = schemaOf(message);
  const entries = Object.entries(value ?? {}).map(([key, field]) => {
    const found = schema.fields.find(({ name }) => name.toLowerCase() === key);
    assert.ok(found !== undefined, `${message}.${key}`);
    const nested = found.message?.typeName;
    if (nested === undefined) return [found.name, field];
    if (!Array.isArray(field)) return [found.name, properCase(field, nested)];
    return [found.name, field.map((each: unknown) => properCase(each, nested))];
  });
  return Object.fromEntries(entries);
}

Deno.test("the state file is the one that KPNG's to-file writes", async () => {
  const state = load(await vectorText("state/in.yaml")) as {
    nodes: Record<string, unknown>[];
    services: { service: Record<string, unknown>; endpoints: Record<string, unknown>[] }[];
  };
  const ops: StoreOp[] = [
    ...state.nodes.map((node) => ({ op: "SetNode", msg: properCase(node, "globalv1.Node") })),
    ...state.services.flatMap(({ service, endpoints }) => {
      const named = { namespace: "default", ...service };
      const infos = endpoints.map((each) => ({
        ...properCase(each, "globalv1.EndpointInfo") as Record<string, JsonValue>,
        Namespace: "default",
        SourceName: "web",
        ServiceName: "web",
      }));
      return [
        { op: "SetService", msg: properCase(named, "localv1.Service") },
        { op: "SetEndpoints", ns: "default", name: "web", list: infos },
      ];
    }),
  ];
  const text = stateFileText(transact(EMPTY_MODEL, ops));
  const expected = await vectorText("state/out.yaml");
  assert.deepEqual(load(text), load(expected));
  assert.equal(withoutQuotes(text), withoutQuotes(expected));
});

/** Two writers may quote other texts than the same. */
function withoutQuotes(text: string): string {
  return text.replaceAll(
    /: '(.*)'$|: "(.*)"$|- '(.*)'$/gm,
    (all, a, b, c) => all.startsWith("-") ? `- ${c}` : `: ${a ?? b}`,
  );
}

Deno.test("the state of nothing is a state file without services", async () => {
  const all = { labels: () => true, annotations: () => true };
  const text = await stateFileOf(EMPTY_SNAPSHOT, { services: all, nodes: all });
  assert.equal(text, "nodes: []\nservices: []\n");
});

Deno.test("every message of KPNG has its schema", () => {
  assert.ok(SCHEMAS.size > 20);
  assert.equal(file_localv1.proto.package, "localv1");
});
