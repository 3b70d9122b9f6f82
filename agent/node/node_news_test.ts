import assert from "node:assert/strict";
import { type KubeObject, type PipelineEvent, readObject } from "../../core/mod.ts";
import { FakeLog } from "../test_fakes.ts";
import { NodeNews } from "./node_news.ts";

function node(name: string, ...addresses: readonly string[]): KubeObject {
  const result = readObject({
    apiVersion: "v1",
    kind: "Node",
    metadata: { name },
    status: { addresses: addresses.map((address) => ({ type: "InternalIP", address })) },
  });
  if (result.outcome !== "object") throw new TypeError("no Node");
  return result.object;
}

const listOf = (...objects: readonly KubeObject[]): PipelineEvent => ({
  type: "list",
  kind: "Node",
  objects,
  unreadable: [],
});
const ref = { kind: "Node", namespace: "", name: "n1" } as const;
const HERE = node("n1", "192.168.1.10");
const MOVED = node("n1", "192.168.1.11");

Deno.test.each<{ name: string; events: readonly PipelineEvent[]; says: readonly RegExp[] }>([
  { name: "a Node that is there is no news", events: [listOf(HERE)], says: [] },
  {
    name: "that there is none of this name is told once, and that it has come",
    events: [listOf(node("n2")), listOf(), { type: "upsert", object: HERE }],
    says: [/^warn There is no Node "n1" .*--hostname-override/, /^info The Node is in the cluster/],
  },
  {
    name: "a deletion is told, whether it was seen or not",
    events: [listOf(HERE), { type: "delete", ref }, listOf(), listOf(HERE), listOf()],
    says: [/^warn The Node was deleted/, /^info The Node is in/, /^warn The Node was deleted/],
  },
  {
    name: "other addresses are told, with those before",
    events: [listOf(HERE), { type: "upsert", object: MOVED }, listOf(MOVED)],
    says: [/^warn The addresses of the Node have changed.*192\.168\.1\.10.*192\.168\.1\.11/],
  },
  {
    name: "other Nodes, other kinds and Nodes that cannot be read are no news",
    events: [
      { type: "list", kind: "Node", objects: [], unreadable: [ref] },
      { type: "upsert", object: node("n2") },
      { type: "delete", ref: { ...ref, name: "n2" } },
      { type: "delete", ref: { kind: "Service", namespace: "default", name: "n1" } },
      { type: "list", kind: "Service", objects: [], unreadable: [] },
      { type: "view", services: [] },
    ],
    says: [],
  },
])("$name", ({ events, says }) => {
  const log = new FakeLog();
  const news = new NodeNews({ nodeName: "n1", log });
  for (const event of events) news.heard([event]);
  assert.equal(log.lines.length, says.length, log.lines.join("\n"));
  for (const [index, pattern] of says.entries()) assert.match(log.lines[index] ?? "", pattern);
});
