/**
 * Why a listener could not be opened, in words that say what to do.
 *
 * @module
 */
import { addressOf } from "../../core/mod.ts";
import type { ApplyResult } from "../backend.ts";
import { isShortage, messageOf } from "./sockets.ts";
import type { ListenerSpec } from "./spec.ts";

/** Turns what the platform threw into a result. All but a missing permission or API may pass. */
export function bindFailure(
  spec: ListenerSpec,
  error: unknown,
  os: typeof Deno.build.os = Deno.build.os,
): ApplyResult {
  const { NotCapable, NotSupported } = Deno.errors;
  const { protocol, ip, port, kind, servicePort } = spec;
  return {
    ok: false,
    error:
      `Cannot listen on ${protocol} ${addressOf(ip, port)} for the ${kind} of ${servicePort}: ` +
      adviceFor(error, spec, os),
    retry: !(error instanceof NotCapable || error instanceof NotSupported),
  };
}

function adviceFor(
  error: unknown,
  { protocol, port }: ListenerSpec,
  os: typeof Deno.build.os,
): string {
  const { AddrInUse, AddrNotAvailable, NotCapable, NotSupported, PermissionDenied } = Deno.errors;
  const windows = os === "windows";
  if (error instanceof AddrInUse) {
    return `another socket has the port; find its owner with ${
      windows ? '"netstat -abno"' : protocol === "UDP" ? '"ss -lunp"' : '"ss -ltnp"'
    } and stop it, or change the service`;
  }
  if (error instanceof AddrNotAvailable) {
    return "the address is on no interface of this machine; assign it to one";
  }
  if (error instanceof NotCapable) {
    return `${messageOf(error)}; allow it with --allow-net and restart`;
  }
  if (error instanceof PermissionDenied && windows) {
    return "Windows has set the port aside, or a program holds it for itself; " +
      `"netsh interface ipv4 show excludedportrange protocol=${protocol.toLowerCase()}" ` +
      "lists the ranges set aside";
  }
  if (error instanceof PermissionDenied) {
    return port < 1024
      ? "ports below 1024 need root or the capability CAP_NET_BIND_SERVICE"
      : `${messageOf(error)}; a security policy of this machine must allow it`;
  }
  if (error instanceof NotSupported) return messageOf(error);
  if (isShortage(error)) {
    return `${
      messageOf(error)
    }; raise this machine's limit on open files and sockets, or free some`;
  }
  return `${messageOf(error)}; it is tried again until it works or the service goes`;
}
