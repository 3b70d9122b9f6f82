/**
 * The programs on the test-bed, each a process of its own: proxies, probers, pods, clients.
 *
 * @module
 */
import { join } from "node:path";
import { clusterText, NODES, type Pair, type Told } from "./_cluster.ts";
import { CLIENT_IPS, DEVICE, layTestbed, POD_IPS, type Testbed } from "./_testbed.ts";
import { type Host, type Program, windlass } from "./namespaces.ts";
import { type Watcher, watcherOf } from "./_watcher.ts";

/** The stage. Dispose it: that kills every program and takes the hosts away. */
export interface Stage extends AsyncDisposable {
  /** The hosts. */
  readonly bed: Testbed;
  /** Says what the cluster is, in the file and to the API server: the endpoints of `web` and `edge`. */
  tell(web: readonly Told[], edge: readonly Told[]): Promise<void>;
  /** Starts a proxy, which learns on n1 from the file and on n2 from the API server; resolves after its first sync. */
  proxy(node: "n1" | "n2"): Promise<Program>;
  /** Starts the process of a host's pods. */
  pods(host: Host): Program;
  /** Starts probers on n1, on a pod of it and on n2, read in one. */
  watchInside(): Promise<Watcher>;
  /** Starts a prober outside the cluster. */
  watchOutside(): Watcher;
  /** Starts a client that knocks at addresses without a pause; resolves when all have answered. */
  knock(host: Host, ...places: readonly string[]): Promise<Program>;
}

const AGENT_PORT = 12_091;
const API_PORT = 6443;
const DENO = [Deno.execPath(), "run", "--no-prompt", "--quiet", "--allow-net", "--allow-read=/tmp"];

/** Sets the stage. */
export async function setStage(): Promise<Stage> {
  await using made = new AsyncDisposableStack();
  const folder = await Deno.makeTempDir({ dir: "/tmp" });
  made.defer(() => Deno.remove(folder, { recursive: true }));
  const input = join(folder, "cluster.json");
  const token = `--token-file=${join(folder, "token")}`;
  await Deno.writeTextFile(join(folder, "token"), "the-test-bed-knows-it");
  const bed = made.use(await layTestbed());
  const programs = made.use(new AsyncDisposableStack());

  function probe(host: Host, args: readonly string[], read: "stderr" | "stdout"): Program {
    const pace = ["--rate=500", "--times=1", "--timeout=2s"]; // patient: a loaded machine's silence is no finding
    const command = windlass("probe", "file", `--input=${input}`, ...pace, ...args);
    return programs.use(host.start(command, { read }));
  }

  async function agent(host: Host, ip: string, args: readonly string[]): Promise<string> {
    const serve = [`--serve=${ip}:${AGENT_PORT}`, token, "--insecure-listen-any"];
    await probe(host, [...args, ...serve], "stderr").line(/Probing for those/);
    return `http://${ip}:${AGENT_PORT}`;
  }

  function script(host: Host, name: string, ...args: readonly string[]): Program {
    const command = [...DENO, `tests/netns/${name}`, ...args];
    return programs.use(host.start(command, { read: "stdout", write: true }));
  }

  const api = script(bed.n2, "_api_main.ts", NODES.n2[0], String(API_PORT));
  const sources = {
    n1: ["file", "to-userspace", `--input=${input}`],
    n2: ["kube", "to-userspace", `--server=http://${NODES.n2[0]}:${API_PORT}`],
  };
  const again = ["--all-nodes", "--watch", "--interval=100ms", "--output=json"];
  const stack = made.move();
  return {
    bed,
    async tell(web, edge) {
      await Deno.writeTextFile(`${input}.new`, clusterText(web, edge));
      await Deno.rename(`${input}.new`, input);
      await order(api, input, `done ${input}`);
    },
    async proxy(node) {
      const program = programs.use(bed[node].start(windlass(
        ...[...sources[node], `--node-name=${node}`, "-v=2"],
        ...["--address-manager=iproute2", `--interface=${DEVICE}`, "--min-sync-period=50ms"],
      )));
      await program.line(/Synced/);
      return program;
    },
    pods: (host) => script(host, "_pods_main.ts"),
    async watchInside() {
      const agents = await Promise.all([
        agent(bed.pod, POD_IPS[0], ["--node-name=n1", "--from=pod-on-n1"]),
        agent(bed.n2, NODES.n2[0], ["--node-name=n2"]),
      ]);
      const args = ["--node-name=n1", ...again, token, `--agents=${agents}`];
      return watcherOf(probe(bed.n1, args, "stdout"));
    },
    watchOutside() {
      const who = ["--node-name=n1", "--from=client", `--client-ip=${CLIENT_IPS[0]}`];
      const targets = "--targets=NodePort,ExternalIP,LoadBalancer";
      return watcherOf(probe(bed.client, [...who, ...again, targets], "stdout"));
    },
    async knock(host, ...places) {
      const program = script(host, "_knock_main.ts", ...places);
      await program.line(/^knocking \[\]$/);
      return program;
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

/** Has a process of pods start one, on its address of each family. */
export async function startPod(pods: Program, ips: Pair, port: number): Promise<void> {
  for (const ip of ips) await order(pods, `start ${ip} ${port}`, `done start ${ip} ${port}`);
}

/** Has a process of pods end one, as pods do that have time to. */
export async function finishPod(pods: Program, ips: Pair): Promise<void> {
  for (const ip of ips) await order(pods, `finish ${ip}`, `done finish ${ip}`);
}

async function order(program: Program, line: string, answer: string): Promise<void> {
  await program.say(line);
  await program.line(new RegExp(`^${RegExp.escape(answer)}$`));
}
