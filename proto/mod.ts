/**
 * Where cluster state comes from: the contract of a source, and the sources. This is the only door of
 * the room.
 *
 * @module
 */
export { decodeText } from "./file/decode_text.ts";
export { fileSource, type FileSourceOptions } from "./file/file_source.ts";
export * from "./kpng/mod.ts";
export type { KubeConnection, KubeResponse } from "./kube/connection.ts";
export { kubeSource, type KubeSourceOptions } from "./kube/kube_source.ts";
export {
  CONNECTION_ENV,
  type KubeConnectionOptions,
  loadKubeConnection,
} from "./kube/load_connection.ts";
export {
  type EventDocument,
  type EventSeries,
  type KubeWrite,
  type KubeWriter,
  patchEventSeries,
  postEvent,
  writerOf,
} from "./kube/post_event.ts";
export { SYSTEM_TIMING, type Timing } from "./kube/timing.ts";
export * from "./source.ts";
