/**
 * The HNS backend: services as load balancers of the Windows kernel, a declared state that is
 * compared with what is there and put right.
 *
 * @module
 */
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
