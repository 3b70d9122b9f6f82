/**
 * Variants that run, the servers behind them, and the loads that are put on them.
 *
 * @module
 */
import { Children } from "./children.ts";
import { LoadGenerator } from "./load_generator.ts";
import type { Running, Variant } from "./variant.ts";

/** How many descriptors a process keeps for itself. */
const OWN_DESCRIPTORS = 1500;

/** Where variants are measured. */
export class Stage implements AsyncDisposable {
  /** What puts loads on them. */
  readonly generator: LoadGenerator;
  /** How many connections a proxy and the generator can have: each takes two descriptors. */
  readonly connections: number;
  readonly #children: Children;
  /** The second and third octet of all addresses, so that two benchmarks don't meet. */
  readonly #net: string;
  #addresses = 0;

  private constructor(generator: LoadGenerator, children: Children, descriptors: number) {
    this.generator = generator;
    this.#children = children;
    this.connections = Math.min(10_000, Math.floor((descriptors - OWN_DESCRIPTORS) / 2));
    const [a = 0, b = 0] = crypto.getRandomValues(new Uint8Array(2));
    this.#net = `127.${64 + a % 128}.${b}`;
  }

  /** Sets it up. */
  static async open(descriptors: number): Promise<Stage> {
    return new Stage(await LoadGenerator.start(), new Children(), descriptors);
  }

  /** Writes a file that is removed at the end; answers with its path. */
  write(name: string, text: string): string {
    return this.#children.write(name, text);
  }

  /** Starts a variant, on an address of its own. */
  async start(variant: Variant): Promise<Running> {
    return await variant.start({
      children: this.#children,
      servers: this.generator.servers,
      ip: `${this.#net}.${++this.#addresses}`,
      connections: this.connections,
    });
  }

  /** Ends everything. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#children[Symbol.asyncDispose]();
    this.generator[Symbol.dispose]();
  }
}

/** The variants that are installed; the others are named. */
export async function installed(
  variants: readonly Variant[],
  note: (text: string) => void,
): Promise<readonly Variant[]> {
  const here: Variant[] = [];
  for (const variant of variants) {
    const version = await variant.version();
    if (version === null) note(`Left out: ${variant.name} is not to be had here`);
    else here.push(variant);
    if (version !== null) note(`${variant.name}: ${version}`);
  }
  return here;
}
