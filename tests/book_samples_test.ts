/**
 * Samples of output in the book that are not made anew for each commit are what the program writes
 * and reads; and no page shows a sample that nothing holds to the program.
 *
 * @module
 */
import assert from "node:assert/strict";
import { healthText } from "../agent/health/health_routes.ts";
import { klogFormatter } from "../agent/log/format.ts";
import { main } from "../agent/main.ts";
import { findSourceVip } from "../agent/node_facts/source_vip_rules.ts";
import { matrixText } from "../agent/probe/matrix.ts";
import type { Cell, Round } from "../agent/probe/model.ts";
import { readColumn } from "../agent/probe/read_wire.ts";
import { fakeIo } from "../agent/test_io.ts";
import { readState } from "../backends/mod.ts";

const ROOT = new URL("../", import.meta.url);
const GENERATED = /^<!-- (?:generated|output of): .+ -->\n[^]*?^<!-- end -->$/gm;
const SAMPLE = /^( *)```(text|json)\n([^]*?)^\1```$/gm;

/** The samples of a page that are not generated, in their order. */
async function samplesOf(page: string, language: "text" | "json"): Promise<readonly string[]> {
  const text = (await Deno.readTextFile(new URL(page, ROOT))).replaceAll("\r\n", "\n");
  return [...text.replaceAll(GENERATED, "").matchAll(SAMPLE)]
    .filter(([, , found]) => found === language)
    .map(([, , , body = ""]) => body);
}

async function json(page: string, index = 0): Promise<unknown> {
  return JSON.parse((await samplesOf(page, "json"))[index] ?? "none");
}

/** How many samples a page has, and what holds them to the program. */
const HELD: Readonly<Record<string, string>> = {
  "docs/architecture.md text 1": "a drawing",
  "docs/cli.md json 1": "this file",
  "docs/cli.md text 1": "the grammar; the program's own words are generated below it",
  "docs/guides/install-daemonset.md text 1": "this file",
  "docs/guides/smoke-test.md text 5": "book_outputs_test.ts",
  "docs/hns/objects.md json 4": "book_outputs_test.ts",
  "docs/hns/operating.md json 1": "this file",
  "docs/hns/transports.md json 4": "backends/hns/powershell, whose tests speak this protocol",
  "docs/reference/health.md json 1": "this file",
  "docs/reference/kube-proxy.md text 1": "this file",
  "docs/reference/probe.md json 1": "this file",
  "docs/reference/probe.md text 1": "this file",
  "docs/simulate.md json 1": "docs_test.ts",
  "docs/simulate.md text 1": "this file, but for its figures: each run has its own",
};

async function* pagesIn(folder: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(new URL(folder, ROOT))) {
    if (isDirectory) yield* pagesIn(`${folder}${name}/`);
    else if (name.endsWith(".md")) yield `${folder}${name}`;
  }
}

Deno.test("every sample of output in the book is generated, or held by a test that is named here", async () => {
  const found: string[] = [];
  for await (const page of pagesIn("docs/")) {
    for (const language of ["json", "text"] as const) {
      const { length } = await samplesOf(page, language);
      if (length > 0) found.push(`${page} ${language} ${length}`);
    }
  }
  assert.deepEqual(found.sort(), Object.keys(HELD).sort());
});

Deno.test("every JSON in the book parses, also where it stands in a list", async () => {
  for await (const page of pagesIn("docs/")) {
    for (const sample of await samplesOf(page, "json")) JSON.parse(sample);
  }
});

Deno.test("docs/cli.md shows a line of to-print as it is", async () => {
  const io = fakeIo();
  const input = `--input=${new URL("docs/examples/cluster.yaml", ROOT).pathname}`;
  const args = ["file", "to-print", "--once", "-o", "json", input, "--node-name=n1"];
  assert.equal(await main(args, io), 0);
  assert.deepEqual(await json("docs/cli.md"), JSON.parse(io.out().split("\n")[0] ?? ""));
});

Deno.test("docs/hns/operating.md shows a file that the emulator reads", async () => {
  const [text = ""] = await samplesOf("docs/hns/operating.md", "json");
  assert.equal(readState(text).ok, true);
});

Deno.test("docs/reference/health.md shows a body of /healthz as it is", async () => {
  const at = (text: string) => Date.parse(text);
  const body = healthText(
    {
      now: at("2026-01-05T10:00:01.5Z"),
      healthy: true,
      live: true,
      blockedBy: "",
      nodeEligible: true,
      lastUpdated: at("2026-01-05T10:00:00Z"),
      families: new Map(
        (["IPv4", "IPv6"] as const).map((family) => [family, {
          lastUpdated: at("2026-01-05T10:00:00Z"),
          healthy: true,
        }]),
      ),
    },
    "healthz",
    true,
  );
  const [text = ""] = await samplesOf("docs/reference/health.md", "json");
  assert.equal(JSON.stringify(JSON.parse(text)), body);
});

Deno.test("docs/reference/kube-proxy.md shows a line of klog as it is", async () => {
  const line = klogFormatter(4321)({
    time: new Date(2026, 10, 21, 10, 53, 11, 123).getTime(),
    severity: "info",
    v: 2,
    component: "sync",
    message: "Synced",
    fields: { changes: 3 },
  });
  assert.deepEqual(await samplesOf("docs/reference/kube-proxy.md", "text"), [line]);
});

Deno.test("docs/guides/install-daemonset.md shows what a node says of its source VIP", async () => {
  const network = { name: "Calico", type: "Overlay", id: "a", subnets: ["10.244.2.0/24"] };
  const endpoint = { name: "Calico_ep", networkId: "a", ips: ["10.244.2.66"], remote: false };
  const facts = { given: null, network, endpoints: [endpoint], reservations: [] };
  const { ip, rule, why } = findSourceVip(facts);
  const line = klogFormatter(1)({
    ...{ time: 0, severity: "info", v: 0, component: "winkernel", message: "Found the source VIP" },
    fields: { ip, rule, why, network: network.name },
  });
  const [text = ""] = await samplesOf("docs/guides/install-daemonset.md", "text");
  assert.equal(line.slice(line.indexOf('"')), text);
});

Deno.test("docs/reference/probe.md shows a document as the program writes and reads it", async () => {
  const { at, columns, failures, ...rest } = Object(await json("docs/reference/probe.md"));
  assert.deepEqual([typeof at, failures, rest], ["number", [], {}]);
  assert.deepEqual(readColumn(columns[0]), columns[0]); // it refuses what is not as it should be
});

Deno.test("docs/reference/probe.md shows a matrix as the program prints it", async () => {
  const expected = {
    answer: "one-of",
    endpoints: ["10.244.1.5:8080"],
    sticky: false,
    optional: false,
    rule: "policy-cluster",
  } as const;
  const cell = (kind: Cell["kind"], ip: string, port: number, node = ""): Cell => ({
    ...{ key: `${kind} ${ip}:${port}`, name: "default/web:http", protocol: "TCP", family: "IPv4" },
    ...{ kind, ip, port, node, expected, sights: [], mark: "ok", verdict: "right-endpoint" },
    why: "an endpoint answers that should",
  });
  const refused = { seen: "refused", name: "", ms: 1 } as const;
  const cells = [
    cell("ClusterIP", "10.96.0.10", 80),
    cell("NodePort", "192.0.2.11", 30080, "n1"),
    cell("NodePort", "192.0.2.12", 30080, "n2"),
    cell("Endpoint", "10.244.1.5", 8080),
  ];
  const fromPod = cells.map((each): Cell =>
    each.node !== "n2" ? each : {
      ...each,
      mark: "wrong",
      verdict: "no-answer",
      why: "nobody answers where somebody should",
      sights: [refused, refused, refused],
    }
  );
  const round: Round = {
    at: 0,
    columns: [
      { from: "n1", cells, leftOut: [] },
      { from: "pod-on-n1", cells: fromPod, leftOut: [] },
    ],
    failures: [],
  };
  assert.deepEqual(await samplesOf("docs/reference/probe.md", "text"), [matrixText(round)]);
});

Deno.test("docs/simulate.md shows the head and the last words of a summary", async () => {
  const io = fakeIo();
  const args = ["--services=2", "--pods-per-service=2", "--connections=2", "--duration=300ms"];
  assert.equal(await main(["simulate", ...args], io), 0, io.err());
  const settled = (text: string) => text.replaceAll(/\d[\d,.]*/g, "0").replaceAll(/ +/g, " ");
  const printed = settled(io.out());
  const [sample = ""] = await samplesOf("docs/simulate.md", "text");
  for (const line of settled(sample).split("\n").filter((each) => /^(scenario|OK:)/.test(each))) {
    assert.ok(printed.includes(line), `${line} is not in ${printed}`);
  }
});
