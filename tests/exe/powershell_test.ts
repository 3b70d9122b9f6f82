// The PowerShell scripts are PowerShell: by its own parser where it is there, else by tree-sitter's.
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";

const FOLDER = fileURLToPath(new URL("../../deploy/nssm/", import.meta.url));

const BY_POWERSHELL = `
$found = $null
[void] [Management.Automation.Language.Parser]::ParseFile($args[0], [ref] $null, [ref] $found)
$found | ForEach-Object { "$($_.Extent.StartLineNumber): $($_.Message)" }
`;

const BY_TREE_SITTER = `
import sys, tree_sitter, tree_sitter_powershell
parser = tree_sitter.Parser(tree_sitter.Language(tree_sitter_powershell.language()))
def walk(node):
    if node.type == "ERROR" or node.is_missing:
        print(f"{node.start_point[0] + 1}: {node.type}")
    for child in node.children:
        walk(child)
walk(parser.parse(open(sys.argv[1], "rb").read()).root_node)
`;

interface Parser {
  readonly program: string;
  readonly args: (file: string) => readonly string[];
}

const PARSERS: readonly Parser[] = [
  ...["pwsh", "powershell"].map((program): Parser => ({
    program,
    args: (file) => ["-NoProfile", "-NonInteractive", "-Command", `& {${BY_POWERSHELL}} '${file}'`],
  })),
  ...["python3-powershell", "python3"].map((program): Parser => ({
    program,
    args: (file) => ["-c", BY_TREE_SITTER, file],
  })),
];

/** What a parser has to say of a file; `null` where the parser is not there. */
async function complaints({ program, args }: Parser, file: string): Promise<string | null> {
  try {
    const { code, stdout } = await new Deno.Command(program, { args: [...args(file)] }).output();
    return code === 0 ? new TextDecoder().decode(stdout).trim() : null;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

/** A text that no parser of PowerShell takes: one that does is a stub, as Wine's is. */
async function works(parser: Parser): Promise<boolean> {
  const file = await Deno.makeTempFile({ suffix: ".ps1" });
  try {
    await Deno.writeTextFile(file, "if ($a) {\n");
    return ((await complaints(parser, file)) ?? "") !== "";
  } finally {
    await Deno.remove(file);
  }
}

async function firstThatWorks(): Promise<Parser | null> {
  for (const parser of PARSERS) if (await works(parser)) return parser;
  return null;
}

const parser = await firstThatWorks();
const skipped = parser === null
  ? " (skipped: no PowerShell, and no Python with tree-sitter-powershell)"
  : "";
const scripts = [...Deno.readDirSync(FOLDER)].map(({ name }) => name).sort();

for (const script of scripts) {
  Deno.test({
    name: `deploy/nssm/${script} is PowerShell${skipped}`,
    ignore: parser === null,
    async fn() {
      assert(parser !== null);
      assert.equal(await complaints(parser, FOLDER + script), "");
    },
  });
}
