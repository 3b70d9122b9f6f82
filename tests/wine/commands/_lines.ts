/**
 * Command lines for everything that the program can be asked for, each with a small job, as data.
 *
 * @module
 */

/** What the command lines work on. */
export interface Place {
  /** A folder for what they write, with the separator at its end. */
  readonly folder: string;
  /** A file with a cluster whose addresses are all on the loopback. */
  readonly loopback: string;
  /** Where a simulated API server is. */
  readonly server: string;
  /** The KPNG server that `BRAIN` is. */
  readonly api: string;
  /** The metrics address of the proxy that `PROXY` is. */
  readonly metrics: string;
  /** The name of a service for this test alone. */
  readonly service: string;
}

/** A command line, and how it shows that it has done its work. */
export interface Line {
  /** Its arguments: flags begin with `-` and have their values after `=`, what does not is a word. */
  readonly args: readonly string[];
  /** Its exit code. @default 0 */
  readonly code?: number;
  /** Something that only that work prints, or leaves in the file. */
  readonly says: RegExp;
  /** The file of the folder in which it says that, where it is not printed. */
  readonly file?: string;
}

const EXAMPLE = ["--input=docs/examples/cluster.yaml", "--node-name=n1"];

/** The proxy that stays, for who asks one that runs: its metrics address is in its log. */
export function proxyLine({ loopback }: Pick<Place, "loopback">): readonly string[] {
  return [
    ...["file", "to-userspace", `--input=${loopback}`, "--node-name=n1"],
    ...["--address-manager=none", "--metrics-bind-address=127.0.0.1:0", "--v=2"],
  ];
}

/** The brain that stays, for who follows one: its address is in its log. */
export function brainLine({ server }: Pick<Place, "server">): readonly string[] {
  return [
    ...["kube", "to-api", `--server=${server}`, "--listen=tcp://127.0.0.1:0"],
    ...["--healthz-bind-address=", "--metrics-bind-address="],
  ];
}

/** The command lines that end, in the order in which they are run. */
export function linesFor(place: Place): readonly Line[] {
  return [...questions(place), ...syncs(place), ...hns(place), ...service(place)];
}

function questions({ folder, loopback, metrics }: Place): readonly Line[] {
  return [
    { args: ["version"], says: /^windlass \d+\.\d+\.\d+ / },
    { args: ["help"], says: /^Usage:\s+windlass SOURCE SINK/m },
    { args: ["completion", "bash"], says: /complete .*windlass/ },
    { args: ["completion", "zsh"], says: /compdef .*windlass/ },
    { args: ["completion", "powershell"], says: /Register-ArgumentCompleter -Native/ },
    { args: ["view", "file", ...EXAMPLE], says: /NodePort +\*:30080 +10\.244\.1\.5:8080\s/ },
    {
      args: ["plan", "file", ...EXAMPLE, "--backend=userspace"],
      says: /^open +TCP\/10\.96\.0\.10:80 +ClusterIP of default\/web:http/m,
    },
    {
      args: ["explain", "file", "default/web", ...EXAMPLE],
      says: /Local set \(local-ready\): at least one ready endpoint runs on this node/,
    },
    {
      args: ["kube-proxy", "--hostname-override=n1", `--write-config-to=${folder}config.yaml`],
      file: "config.yaml",
      says: /^kind: KubeProxyConfiguration$/m,
    },
    { args: ["node", "--node-name=n1", "-o=json"], code: 1, says: /"rule": "hns-unreachable"/ },
    {
      args: ["top", "--once", `--address=${metrics}`],
      says: /default\/web:http/,
    },
    {
      args: ["probe", "file", `--input=${loopback}`, "--node-name=n1"],
      says: /as the view says: 2 +X wrong: 0/,
    },
    {
      args: ["simulate", "--duration=2s", "--services=3", "--workers=1", "-o=json"],
      says: /"misrouted": 0\b/,
    },
  ];
}

function syncs({ folder, api }: Place): readonly Line[] {
  return [
    {
      args: ["file", "to-print", "--once", ...EXAMPLE],
      says: /^\+ default\/web:http IPv4\/TCP ClusterIP 10\.96\.0\.10:80, NodePort \*:30080/m,
    },
    {
      args: ["file", "to-file", "--once", ...EXAMPLE, `--output=${folder}snapshot.yaml`],
      file: "snapshot.yaml",
      says: /kind: EndpointSlice/,
    },
    {
      args: ["api", "to-json", "--once", `--api=${api}`, "--node-name=n1"],
      says: /"Name":"web".*"Endpoints":\[\{"IPs":\{"V4":\["10\.244\.1\.5"\]\}/,
    },
    {
      // The exe's permissions name no program of the operator's.
      args: ["file", "to-exec", "--once", ...EXAMPLE, "--", "more.com"],
      code: 1,
      says: /Cannot run "more\.com": this program was given no permission to run it/,
    },
  ];
}

function hns({ folder }: Place): readonly Line[] {
  const network = ["--network-name=vxlan0", `--hns=emulator:${folder}hns.json`];
  const node = ["--source-vip=10.244.1.2", "--node-ip=172.16.0.20", "--host-mac=00-15-5d-65-2a-00"];
  const all = [...network, ...node, "--enable-dsr"];
  return [
    {
      args: ["source-vip", ...network, "--source-vip=10.244.1.2"],
      says: /^10\.244\.1\.2\r?$/m,
    },
    {
      args: ["plan", "file", "--backend=winkernel", ...EXAMPLE, ...all],
      says: /^create-load-balancer +load-balancer\/TCP\/10\.96\.0\.10:80 /m,
    },
    {
      args: ["file", "to-winkernel", "--once", ...EXAMPLE, ...all],
      file: "hns.json",
      says: /"10\.96\.0\.10"/,
    },
    { args: ["hns", "list", ...all], says: /^10\.96\.0\.10:80 +6 +8080 /m },
    { args: ["hns", "diff", "file", ...EXAMPLE, ...all], says: /^HNS has what is wanted$/m },
    { args: ["hns", "doctor", ...all], says: /^INFO port-blocks: /m },
    { args: ["hns", "cleanup", ...all], says: /^Removed what \d+ operations name/m },
  ];
}

function service({ folder, service: name }: Place): readonly Line[] {
  const line = ["file", "to-print", ...EXAMPLE, `--log-file=${folder}service.log`];
  const ask = (action: string) => ["service", action, `--service-name=${name}`];
  return [
    { args: [...ask("install"), "--start=demand", "--", ...line], says: /is installed; it runs/ },
    { args: ask("start"), says: /runs as process \d+/ },
    { args: ask("status"), says: /^state +running\b/m },
    { args: ask("stop"), says: /has stopped/ },
    { args: ask("uninstall"), says: /is removed/ },
  ];
}
