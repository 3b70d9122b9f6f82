/**
 * How the PowerShell host is started. Nothing is written to disk: the command line has a short
 * beginning, which reads the script from the first line of its input. So no execution policy for
 * script files applies, and the command line stays short.
 *
 * @module
 */
import script from "./host.ps1" with { type: "text" };

/** Windows PowerShell 5.1, which every Windows has. The program may run this file and no other. */
export const POWERSHELL = "C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe";

/**
 * Where only a policy's own scripts may do all, nothing can be compiled; what is left to do there is to
 * say so, which needs no more than the pipeline. `$input` must not occur: PowerShell would then read
 * the requests itself.
 */
const BEGINNING = `$mode = [string] $ExecutionContext.SessionState.LanguageMode
if ($mode -ne 'FullLanguage') { '{"refused":"language-mode","detail":"' + $mode + '"}'; exit 3 }
$requests = New-Object System.IO.StreamReader([Console]::OpenStandardInput(), [System.Text.Encoding]::ASCII)
$source = [System.Text.Encoding]::ASCII.GetString([Convert]::FromBase64String($requests.ReadLine()))
& ([ScriptBlock]::Create($source)) $requests
`;

/** The arguments of PowerShell. */
export const HOST_ARGS: readonly string[] = [
  "-NoLogo",
  "-NoProfile",
  "-NonInteractive",
  ...["-ExecutionPolicy", "Bypass"],
  ...["-OutputFormat", "Text"],
  ...["-EncodedCommand", encodedCommand(BEGINNING)],
];

/**
 * What differs in the host's environment. Started from PowerShell 7, Windows PowerShell would inherit
 * module folders whose modules it cannot load, Add-Type's among them.
 */
export const HOST_ENV: Readonly<Record<string, string>> = {
  PSModulePath: "C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\Modules",
};

/** The first line that the host reads: the script. */
export const SCRIPT_LINE = `${btoa(script)}\n`;

/** A command as `-EncodedCommand` takes it: Base64 of UTF-16. */
export function encodedCommand(command: string): string {
  const units = [...command].map((each) => `${each}\0`).join(""); // it is ASCII
  return btoa(units);
}
