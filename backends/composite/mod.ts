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
export { fulfils, type LabelRequirement } from "./label_selector.ts";
export {
  BACKEND_ANNOTATION,
  type ReadChoice,
  readChoice,
  type UserspaceChoice,
  userspaceSelector,
} from "./selector.ts";
