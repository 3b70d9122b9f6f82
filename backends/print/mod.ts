/**
 * The print backend.
 *
 * @module
 */
export {
  changeLine,
  describeChange,
  type EndpointUse,
  type ServicePortChange,
} from "./describe.ts";
export {
  PRINT_FORMATS,
  printBackend,
  type PrintFormat,
  type PrintOp,
  type PrintOptions,
  type PrintState,
} from "./print.ts";
