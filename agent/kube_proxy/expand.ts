/**
 * `$(NODE_NAME)` on a command line, as manifests have it: the kubelet puts the name in its place where
 * it starts the program. Where somebody else does (a service, a script), it is done here.
 *
 * @module
 */

/** The environment variables that stand on command lines. */
export const LINE_ENV = ["NODE_NAME"] as const;

/** The words with the variables in them that are set. One that is not stays, as with the kubelet. */
export function expand(
  args: readonly string[],
  env: (name: string) => string | undefined,
): readonly string[] {
  return args.map((word) =>
    LINE_ENV.reduce((text, name) => {
      const reference = `$(${name})`;
      return text.includes(reference)
        ? text.replaceAll(reference, () => env(name) ?? reference)
        : text;
    }, word)
  );
}
