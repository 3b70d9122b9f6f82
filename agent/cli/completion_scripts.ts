/**
 * The scripts that make a shell complete windlass' command line. They call `windlass __complete`, so
 * they need not change when the command line does.
 *
 * @module
 */
import { unreachable } from "../../core/mod.ts";
import type { Shell } from "./words.ts";

/** The hidden command that the scripts call. */
export const COMPLETE_COMMAND = "__complete";

/** The script that makes a shell complete windlass' command line. */
export function completionScript(shell: Shell): string {
  switch (shell) {
    case "bash":
      return BASH;
    case "zsh":
      return ZSH;
    case "powershell":
      return POWERSHELL;
    default:
      return unreachable(shell);
  }
}

const BASH = `# bash completion for windlass; use: source <(windlass completion bash)
_windlass() {
  local words=("\${COMP_WORDS[@]:1:COMP_CWORD}") prefix=""
  # bash splits at "=": put "--flag = value" together again, and cut the flag off the answers
  local joined=() word
  for word in "\${words[@]}"; do
    if [[ \${#joined[@]} -gt 0 && ( $word == "=" || \${joined[-1]} == --*= ) ]]; then
      joined[-1]+=$word
    else
      joined+=("$word")
    fi
  done
  [[ \${joined[-1]} == --*=* ]] && prefix="\${joined[-1]%%=*}="
  mapfile -t COMPREPLY < <("\${COMP_WORDS[0]}" ${COMPLETE_COMMAND} -- "\${joined[@]}" 2>/dev/null)
  COMPREPLY=("\${COMPREPLY[@]#"$prefix"}")
}
complete -o default -F _windlass windlass
`;

const ZSH = `#compdef windlass
# zsh completion for windlass; use: source <(windlass completion zsh)
_windlass() {
  local -a candidates
  candidates=("\${(@f)$("\${words[1]}" ${COMPLETE_COMMAND} -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  candidates=(\${candidates:#})
  if (( \${#candidates} )); then compadd -- "\${candidates[@]}"; else _files; fi
}
compdef _windlass windlass
`;

const POWERSHELL = `# PowerShell completion for windlass; use:
#   windlass completion powershell | Out-String | Invoke-Expression
Register-ArgumentCompleter -Native -CommandName windlass, windlass.exe -ScriptBlock {
  param($wordToComplete, $commandAst, $cursorPosition)
  $words = @($commandAst.CommandElements | Select-Object -Skip 1 |
    Where-Object { $_.Extent.EndOffset -lt $cursorPosition } | ForEach-Object { $_.ToString() })
  # PowerShell drops empty arguments: an empty word goes as two quotes
  $last = if ($wordToComplete -eq '') { "''" } else { $wordToComplete }
  & $commandAst.CommandElements[0].ToString() ${COMPLETE_COMMAND} -- @words $last 2>$null |
    ForEach-Object { [System.Management.Automation.CompletionResult]::new($_) }
}
`;
