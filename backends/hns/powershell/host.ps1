# The PowerShell host of Windlass: calls the functions of HNS for the process that started it.
#
# One request a line comes in, one reply a line goes out, both JSON in pure ASCII. HNS' own documents
# pass through as strings and are never parsed here. It ends when its input does.
#
# Written for Windows PowerShell 5.1 (C# 5); runs on PowerShell 7 too.
param([System.IO.TextReader] $Requests)

Set-StrictMode -Version 2
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'

Add-Type -TypeDefinition @'
using System;
using System.Collections.Generic;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Windlass {
  public sealed class Answer {
    public int HResult;
    public string Step;
    public string Output;
    public string Error;
  }

  public static class Hcn {
    const string Dll = "computenetwork.dll";
    const UnmanagedType Wide = UnmanagedType.LPWStr;
    const UnmanagedType ById = UnmanagedType.LPStruct;

    // The marshaller frees what comes back in an "out string" with CoTaskMemFree.
    [DllImport(Dll)] static extern int HcnEnumerateNetworks([MarshalAs(Wide)] string query, [MarshalAs(Wide)] out string ids, [MarshalAs(Wide)] out string error);
    [DllImport(Dll)] static extern int HcnEnumerateEndpoints([MarshalAs(Wide)] string query, [MarshalAs(Wide)] out string ids, [MarshalAs(Wide)] out string error);
    [DllImport(Dll)] static extern int HcnEnumerateLoadBalancers([MarshalAs(Wide)] string query, [MarshalAs(Wide)] out string ids, [MarshalAs(Wide)] out string error);
    [DllImport(Dll)] static extern int HcnOpenNetwork([MarshalAs(ById)] Guid id, out IntPtr handle, [MarshalAs(Wide)] out string error);
    [DllImport(Dll)] static extern int HcnOpenEndpoint([MarshalAs(ById)] Guid id, out IntPtr handle, [MarshalAs(Wide)] out string error);
    [DllImport(Dll)] static extern int HcnOpenLoadBalancer([MarshalAs(ById)] Guid id, out IntPtr handle, [MarshalAs(Wide)] out string error);
    [DllImport(Dll)] static extern int HcnQueryNetworkProperties(IntPtr handle, [MarshalAs(Wide)] string query, [MarshalAs(Wide)] out string properties, [MarshalAs(Wide)] out string error);
    [DllImport(Dll)] static extern int HcnQueryEndpointProperties(IntPtr handle, [MarshalAs(Wide)] string query, [MarshalAs(Wide)] out string properties, [MarshalAs(Wide)] out string error);
    [DllImport(Dll)] static extern int HcnQueryLoadBalancerProperties(IntPtr handle, [MarshalAs(Wide)] string query, [MarshalAs(Wide)] out string properties, [MarshalAs(Wide)] out string error);
    [DllImport(Dll)] static extern int HcnCloseNetwork(IntPtr handle);
    [DllImport(Dll)] static extern int HcnCloseEndpoint(IntPtr handle);
    [DllImport(Dll)] static extern int HcnCloseLoadBalancer(IntPtr handle);
    [DllImport(Dll)] static extern int HcnCreateEndpoint(IntPtr network, [MarshalAs(ById)] Guid id, [MarshalAs(Wide)] string settings, out IntPtr handle, [MarshalAs(Wide)] out string error);
    [DllImport(Dll)] static extern int HcnCreateLoadBalancer([MarshalAs(ById)] Guid id, [MarshalAs(Wide)] string settings, out IntPtr handle, [MarshalAs(Wide)] out string error);
    [DllImport(Dll)] static extern int HcnModifyLoadBalancer(IntPtr handle, [MarshalAs(Wide)] string settings, [MarshalAs(Wide)] out string error);
    [DllImport(Dll)] static extern int HcnDeleteEndpoint([MarshalAs(ById)] Guid id, [MarshalAs(Wide)] out string error);
    [DllImport(Dll)] static extern int HcnDeleteLoadBalancer([MarshalAs(ById)] Guid id, [MarshalAs(Wide)] out string error);
    [DllImport("vmcompute.dll")] static extern int HNSCall([MarshalAs(Wide)] string method, [MarshalAs(Wide)] string path, [MarshalAs(Wide)] string request, [MarshalAs(Wide)] out string response);

    delegate int EnumerateFunction(string query, out string ids, out string error);
    delegate int OpenFunction(Guid id, out IntPtr handle, out string error);
    delegate int QueryFunction(IntPtr handle, string query, out string properties, out string error);
    delegate int CloseFunction(IntPtr handle);
    delegate int DeleteFunction(Guid id, out string error);

    // The functions of one kind of object.
    sealed class Kind {
      public string Name;
      public string Plural;
      public EnumerateFunction Enumerate;
      public OpenFunction Open;
      public QueryFunction Query;
      public CloseFunction Close;
      public DeleteFunction Delete;
    }

    static readonly Dictionary<string, Kind> Kinds = new Dictionary<string, Kind> {
      { "network", new Kind { Name = "Network", Plural = "Networks", Enumerate = HcnEnumerateNetworks,
          Open = HcnOpenNetwork, Query = HcnQueryNetworkProperties, Close = HcnCloseNetwork } },
      { "endpoint", new Kind { Name = "Endpoint", Plural = "Endpoints", Enumerate = HcnEnumerateEndpoints,
          Open = HcnOpenEndpoint, Query = HcnQueryEndpointProperties, Close = HcnCloseEndpoint,
          Delete = HcnDeleteEndpoint } },
      { "load-balancer", new Kind { Name = "LoadBalancer", Plural = "LoadBalancers", Enumerate = HcnEnumerateLoadBalancers,
          Open = HcnOpenLoadBalancer, Query = HcnQueryLoadBalancerProperties, Close = HcnCloseLoadBalancer,
          Delete = HcnDeleteLoadBalancer } },
    };

    static Kind Find(string kind) {
      Kind found;
      if (kind != null && Kinds.TryGetValue(kind, out found)) return found;
      throw new ArgumentException("There is no kind \"" + kind + "\"");
    }

    static Answer Answered(int hresult, string step, string output, string error) {
      return new Answer { HResult = hresult, Step = step, Output = output ?? "", Error = error ?? "" };
    }

    static bool IsGood(Answer answer) {
      return answer.HResult >= 0 && answer.Error.Length == 0;
    }

    public static Answer Enumerate(string kind, string query) {
      Kind of = Find(kind);
      string ids, error;
      int hresult = of.Enumerate(query, out ids, out error);
      return Answered(hresult, "HcnEnumerate" + of.Plural, ids, error);
    }

    // Works with an object that was opened or made, and closes it whatever happens.
    static Answer Closing(Kind of, IntPtr handle, Answer opened, Func<IntPtr, Answer> work) {
      try {
        return IsGood(opened) ? work(handle) : opened;
      } finally {
        if (handle != IntPtr.Zero) of.Close(handle);
      }
    }

    static Answer Opened(Kind of, string id, Func<IntPtr, Answer> work) {
      IntPtr handle;
      string error;
      int hresult = of.Open(new Guid(id), out handle, out error);
      return Closing(of, handle, Answered(hresult, "HcnOpen" + of.Name, "", error), work);
    }

    static Answer Read(Kind of, IntPtr handle, string query) {
      string properties, error;
      int hresult = of.Query(handle, query, out properties, out error);
      return Answered(hresult, "HcnQuery" + of.Name + "Properties", properties, error);
    }

    public static Answer Query(string kind, string id, string query) {
      Kind of = Find(kind);
      return Opened(of, id, handle => Read(of, handle, query));
    }

    public static Answer CreateEndpoint(string networkId, string id, string settings, string query) {
      Kind of = Find("endpoint");
      return Opened(Find("network"), networkId, network => {
        IntPtr handle;
        string error;
        int hresult = HcnCreateEndpoint(network, new Guid(id), settings, out handle, out error);
        Answer made = Answered(hresult, "HcnCreateEndpoint", "", error);
        return Closing(of, handle, made, each => Read(of, each, query));
      });
    }

    public static Answer CreateLoadBalancer(string id, string settings, string query) {
      Kind of = Find("load-balancer");
      IntPtr handle;
      string error;
      int hresult = HcnCreateLoadBalancer(new Guid(id), settings, out handle, out error);
      Answer made = Answered(hresult, "HcnCreateLoadBalancer", "", error);
      return Closing(of, handle, made, each => Read(of, each, query));
    }

    public static Answer ModifyLoadBalancer(string id, string settings) {
      return Opened(Find("load-balancer"), id, handle => {
        string error;
        int hresult = HcnModifyLoadBalancer(handle, settings, out error);
        return Answered(hresult, "HcnModifyLoadBalancer", "", error);
      });
    }

    public static Answer Delete(string kind, string id) {
      Kind of = Find(kind);
      if (of.Delete == null) throw new ArgumentException("A " + kind + " is never deleted");
      string error;
      int hresult = of.Delete(new Guid(id), out error);
      return Answered(hresult, "HcnDelete" + of.Name, "", error);
    }

    public static Answer Hns(string method, string path, string request) {
      string response;
      int hresult = HNSCall(method, path, request, out response);
      return Answered(hresult, "HNSCall", response, "");
    }

    // What failed before HNS was asked: a request that is none, or a DLL or function that is missing.
    public static Answer Failed(Exception exception) {
      Exception first = exception.GetBaseException();
      int hresult = first is EntryPointNotFoundException ? unchecked((int)0x80004001) : first.HResult;
      return Answered(hresult < 0 ? hresult : unchecked((int)0x80004005), "", "", first.Message);
    }

    public static string Reply(long n, Answer answer) {
      return "{\"n\":" + n.ToString(CultureInfo.InvariantCulture)
        + ",\"hresult\":" + answer.HResult.ToString(CultureInfo.InvariantCulture)
        + ",\"step\":" + Quote(answer.Step)
        + ",\"output\":" + Quote(answer.Output)
        + ",\"error\":" + Quote(answer.Error) + "}";
    }

    // A JSON string in pure ASCII: no code page can harm it.
    public static string Quote(string text) {
      StringBuilder quoted = new StringBuilder("\"", text.Length + 16);
      foreach (char each in text) {
        if (each == '"' || each == '\\') quoted.Append('\\').Append(each);
        else if (each >= ' ' && each <= '~') quoted.Append(each);
        else quoted.Append("\\u").Append(((int)each).ToString("x4", CultureInfo.InvariantCulture));
      }
      return quoted.Append('"').ToString();
    }
  }
}
'@

$replies = New-Object System.IO.StreamWriter([Console]::OpenStandardOutput(), [System.Text.Encoding]::ASCII)
$replies.NewLine = "`n"
$replies.AutoFlush = $true
$version = [Windlass.Hcn]::Quote([string] $PSVersionTable.PSVersion)
$replies.WriteLine('{"ready":1,"powershell":' + $version + '}')

while ($null -ne ($line = $Requests.ReadLine())) {
    $n = 0
    try {
        $request = ConvertFrom-Json -InputObject $line
        $n = [long] $request.n
        $call = $request.call
        $answer = switch ($call.op) {
            'enumerate' { [Windlass.Hcn]::Enumerate($call.kind, $call.query) }
            'query' { [Windlass.Hcn]::Query($call.kind, $call.id, $call.query) }
            'create-endpoint' { [Windlass.Hcn]::CreateEndpoint($call.networkId, $call.id, $call.settings, $call.query) }
            'create-load-balancer' { [Windlass.Hcn]::CreateLoadBalancer($call.id, $call.settings, $call.query) }
            'modify-load-balancer' { [Windlass.Hcn]::ModifyLoadBalancer($call.id, $call.settings) }
            'delete' { [Windlass.Hcn]::Delete($call.kind, $call.id) }
            'hns' { [Windlass.Hcn]::Hns($call.method, $call.path, $call.request) }
            default { throw ('There is no operation "' + $call.op + '"') }
        }
    } catch {
        $answer = [Windlass.Hcn]::Failed($_.Exception)
    }
    $replies.WriteLine([Windlass.Hcn]::Reply($n, $answer))
}
