/**
 * What happens in the simulated cluster, as data, and as a line for a person.
 *
 * @module
 */
import { unreachable } from "../../core/mod.ts";
import type { Pod, SimNode, SimService } from "./model.ts";
import { type Story, STORY_LINES } from "./scenario_names.ts";

/** Something that happens in the simulated cluster. */
export type Happening =
  /** A scenario begins. */
  | { readonly type: "story"; readonly story: Story }
  /** The API server says of new pods that they are ready. */
  | {
    readonly type: "pods-ready";
    readonly service: SimService;
    readonly pods: readonly Pod[];
  }
  /** A pod is being deleted; it finishes what it does. */
  | { readonly type: "pod-terminating"; readonly pod: Pod }
  /** A pod has finished and is removed. */
  | { readonly type: "pod-gone"; readonly pod: Pod }
  /** All pods of a node have died. */
  | { readonly type: "node-lost"; readonly node: SimNode; readonly pods: number }
  /** The node runs again. */
  | { readonly type: "node-back"; readonly node: SimNode }
  /** The API server is away. */
  | { readonly type: "api-away" }
  /** The API server is back, perhaps without memory of earlier versions. */
  | { readonly type: "api-back"; readonly compacted: boolean };

/** The happening in words. */
export function describeHappening(happening: Happening): string {
  switch (happening.type) {
    case "story":
      return `${happening.story}: ${STORY_LINES[happening.story]}`;
    case "pods-ready": {
      const [first, ...others] = happening.pods;
      if (first === undefined) return `${happening.service.name}: no pod got ready`;
      const rest = others.length === 0 ? "" : ` and ${others.length} more`;
      return `${happening.service.name}: + ${first.name} (${first.endpoint})${rest} ready`;
    }
    case "pod-terminating":
      return `${happening.pod.service}: ~ ${happening.pod.name} terminating`;
    case "pod-gone":
      return `${happening.pod.service}: - ${happening.pod.name} gone`;
    case "node-lost":
      return `${happening.node.name} lost, ${happening.pods} pods died with it`;
    case "node-back":
      return `${happening.node.name} is back`;
    case "api-away":
      return "API server away";
    case "api-back":
      return `API server back${happening.compacted ? ", old versions forgotten (410 Gone)" : ""}`;
    default:
      return unreachable(happening);
  }
}
