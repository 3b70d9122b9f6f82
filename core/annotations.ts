/**
 * The annotations that more than one room reads.
 *
 * @module
 */

/** On a Service: which backend it goes to, where there are two; `userspace`, or the kernel's. */
export const BACKEND_ANNOTATION = "windlass.dev/backend";
