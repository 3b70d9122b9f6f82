/**
 * The walls between the rooms, as a lint plugin: which room may import which, through which door, and
 * what pure code may not touch. `deno lint` loads it; `walls_test.ts` shows that it bites.
 *
 * @module
 */

/** Which rooms each room may import. Rooms that are not named (tests, bench) may import all. */
export const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  core: [],
  backends: ["core"],
  proto: ["core"],
  agent: ["core", "backends", "proto"],
};

/** The packages that pure code may use: they compute and do nothing else. */
const PURE_PACKAGES = ["ip-num"];

/** What pure code may not name: it reads a clock, draws at random, or has an effect. */
const IMPURE = new Set([
  "Deno",
  "Date",
  "performance",
  "crypto",
  "console",
  "fetch",
  "process",
  "globalThis",
  "navigator",
  "setTimeout",
  "setInterval",
  "setImmediate",
  "queueMicrotask",
  "Worker",
]);

/** A file's place: its path inside the project, and the room that holds it. */
interface Place {
  readonly path: readonly string[];
  readonly room: string;
  readonly test: boolean;
}

const ROOT = new URL("..", import.meta.url).pathname;

function placeOf(filename: string): Place {
  const file = filename.replaceAll("\\", "/");
  const root = Deno.build.os === "windows" ? ROOT.slice(1) : ROOT;
  const path = (file.startsWith(root) ? file.slice(root.length) : file).split("/");
  return {
    path,
    room: path.length > 1 ? path[0] ?? "" : "",
    test: /_(test|bench)\.ts$|^test_/.test(path.at(-1) ?? ""),
  };
}

/** Whether a file must be pure: all of core, and every backend's `plan`. */
function isPure({ path, room, test }: Place): boolean {
  return !test && (room === "core" || (room === "backends" && path.at(-1) === "plan.ts"));
}

/** What is wrong with an import, or `null`. */
export function wrongImport(filename: string, specifier: string): string | null {
  const place = placeOf(filename);
  const pure = isPure(place);
  if (!specifier.startsWith(".")) {
    return pure && !PURE_PACKAGES.includes(specifier)
      ? `pure code must not import "${specifier}"; allowed: ${PURE_PACKAGES.join(", ")}`
      : null;
  }
  const target = resolve(place.path.slice(0, -1), specifier);
  const file = target.at(-1) ?? "";
  const sameFolder = target.slice(0, -1).join("/") === place.path.slice(0, -1).join("/");
  if (file.startsWith("_") && !sameFolder) {
    return `"${specifier}" is private to its folder; import the folder's mod.ts`;
  }
  const allowed = MAY_IMPORT[place.room];
  const room = target.length > 1 ? target[0] ?? "" : "";
  if (allowed === undefined || place.test || room === place.room) return null;
  if (!allowed.includes(room)) {
    return `${place.room}/ must not import ${room === "" ? file : `${room}/`}; ` +
      (allowed.length === 0 ? "it imports no other room" : `it may import ${allowed.join(", ")}`);
  }
  return target.length === 2 && file === "mod.ts"
    ? null
    : `${place.room}/ must import ${room}/ through ${room}/mod.ts, not "${specifier}"`;
}

function resolve(folder: readonly string[], specifier: string): readonly string[] {
  const path = [...folder];
  for (const part of specifier.split("/")) {
    if (part === "..") path.pop();
    else if (part !== ".") path.push(part);
  }
  return path;
}

/** The plugin. */
const plugin: Deno.lint.Plugin = {
  name: "walls",
  rules: {
    imports: {
      create(context) {
        const check = (source: Deno.lint.Node | null | undefined) => {
          if (source?.type !== "Literal" || typeof source.value !== "string") return;
          const wrong = wrongImport(context.filename, source.value);
          if (wrong !== null) context.report({ node: source, message: wrong });
        };
        return {
          ImportDeclaration: (node) => check(node.source),
          ExportNamedDeclaration: (node) => check(node.source),
          ExportAllDeclaration: (node) => check(node.source),
          ImportExpression: (node) => check(node.source),
        };
      },
    },
    pure: {
      create(context) {
        if (!isPure(placeOf(context.filename))) return {};
        const report = (node: Deno.lint.Node, name: string) =>
          context.report({
            node,
            message: `pure code must not use ${name}; take it as a parameter`,
          });
        return {
          MemberExpression(node) {
            if (node.object.type !== "Identifier") return;
            const { name } = node.object;
            if (IMPURE.has(name)) report(node, name);
            else if (
              name === "Math" && node.property.type === "Identifier" &&
              node.property.name === "random"
            ) report(node, "Math.random");
          },
          CallExpression(node) {
            if (node.callee.type === "Identifier" && IMPURE.has(node.callee.name)) {
              report(node, node.callee.name);
            }
          },
          NewExpression(node) {
            if (node.callee.type === "Identifier" && IMPURE.has(node.callee.name)) {
              report(node, node.callee.name);
            }
          },
        };
      },
    },
  },
};

export default plugin;
