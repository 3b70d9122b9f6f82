/**
 * The data path beside its peers: how fast bytes, requests, connections and datagrams get through, and
 * what a change, a busy control plane and idle connections cost. Loopback only.
 *
 * @module
 */
import { whyNoLoad } from "../data_path/load_generator.ts";
import { changes } from "../data_path/change_cases.ts";
import { busy } from "../data_path/busy_cases.ts";
import { idle } from "../data_path/idle_cases.ts";
import { speed } from "../data_path/speed_cases.ts";
import type { Group, GroupOptions, Suite } from "../harness.ts";

/** The suite. */
export const dataPath: Suite = {
  name: "data-path",
  title: "Traffic through Windlass, beside no proxy at all and other people's proxies",
  groups: (options) => {
    const why = whyNoLoad();
    if (why === null) return groupsOf(options);
    options.note(`Left out: no load can be generated here. ${why}`);
    return [];
  },
};

function groupsOf(options: GroupOptions): readonly Group[] {
  const always = [() => speed(options), () => changes(options)];
  if (options.quick) return always;
  return [
    ...always,
    () => idle(options),
    () => busy("native", options),
    () => busy("deno", options),
  ];
}
