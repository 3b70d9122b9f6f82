/**
 * The HNS backend: services as load balancers of the Windows kernel, a declared state that is
 * compared with what is there and put right.
 *
 * @module
 */
export { HNS_DEFAULTS, type HnsConfig, type HnsEnvironment, type HostAddress } from "./config.ts";
export { contributionOf, PRESERVE_ANNOTATION } from "./desired.ts";
export {
  DISTRIBUTION,
  ENDPOINT_FLAGS,
  type HcnPolicy,
  type HostComputeEndpoint,
  type HostComputeLoadBalancer,
  LOAD_BALANCER_FLAGS,
  PORT_FLAGS,
  type PortMapping,
  PROTOCOL_NUMBERS,
  SCHEMA_VERSION,
  type SchemaVersion,
} from "./documents.ts";
export {
  type Feature,
  FEATURE_TABLE,
  type FeatureRow,
  FEATURES,
  featuresOf,
  hasFeature,
  type HnsVersion,
  versionText,
} from "./features.ts";
export { codeOf, describeCode, hex, HnsError, type HnsErrorName } from "./hns_error.ts";
export { HNS_ERRORS, type HnsErrorClass, type HnsErrorRow } from "./hresults.ts";
export {
  HNS_KINDS,
  type HnsCreation,
  type HnsEvent,
  type HnsKind,
  type HnsTransport,
} from "./transport.ts";
export { type HnsEmulator, hnsEmulator } from "./emulator/emulator.ts";
export {
  EMPTY_STATE,
  type EmulatorState,
  type ReadState,
  readState,
  stateText,
} from "./emulator/file.ts";
export {
  DEFAULT_VERSION,
  type EmulatorCall,
  type EmulatorCounts,
  type EmulatorFault,
  type EmulatorOptions,
} from "./emulator/quirks.ts";
export { describeHns, type HnsBackend, hnsBackend, type HnsOptions, observeHns } from "./hns.ts";
export { networksNamed } from "./network_name.ts";
export { absence, ambiguity, type HnsObservation } from "./observation.ts";
export { type HnsPlan, type HnsState, type HnsWorld, planCleanup } from "./plan.ts";
export {
  type FileEmulatorOptions,
  type OpenedEmulator,
  openFileEmulator,
} from "./emulator/file_emulator.ts";
export { normalMac } from "./mac.ts";
export type { FindSourceVip, FoundSourceVip } from "./source_vip.ts";
export {
  type LibraryPaths,
  type NativeOptions,
  type OpenedTransport,
  openNativeTransport,
  type Patience,
} from "./native_transport/mod.ts";
export {
  type HostLimits,
  type HostProcess,
  type PowershellOptions,
  powershellTransport,
  type StartHost,
} from "./powershell/mod.ts";
export {
  type HnsdiagOptions,
  type HnsdiagResult,
  hnsdiagTransport,
  type RunHnsdiag,
} from "./hnsdiag/mod.ts";
export {
  explainOnHns,
  type HnsBalancerExplanation,
  type HnsDecision,
  type HnsExplanation,
  hnsExplanationText,
} from "./explain.ts";
export { type Diagnosis, examine } from "./doctor.ts";
export { blocksLeft, type PortSpace, type PortSpan, WIDEN_PORTS } from "./port_blocks.ts";
export type { Actual, ActualEndpoint, ActualLoadBalancer } from "./actual.ts";
export type { LayeredMap } from "./layered_map.ts";
export { LOAD_BALANCER_KINDS, type LoadBalancerKind } from "./load_balancer_rules.ts";
export type {
  HnsEndpoint,
  HnsLoadBalancer,
  HnsNetwork,
  HnsPortMapping,
  RemoteSubnet,
} from "./read_documents.ts";
export type { Contribution, DecidedBy, HnsOp, Member, WantedLoadBalancer } from "./spec.ts";
export type { HnsFinding } from "./support_rules.ts";
export type { Wanted } from "./wanted.ts";
export { hnsRulesPage } from "./rules_doc.ts";
