# What Install-Windlass.ps1 and Uninstall-Windlass.ps1 share. Windows PowerShell 5.1 and later.
Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'

<#
.SYNOPSIS
Runs a program and fails when it does. NSSM writes UTF-16 to pipes, so zeros are taken out.
#>
function Invoke-Program {
  param([Parameter(Mandatory)] [string] $Path, [string[]] $Arguments = @())
  $ErrorActionPreference = 'Continue' # here: PowerShell 5.1 takes a line on standard error for a failure
  $text = (& $Path @Arguments 2>&1 | Out-String) -replace "`0", ''
  if ($LASTEXITCODE -ne 0) {
    throw "`"$Path $($Arguments -join ' ')`" ended with code ${LASTEXITCODE}: $($text.Trim())"
  }
  $text.Trim()
}

<#
.SYNOPSIS
Fails unless this is an administrator: services can be changed by nobody else.
#>
function Assert-Administrator {
  $identity = [Security.Principal.WindowsIdentity]::GetCurrent()
  $principal = New-Object Security.Principal.WindowsPrincipal $identity
  if (-not $principal.IsInRole([Security.Principal.WindowsBuiltInRole]::Administrator)) {
    throw 'Services can be changed by an administrator only; start PowerShell as administrator'
  }
}

<#
.SYNOPSIS
The services that a service cannot run without, by name.
#>
function Get-Dependency {
  param([Parameter(Mandatory)] [string] $Name)
  $key = "HKLM:\SYSTEM\CurrentControlSet\Services\$Name"
  $value = Get-ItemProperty -Path $key -Name DependOnService -ErrorAction SilentlyContinue
  if ($null -eq $value) { return @() }
  @($value.DependOnService)
}

<#
.SYNOPSIS
Sets the services that a service cannot run without.
#>
function Set-Dependency {
  param([Parameter(Mandatory)] [string] $Name, [string[]] $DependsOn = @())
  $list = if ($DependsOn.Count -eq 0) { '/' } else { $DependsOn -join '/' } # "/" means none
  Invoke-Program sc.exe @('config', $Name, 'depend=', $list) | Out-Null
}

<#
.SYNOPSIS
What has to be known of a service, and of those that depend on it, to bring all back as it was.
#>
function Get-ServiceState {
  param([Parameter(Mandatory)] [string] $Name)
  $service = Get-Service -Name $Name -ErrorAction SilentlyContinue
  if ($null -eq $service) { return $null }
  @{
    Name       = $service.Name
    StartType  = [string] $service.StartType
    Running    = $service.Status -eq 'Running'
    Dependents = @($service.DependentServices | ForEach-Object {
        @{
          Name      = $_.Name
          Running   = $_.Status -eq 'Running'
          DependsOn = @(Get-Dependency $_.Name)
        }
      })
  }
}

<#
.SYNOPSIS
Makes the services that depend on one service depend on another one in its place.
#>
function Move-Dependent {
  param(
    [Parameter(Mandatory)] $State,
    [Parameter(Mandatory)] [string] $To
  )
  foreach ($dependent in $State.Dependents) {
    $dependsOn = @($dependent.DependsOn | ForEach-Object { if ($_ -eq $State.Name) { $To } else { $_ } })
    Set-Dependency $dependent.Name $dependsOn
  }
}

<#
.SYNOPSIS
Brings a service, and those that depend on it, back to what Get-ServiceState saw.
#>
function Restore-ServiceState {
  param([Parameter(Mandatory)] $State)
  foreach ($dependent in $State.Dependents) {
    Set-Dependency $dependent.Name @($dependent.DependsOn)
  }
  Set-Service -Name $State.Name -StartupType $State.StartType
  if ($State.Running) { Start-Service -Name $State.Name }
  Start-Dependent $State
}

<#
.SYNOPSIS
Starts the services that depended on it and were running.
#>
function Start-Dependent {
  param([Parameter(Mandatory)] $State)
  foreach ($dependent in $State.Dependents) {
    if ($dependent.Running) { Start-Service -Name $dependent.Name }
  }
}

$shared = 'Invoke-Program', 'Assert-Administrator', 'Get-ServiceState', 'Move-Dependent',
'Restore-ServiceState', 'Start-Dependent'
Export-ModuleMember -Function $shared
