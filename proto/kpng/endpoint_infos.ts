/**
 * Endpoints as the global API sends them: `globalv1.EndpointInfo`, each one twice, under its service
 * and under its source.
 *
 * @module
 */
import { writeEndpoint } from "./endpoint_message.ts";
import type { ModelEndpoint, ModelSource } from "./model.ts";
import { blockOf, type OpBlock } from "./operations.ts";
import { WireWriter } from "./wire_writer.ts";
import { keyOf, xxh64 } from "./xxh64.ts";

/** The operations that set the endpoints of a source, by service and by source. */
export function sourceBlocks(
  { namespace, name, service, endpoints }: Omit<ModelSource, "blocks">,
): readonly [byService: OpBlock, bySource: OpBlock] {
  const to = new WireWriter();
  const infos = endpoints.map((endpoint) => {
    const hash = hashOf(endpoint, to);
    const value = infoBytes({ namespace, name, service }, endpoint, hash, to);
    return { key: keyOf(hash), value };
  });
  const under = (prefix: string) =>
    blockOf(
      "GlobalEndpointInfos",
      infos.map(({ key, value }) => ({ path: prefix + key, value })),
    );
  return [under(`${namespace}|${service}|${name}|`), under(`${namespace}||${name}|`)];
}

/**
 * KPNG's hash of an endpoint: over Endpoint, Conditions and Topology. Hints are taken in where there
 * are any: KPNG leaves them out, and so never hears of a change of hints alone.
 */
export function hashOf(endpoint: ModelEndpoint, to = new WireWriter()): bigint {
  to.clear();
  writeContent(to, endpoint, null);
  return xxh64(to.peek());
}

function infoBytes(
  source: Pick<ModelSource, "namespace" | "name" | "service">,
  endpoint: ModelEndpoint,
  hash: bigint,
  to: WireWriter,
): Uint8Array {
  to.clear();
  to.number64(1, hash);
  to.text(2, source.namespace);
  to.text(3, source.name);
  to.text(4, source.service);
  writeContent(to, endpoint, endpoint.pod);
  return to.take();
}

/** The fields from 6 on; `pod` is `null` where it is to be left out. */
function writeContent(to: WireWriter, endpoint: ModelEndpoint, pod: string | null): void {
  to.message(6, () => writeEndpoint(to, endpoint));
  to.message(7, () => to.flag(1, endpoint.ready));
  to.text(8, pod ?? "");
  to.message(9, () => {
    to.text(1, endpoint.node);
    to.text(2, endpoint.zone);
  });
  if (endpoint.zoneHints.length > 0) {
    to.message(10, () => {
      for (const zone of endpoint.zoneHints.toSorted()) to.element(1, zone);
    });
  }
}
