/**
 * Which networks of HNS a name stands for. Pure.
 *
 * @module
 */

/**
 * The networks of that name; in another letter case if there is none. A name with `*`, or `.*` as
 * scripts have it, is a pattern if no network is called so: `vpcbr*` where each node has a name of its
 * own. Where it fits several, none of them is meant for sure.
 */
export function networksNamed<T extends { readonly name: string }>(
  networks: readonly T[],
  wanted: string,
): readonly T[] {
  const exact = networks.filter(({ name }) => name === wanted);
  if (exact.length > 0) return exact.slice(0, 1);
  const pattern = patternOf(wanted);
  return networks.filter(({ name }) => pattern.test(name));
}

/** Each star matches greedily between fixed texts, and names are short: no text makes it slow. */
function patternOf(wanted: string): RegExp {
  const texts = wanted.split(/\.?\*+/).map((each) => RegExp.escape(each));
  return new RegExp(`^${texts.join(".*")}$`, "is");
}
