/**
 * A small cluster as a snapshot file, for tests that run the program on one.
 *
 * @module
 */

/** A file's text: Service `default/web` with one endpoint on this machine. */
export function clusterText(clusterIP: string, port: number, podPort: number): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "List",
    items: [
      {
        apiVersion: "v1",
        kind: "Service",
        metadata: { name: "web" },
        spec: { clusterIP, ports: [{ port, targetPort: podPort }] },
      },
      {
        apiVersion: "discovery.k8s.io/v1",
        kind: "EndpointSlice",
        metadata: { name: "web-1", labels: { "kubernetes.io/service-name": "web" } },
        addressType: "IPv4",
        ports: [{ port: podPort }],
        endpoints: [{ addresses: ["127.0.0.1"] }],
      },
    ],
  });
}
