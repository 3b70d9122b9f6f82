/**
 * In which form a client wants its answer: plain JSON, or the table that kubectl prints. Pure.
 *
 * @module
 */

/** A form of answer. */
export type Representation =
  /** The objects themselves. */
  | { readonly form: "json" }
  /** `meta.k8s.io` Table. */
  | { readonly form: "table"; readonly version: string };

/**
 * The first form in an Accept header that can be made, `null` if none can. Quality values are not
 * looked at, as in the real API server: clients list what they want most first.
 */
export function negotiate(accept: string | null): Representation | null {
  if (accept === null || accept.trim() === "") return { form: "json" };
  for (const range of accept.split(",")) {
    const [type = "", ...parameters] = range.split(";").map((part) => part.trim());
    if (!["application/json", "application/*", "*/*"].includes(type)) continue;
    const given = new Map(parameters.map((parameter) => {
      const [name = "", value = ""] = parameter.split("=");
      return [name.trim(), value.trim()];
    }));
    const as = given.get("as");
    if (as === undefined) return { form: "json" };
    const version = given.get("v") ?? "";
    if (as === "Table" && given.get("g") === "meta.k8s.io" && /^v1(beta1)?$/.test(version)) {
      return { form: "table", version };
    }
  }
  return null;
}

/** The Content-Type without its parameters. */
export function mediaType(contentType: string | null): string {
  return (contentType ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
}
