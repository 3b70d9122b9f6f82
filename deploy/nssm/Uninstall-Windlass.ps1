<#
.SYNOPSIS
Removes Windlass' service, and brings back what it has replaced.

.DESCRIPTION
Windlass' load balancers or addresses are taken off by "windlass.exe … --cleanup" before, if wanted;
kube-proxy makes its own again. -WhatIf shows the steps and does nothing.

.EXAMPLE
.\Uninstall-Windlass.ps1
#>
[CmdletBinding(SupportsShouldProcess)]
param(
  # The service's name.
  [string] $Name = 'windlass',
  # Where NSSM is.
  [string] $Nssm = 'nssm.exe',
  # The file that keeps what there was before.
  [string] $StateFile = "$env:ProgramData\windlass\replaced.json"
)
Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'
Import-Module (Join-Path $PSScriptRoot 'Windlass.Nssm.psm1') -Force

Assert-Administrator
$state = $null
if (Test-Path -LiteralPath $StateFile) {
  $state = Get-Content -LiteralPath $StateFile -Raw | ConvertFrom-Json
}

if (-not $PSCmdlet.ShouldProcess($Name, 'stop and remove it')) { return }
if (Get-Service -Name $Name -ErrorAction SilentlyContinue) {
  Stop-Service -Name $Name -Force # with those that depend on it
}
if ($null -ne $state -and $PSCmdlet.ShouldProcess($state.Name, 'bring it back as it was')) {
  Restore-ServiceState $state # first: a service that others depend on cannot be removed
  Remove-Item -LiteralPath $StateFile
}
if (Get-Service -Name $Name -ErrorAction SilentlyContinue) {
  Invoke-Program $Nssm @('remove', $Name, 'confirm') | Out-Null
}
