/**
 * What a plan has to say: what of the services is not proxied, or not as they ask. Pure.
 *
 * @module
 */
import { addressOf, type Change } from "../../core/mod.ts";
import { BALANCING_ANNOTATION, balancingOf } from "./balancing_annotation.ts";
import { supportedProtocol } from "./listeners.ts";
import { type BalancingPolicy, LISTENER_PROTOCOLS, type UserspaceOp } from "./spec.ts";

/**
 * The operations that tell what is not done, each once.
 *
 * @param balancing What is used in the place of a balancing policy that there is not.
 */
export function notesOn(
  changes: readonly Change[],
  balancing: BalancingPolicy,
): readonly UserspaceOp[] {
  return [...changes.flatMap(unsupportedOps), ...ignoredOps(changes, balancing)];
}

/** A service port's protocol never changes, so it is said when the service port comes. */
function unsupportedOps(change: Change): readonly UserspaceOp[] {
  if (change.type !== "add" || supportedProtocol(change.now.protocol) !== null) return [];
  const { key, name, protocol, frontends } = change.now;
  const asked = frontends.map((each) =>
    each.kind === "NodePort" ? `*:${each.port}` : addressOf(each.ip, each.port)
  );
  return [{
    op: "unsupported",
    key: `unsupported/${key}`,
    after: [],
    because: `${protocol} on ${asked.join(", ")}`,
    servicePort: name,
    reason: `the userspace backend proxies ${LISTENER_PROTOCOLS.join(", ")} and not ${protocol}`,
  }];
}

/** A service's setting is said when it comes, or changes, once for all ports of the service. */
function ignoredOps(
  changes: readonly Change[],
  balancing: BalancingPolicy,
): readonly UserspaceOp[] {
  const ops = new Map<string, UserspaceOp>();
  for (const change of changes) {
    if (change.type === "remove" || supportedProtocol(change.now.protocol) === null) continue;
    const { now } = change;
    const { finding } = balancingOf(now);
    const said = change.type === "update" && balancingOf(change.before).finding === finding;
    if (finding === null || said) continue;
    const service = `${now.namespace}/${now.service}`;
    const key = `ignored/${service}`;
    ops.set(key, {
      op: "ignored",
      key,
      after: [],
      because: `annotation ${BALANCING_ANNOTATION} of ${service}`,
      service,
      reason: `${finding}; ${balancing} is used`,
    });
  }
  return [...ops.values()];
}
