/**
 * Which services go to the userspace backend beside the kernel one.
 *
 * @module
 */
import { BACKEND_ANNOTATION, type ServicePortView } from "../../core/mod.ts";

/**
 * Whether a service port goes to the userspace backend: its service has annotation
 * `windlass.dev/backend: userspace`, or its name is among the patterns, `NAMESPACE/NAME` with `*` for
 * any text. The annotation goes before the patterns.
 */
export function userspaceSelector(
  patterns: readonly string[],
): (entry: ServicePortView) => boolean {
  const tests = patterns.map((pattern) =>
    new RegExp(`^${pattern.split("*").map(quoted).join(".*")}$`)
  );
  return ({ namespace, service, annotations }) => {
    const named = annotations[BACKEND_ANNOTATION];
    if (named !== undefined) return named === "userspace";
    return tests.some((test) => test.test(`${namespace}/${service}`));
  };
}

function quoted(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
