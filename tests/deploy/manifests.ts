/**
 * The plain manifests in deploy/manifests/, rendered from the Helm chart, for those who don't use Helm.
 * As a program (`deno task deploy:manifests`) it writes them.
 *
 * @module
 */

/** A manifest, and the chart's values that it comes of. */
export interface Manifest {
  /** The file's name in deploy/manifests/. */
  readonly file: string;
  /** What it installs: a sentence. */
  readonly about: string;
  /** The values, as Helm's `--set` takes them. */
  readonly values: readonly string[];
}

const IMAGE = "image.repository=registry.example/windlass-windows";
const BRAIN = ["topology=brain", "brain.image.repository=registry.example/windlass"];
const CALICO = "kernel.networkName=Calico";

/** Every manifest. */
export const MANIFESTS: readonly Manifest[] = [
  {
    file: "kernelspace.yaml",
    about: "Windlass in place of kube-proxy on each Windows node, by HNS load balancers.",
    values: [IMAGE, CALICO],
  },
  {
    file: "userspace.yaml",
    about: "Windlass in place of kube-proxy on each Windows node, by sockets of its own.",
    values: [IMAGE, "mode=userspace"],
  },
  {
    file: "brain-kernelspace.yaml",
    about: "A brain on Linux nodes, and HNS load balancers on Windows nodes that connect to it.",
    values: [IMAGE, CALICO, ...BRAIN],
  },
  {
    file: "brain-userspace.yaml",
    about: "A brain on Linux nodes, and sockets on Windows nodes that connect to it.",
    values: [IMAGE, "mode=userspace", ...BRAIN],
  },
];

const ROOT = new URL("../../", import.meta.url);

/** Where a manifest is. */
export function pathOf({ file }: Manifest): URL {
  return new URL(`deploy/manifests/${file}`, ROOT);
}

/** Runs Helm in the project's folder and answers with what it prints; `null` where there is no Helm. */
export async function helm(...args: readonly string[]): Promise<string | null> {
  let result: Deno.CommandOutput;
  try {
    result = await new Deno.Command("helm", { args: [...args], cwd: ROOT }).output();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
  const decoder = new TextDecoder();
  if (result.success) return decoder.decode(result.stdout);
  throw new Error(`helm ${args.join(" ")}: ${decoder.decode(result.stderr)}`);
}

/** The chart with these values; `null` where there is no Helm. */
export async function render(...values: readonly string[]): Promise<string | null> {
  const sets = values.flatMap((value) => ["--set", value]);
  const place = ["--namespace", "kube-system", "--kube-version", "1.33.0"];
  return await helm("template", "windlass", "deploy/helm/windlass", ...place, ...sets);
}

/** The text of a manifest; `null` where there is no Helm. */
export async function manifestText(manifest: Manifest): Promise<string | null> {
  const rendered = await render(...manifest.values);
  if (rendered === null) return null;
  const ownLines = rendered.split("\n").filter((line) =>
    !/^# Source: |^ +(helm\.sh\/chart|app\.kubernetes\.io\/managed-by): /.test(line)
  );
  const head = [
    `# ${manifest.about}`,
    "# Made from deploy/helm/windlass by `deno task deploy:manifests`. Before you apply it, change the",
    "# images (registry.example) to those that you have built, and the HNS network's name to your CNI's.",
  ];
  return [...head, ...ownLines].join("\n");
}

if (import.meta.main) {
  for (const manifest of MANIFESTS) {
    const text = await manifestText(manifest);
    if (text === null) throw new Error("Cannot render the chart: helm is not on the PATH");
    await Deno.writeTextFile(pathOf(manifest), text);
  }
}
