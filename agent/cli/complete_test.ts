import assert from "node:assert/strict";
import { complete } from "./complete.ts";
import { completionScript } from "./completion_scripts.ts";
import { SHELLS } from "./words.ts";

Deno.test.each([
  { line: "vi", offers: ["view"] },
  { line: "file to-u", offers: ["to-userspace"] },
  { line: "file to-w", offers: ["to-winkernel"] },
  { line: "hns d", offers: ["diff", "doctor"] },
  { line: "view ", offers: ["api", "file", "kube"] },
  { line: "completion ", offers: ["bash", "powershell", "zsh"] },
  { line: "completion ''", offers: ["bash", "powershell", "zsh"] },
  { line: "help to-p", offers: ["to-print"] },
  { line: "view file --no", offers: ["--node-name"] },
  { line: "view file --output=", offers: ["--output=json", "--output=text", "--output=yaml"] },
  { line: "view file -o ", offers: ["json", "text", "yaml"] },
  { line: "view file --output j", offers: ["json"] },
  { line: "view file --input ", offers: [] },
  { line: "view file --kubeconf", offers: [] },
  { line: "view nowhere ", offers: [] },
  { line: "explain kube ", offers: [] },
  { line: "kube-proxy --enable", offers: ["--enable-dsr"] },
  { line: "--v=2 --root", offers: ["--root-hnsendpoint-name"] },
  { line: "kube-proxy ", offers: [] },
  { line: "file to-print --onc", offers: ["--once"] },
])("complete() offers $offers for '$line'", ({ line, offers }) => {
  assert.deepEqual(complete(line.split(" ")), offers);
});

Deno.test("complete() offers commands and sources first", () => {
  const offers = complete([""]);
  assert(offers.includes("simulate") && offers.includes("kube"));
  assert(!offers.includes("to-print"));
});

Deno.test("the scripts ask windlass itself", () => {
  for (const shell of SHELLS) assert.match(completionScript(shell), /__complete -- /);
});

const bash = await Promise.try(() =>
  new Deno.Command("bash", { args: ["--version"], stdout: "null" }).output()
).then(({ success }) => success, () => false);

Deno.test({
  name: "bash completes with the script, also after an equals sign",
  ignore: !bash,
  async fn() {
    // a stand-in for windlass, which shows what it was asked and answers what the test wants
    const script = `${completionScript("bash").replace("2>/dev/null", "")}
windlass() { shift 2; printf '[%s]' "$@" >&2; echo "$REPLY"; }
try() {
  COMP_WORDS=(windlass "$@") COMP_CWORD=$# COMPREPLY=()
  _windlass 2>&1
  echo " $COMPREPLY"
}
REPLY=view try vi
REPLY=--output=json try view file --output = js
REPLY=--output=json try view file --output =
REPLY=to-print try file ""
`;
    const { stdout } = await new Deno.Command("bash", { args: ["-c", script] }).output();
    assert.deepEqual(new TextDecoder().decode(stdout).trim().split("\n"), [
      "[vi] view",
      "[view][file][--output=js] json",
      "[view][file][--output=] json",
      "[file][] to-print",
    ]);
  },
});
