<#
.SYNOPSIS
Installs Windlass as a service by NSSM, if wanted in kube-proxy's place.

.DESCRIPTION
With -Replace the named service (kube-proxy) is stopped and disabled, and what depends on it (with
Antrea: antrea-agent) is made to depend on Windlass. What there was is kept in a file, from which
Uninstall-Windlass.ps1 brings it back. When a step fails, those before it are taken back at once.
-WhatIf shows the steps and does nothing.

.EXAMPLE
.\Install-Windlass.ps1 -Exe C:\k\windlass.exe -Replace kube-proxy -Arguments @(
  'kube', 'to-userspace', '--kubeconfig=C:\k\config', '--node-name=w1')
#>
[CmdletBinding(SupportsShouldProcess)]
param(
  # The program.
  [Parameter(Mandatory)] [string] $Exe,
  # Its command line: SOURCE SINK and flags, or kube-proxy's flags. Each argument on its own.
  [Parameter(Mandatory)] [string[]] $Arguments,
  # The service's name.
  [string] $Name = 'windlass',
  # The service whose place it takes.
  [string] $Replace = '',
  # Services that must run before it does.
  [string[]] $DependOn = @(),
  # The folder for its output.
  [string] $LogFolder = 'C:\var\log\windlass',
  # Where NSSM is.
  [string] $Nssm = 'nssm.exe',
  # The file that keeps what there was before.
  [string] $StateFile = "$env:ProgramData\windlass\replaced.json"
)
Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'
Import-Module (Join-Path $PSScriptRoot 'Windlass.Nssm.psm1') -Force

# How long live connections may go on (--drain-timeout is 10 s), and a little more.
$stopMilliseconds = 15000

function Test-Before {
  Assert-Administrator
  Get-Command $Nssm | Out-Null
  if (-not (Test-Path -LiteralPath $Exe -PathType Leaf)) { throw "There is no file `"$Exe`"; give -Exe" }
  Write-Verbose (Invoke-Program $Exe @('version'))
  if (Get-Service -Name $Name -ErrorAction SilentlyContinue) {
    throw "There is a service `"$Name`" already; run Uninstall-Windlass.ps1, or choose another -Name"
  }
  if ($Replace -ne '' -and -not (Get-Service -Name $Replace -ErrorAction SilentlyContinue)) {
    throw "There is no service `"$Replace`" to replace; leave out -Replace, or give its name"
  }
}

# An argument as a program made with Microsoft's C library reads it: in quotes where it needs them.
function Get-Quoted([string] $Argument) {
  if ($Argument -ne '' -and $Argument -notmatch '[\s"]') { return $Argument }
  '"' + (($Argument -replace '(\\*)"', '$1$1\"') -replace '(\\+)$', '$1$1') + '"'
}

function Install-Service {
  New-Item -ItemType Directory -Force -Path $LogFolder | Out-Null
  Invoke-Program $Nssm @('install', $Name, $Exe) | Out-Null
  $line = ($Arguments | ForEach-Object { Get-Quoted $_ }) -join ' '
  # Into the registry directly: NSSM would split and join the quotes of its own command line.
  $key = "HKLM:\SYSTEM\CurrentControlSet\Services\$Name\Parameters"
  Set-ItemProperty -Path $key -Name AppParameters -Value $line -Type ExpandString
  $settings = [ordered] @{
    DisplayName                  = 'Windlass'
    Description                  = 'Serves the Services of Kubernetes on this node'
    AppDirectory                 = Split-Path -Parent $Exe
    AppStdout                    = Join-Path $LogFolder 'windlass.out.log'
    AppStderr                    = Join-Path $LogFolder 'windlass.log'
    AppStdoutCreationDisposition = '4' # append
    AppStderrCreationDisposition = '4'
    AppRotateFiles               = '1'
    AppRotateOnline              = '1'
    AppRotateBytes               = '10485760'
    AppStopMethodConsole         = "$stopMilliseconds"
    AppThrottle                  = '1500'
    AppRestartDelay              = '5000'
    Start                        = 'SERVICE_AUTO_START'
    ObjectName                   = 'LocalSystem' # HNS wants it
  }
  foreach ($setting in $settings.GetEnumerator()) {
    Invoke-Program $Nssm @('set', $Name, $setting.Key, $setting.Value) | Out-Null
  }
  if ($DependOn.Count -gt 0) {
    Invoke-Program $Nssm (@('set', $Name, 'DependOnService') + $DependOn) | Out-Null
  }
}

Test-Before
$state = if ($Replace -eq '') { $null } else { Get-ServiceState $Replace }
$dependents = if ($null -eq $state) { '' } else { ($state.Dependents | ForEach-Object { $_.Name }) -join ', ' }

if ($null -ne $state) {
  $what = "stop and disable it; stop, and make depend on ${Name}: $(if ($dependents) { $dependents } else { 'nothing' })"
  if (-not $PSCmdlet.ShouldProcess($Replace, $what)) { $state = $null }
}
if (-not $PSCmdlet.ShouldProcess($Name, "install and start `"$Exe $($Arguments -join ' ')`"")) { return }

try {
  if ($null -ne $state) {
    New-Item -ItemType Directory -Force -Path (Split-Path -Parent $StateFile) | Out-Null
    $state | ConvertTo-Json -Depth 5 | Set-Content -LiteralPath $StateFile -Encoding UTF8
    Stop-Service -Name $Replace -Force # with those that depend on it
    Set-Service -Name $Replace -StartupType Disabled
  }
  Install-Service
  if ($null -ne $state) { Move-Dependent $state -To $Name }
  Start-Service -Name $Name
  (Get-Service -Name $Name).WaitForStatus('Running', [TimeSpan]::FromSeconds(60))
  if ($null -ne $state) { Start-Dependent $state }
} catch {
  $failure = $_
  Write-Warning "$failure - taking everything back"
  if (Get-Service -Name $Name -ErrorAction SilentlyContinue) {
    Stop-Service -Name $Name -Force -ErrorAction SilentlyContinue
    if ($null -ne $state) { Restore-ServiceState $state }
    Invoke-Program $Nssm @('remove', $Name, 'confirm') | Out-Null
  } elseif ($null -ne $state) {
    Restore-ServiceState $state
  }
  if ($null -ne $state) { Remove-Item -LiteralPath $StateFile -ErrorAction SilentlyContinue }
  throw $failure
}
Get-Service -Name $Name
