/**
 * The help on kube-proxy's command line, made from the table of its flags.
 *
 * @module
 */
import { FLAG_GROUPS, KUBE_PROXY_FLAGS } from "./flags.ts";
import { wrap } from "../cli/help.ts";
import type { KubeProxyFlag } from "./flag_row.ts";
import { type Kind, valueText } from "./kinds.ts";

/** What stands for a value in the help, by its kind. */
const METAVARS: Readonly<Record<Kind, string>> = {
  text: "TEXT",
  bool: "",
  whole: "N",
  number: "NUMBER",
  duration: "DURATION",
  texts: "TEXT,...",
  switches: "NAME=true,...",
  levels: "PART=N,...",
};

/** The help. */
export function kubeProxyHelp(): string {
  const groups = FLAG_GROUPS.map(({ title, flags }) =>
    [`${title}:`, ...flags.flatMap(flagLines)].join("\n")
  );
  return [
    "Runs as kube-proxy does, from its command line or its configuration file.",
    "Usage:\n  windlass kube-proxy [flags]\n  windlass --FLAG [flags]",
    "Examples:\n" +
    "  windlass kube-proxy --config=C:/var/lib/kube-proxy/config.conf --hostname-override=n1\n" +
    "  windlass --proxy-mode=userspace --kubeconfig=C:/etc/kubernetes/kubelet.conf --v=2",
    ...groups,
    `The flags of "windlass kube to-userspace" and of the other sinks are taken as well.`,
  ].join("\n\n") + "\n";
}

function flagLines(flag: KubeProxyFlag): readonly string[] {
  const letter = flag.short === undefined ? "    " : `-${flag.short}, `;
  const metavar = METAVARS[flag.kind];
  const preset = valueText(flag.default, flag.kind);
  const shown = preset === "" || preset === "false" ? "" : ` (default ${preset})`;
  return [
    `  ${letter}--${flag.name}${metavar === "" ? "" : `=${metavar}`}${shown}`,
    ...wrap(`${flag.note} [${flag.does}]`, 90).map((text) => `          ${text}`),
  ];
}

/** The names of all flags, dashed, for completion. */
export function kubeProxyFlagNames(): readonly string[] {
  return [...KUBE_PROXY_FLAGS.keys()].map((name) => `--${name}`);
}
