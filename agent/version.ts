/**
 * The version of Windlass. A test holds it to the one in deno.json.
 *
 * @module
 */

/** The version of Windlass. */
export const WINDLASS_VERSION = "0.1.0";
