/**
 * The commands, and the words that some of them take, as data.
 *
 * @module
 */
import { HNS, NODE, PROBE, USERSPACE } from "./flag_groups.ts";
import type { CommandWord } from "./word.ts";

/** What a command line may begin with beside a source. */
export const COMMANDS = {
  view: {
    about: "Prints what a node would do for each service, and does nothing",
    takes: ["SOURCE"],
    flags: ["outputTextJsonYaml", ...NODE],
    examples: ["windlass view file --input cluster.yaml --node-name n1 -o json"],
  },
  plan: {
    about: "Prints the operations that a backend would carry out, and does nothing",
    takes: ["SOURCE"],
    flags: [
      "backend",
      ...USERSPACE,
      ...HNS,
      "healthzServer",
      "userspaceServices",
      "outputTextJsonYaml",
      ...NODE,
    ],
    examples: [
      "windlass plan file --input cluster.yaml --backend userspace",
      "windlass plan file -i cluster.yaml --backend winkernel --network-name cbr0 --hns emulator",
    ],
  },
  hns: {
    about: "Lists what HNS has, compares it with what is wanted, finds what is wrong, or cleans up",
    takes: ["ACTION"],
    more: ["[SOURCE]"],
    flags: [
      ...HNS,
      "healthzServer",
      "userspaceServices",
      ...USERSPACE,
      "outputTextJsonYaml",
      ...NODE,
      "kubeconfig",
      "context",
      "server",
      "input",
      "strict",
    ],
    examples: [
      "windlass hns list --network-name cbr0 --hns emulator:hns.json",
      "windlass hns diff file --input cluster.yaml --network-name cbr0 --node-name n1",
      "windlass hns doctor --network-name cbr0 -o json",
      "windlass hns cleanup --network-name cbr0",
    ],
  },
  explain: {
    about: "Tells why each address and endpoint of a service is used or not",
    takes: ["SOURCE", "NAMESPACE/NAME"],
    flags: [
      "outputTextJsonYaml",
      "clientIp",
      "frontend",
      "backend",
      ...HNS,
      "healthzServer",
      "userspaceServices",
      ...NODE,
    ],
    examples: [
      "windlass explain kube default/web --node-name n1",
      "windlass explain kube default/web --frontend 10.96.0.10:80 --client-ip 192.0.2.7",
    ],
  },
  "kube-proxy": {
    about: "Runs as kube-proxy does, from its command line or its configuration file",
    takes: [],
    flags: [],
    examples: ["windlass kube-proxy --config=config.conf --hostname-override=n1"],
  },
  service: {
    about:
      "Installs this program as a Windows service, removes, starts or stops it, tells how it is",
    takes: ["ACTION"],
    more: ["[-- COMMAND-LINE]"],
    flags: ["serviceName", "serviceStart", "dependOn", "serviceTimeout", "outputTextJsonYaml"],
    examples: [
      "windlass service install -- kube to-winkernel --kubeconfig C:\\k\\config",
      "windlass service install --service-name kube-proxy -- --config C:\\k\\kube-proxy.conf",
      "windlass service start",
      "windlass service status -o json",
      "windlass service stop",
      "windlass service uninstall",
    ],
  },
  probe: {
    about: "Asks every address of every service from here, and compares who answers with the view",
    takes: ["SOURCE"],
    more: ["[NAMESPACE/NAME...]"],
    flags: [
      ...PROBE,
      "clientIp",
      "nodeIp",
      "insecureListenAny",
      "outputTextJsonJunit",
      ...NODE,
    ],
    examples: [
      "windlass probe kube --node-name n1",
      "windlass probe file 'default/*' --input cluster.yaml --watch",
      "windlass probe kube --serve 127.0.0.1:12091",
    ],
  },
  node: {
    about:
      "Tells what this machine has of what a service proxy needs, what is missing, and the cure",
    takes: [],
    flags: [
      "hns",
      "networkName",
      "sourceVip",
      "ipamFolder",
      "interface",
      ...NODE,
      "outputTextJsonYaml",
    ],
    examples: ["windlass node", "windlass node --network-name vxlan0 -o json"],
  },
  "source-vip": {
    about: "Prints this node's source VIP, and reserves one in the CNI's books if there is none",
    takes: [],
    flags: ["hns", "networkName", "sourceVip", "ipamFolder", "outputTextJsonYaml"],
    examples: ["windlass source-vip --network-name vxlan0"],
  },
  top: {
    about: "Shows what a windlass that runs believes and does: services, connections, syncs",
    takes: [],
    flags: ["topAddress", "topSort", "topSearch", "topOnce", "outputTextJson"],
    examples: [
      "windlass top",
      "windlass top --search 10.96.0.10 --once",
      "windlass top --address 192.0.2.7:10249 --sort bytes -o json",
    ],
  },
  simulate: {
    about: "Runs a whole cluster on this machine: a real API protocol, real sockets",
    takes: [],
    flags: [
      "services",
      "podsPerService",
      "nodes",
      "duration",
      "scenario",
      "seed",
      "connections",
      "dataPath",
      "simulatedWorkers",
      "outputTextJson",
    ],
    examples: ["windlass simulate", "windlass simulate --scenario rolling-update -o json"],
  },
  version: {
    about: "Prints the version",
    takes: [],
    flags: ["outputTextJsonYaml"],
    examples: ["windlass version -o json"],
  },
  help: {
    about: "Explains a command, a source or a sink",
    takes: [],
    more: ["[COMMAND]"],
    flags: [],
    examples: ["windlass help view", "windlass help file to-print"],
  },
  completion: {
    about: "Prints a script that completes windlass' command line in a shell",
    takes: ["SHELL"],
    flags: [],
    examples: [
      "source <(windlass completion bash)",
      "windlass completion powershell | Out-String | Invoke-Expression",
    ],
  },
} as const satisfies Readonly<Record<string, CommandWord>>;

/** What `hns` can be asked to do. */
export const HNS_ACTIONS = ["list", "diff", "doctor", "cleanup"] as const;

/** What `service` can be asked to do. */
export const SERVICE_ACTIONS = ["install", "uninstall", "start", "stop", "status"] as const;

/** The shells that `completion` knows. */
export const SHELLS = ["bash", "powershell", "zsh"] as const;
/** A shell that `completion` knows. */
export type Shell = typeof SHELLS[number];
