/**
 * A Service with its endpoints as one line of JSON, to the letter as KPNG's example `kpng-json` prints
 * it: names and order of the .proto file, defaults left out, enums as numbers.
 *
 * @module
 */
import type { Endpoint, IPSet, Service } from "./api/localv1_pb.ts";

type Json = Readonly<Record<string, unknown>>;

/** The line, without a line break. */
export function jsonLine(service: Service, endpoints: readonly Endpoint[]): string {
  const state = {
    Service: serviceJson(service),
    Endpoints: endpoints.length === 0 ? null : endpoints.map(endpointJson),
  };
  return escapeAsGo(JSON.stringify(state));
}

function serviceJson(service: Service): Json {
  const { IPs, SessionAffinity: affinity } = service;
  return {
    ...withoutDefaults({
      Namespace: service.Namespace,
      Name: service.Name,
      Type: service.Type,
      Labels: sortedMap(service.Labels),
      Annotations: sortedMap(service.Annotations),
      IPs: IPs && withoutDefaults({
        ClusterIPs: ipSetJson(IPs.ClusterIPs),
        ExternalIPs: ipSetJson(IPs.ExternalIPs),
        LoadBalancerIPs: ipSetJson(IPs.LoadBalancerIPs),
        Headless: IPs.Headless,
      }),
      IPFilters: service.IPFilters.map(({ TargetIPs, SourceRanges }) =>
        withoutDefaults({ TargetIPs: ipSetJson(TargetIPs), SourceRanges })
      ),
      MapIP: service.MapIP,
      Ports: service.Ports.map(({ Name, Protocol, Port, NodePort, TargetPort, TargetPortName }) =>
        withoutDefaults({ Name, Protocol, Port, NodePort, TargetPort, TargetPortName })
      ),
      ExternalTrafficToLocal: service.ExternalTrafficToLocal,
    }),
    // Go's encoder cannot leave out an interface that is nil.
    SessionAffinity: affinity.case === undefined ? null : {
      ClientIP: withoutDefaults({ TimeoutSeconds: affinity.value.TimeoutSeconds }),
    },
    ...withoutDefaults({
      InternalTrafficToLocal: service.InternalTrafficToLocal,
      HealthCheckNodePort: service.HealthCheckNodePort,
    }),
  };
}

function endpointJson({ Hostname, IPs, Local, PortOverrides, Scopes }: Endpoint): Json {
  return withoutDefaults({
    Hostname,
    IPs: ipSetJson(IPs),
    Local,
    PortOverrides: PortOverrides.map(({ Name, Port }) => withoutDefaults({ Name, Port })),
    Scopes: Scopes && withoutDefaults({ Internal: Scopes.Internal, External: Scopes.External }),
  });
}

function ipSetJson(set: IPSet | undefined): Json | undefined {
  return set && withoutDefaults({ V4: set.V4, V6: set.V6 });
}

/** A message that is there and says nothing is written; an empty text, list or map is not. */
function withoutDefaults(fields: Json): Json {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) =>
      value !== undefined && value !== "" && value !== 0 && value !== false &&
      !(Array.isArray(value) && value.length === 0)
    ),
  );
}

function sortedMap(map: Readonly<Record<string, string>>): Json | undefined {
  const entries = Object.entries(map).sort(([a], [b]) => a < b ? -1 : 1);
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

const GO_ESCAPES: Readonly<Record<string, string>> = {
  "<": "\\u003c",
  ">": "\\u003e",
  "&": "\\u0026",
  "\u2028": "\\u2028",
  "\u2029": "\\u2029",
  "\\b": "\\u0008",
  "\\f": "\\u000c",
};

/** Go escapes what could end a script, and knows no short form of backspace and form feed. */
function escapeAsGo(json: string): string {
  return json.replaceAll(
    /\\(?:[^bf]|$)|\\[bf]|[<>&\u2028\u2029]/g,
    (text) => GO_ESCAPES[text] ?? text,
  );
}
