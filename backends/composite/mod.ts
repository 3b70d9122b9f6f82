/**
 * Two backends side by side.
 *
 * @module
 */
export {
  compositeBackend,
  type CompositeOp,
  type CompositeOptions,
  type CompositeState,
  type Part,
  splitChanges,
} from "./composite.ts";
export { userspaceSelector } from "./selector.ts";
