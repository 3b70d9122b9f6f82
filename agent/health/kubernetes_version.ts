/**
 * Which release of Kubernetes' kube-proxy this program follows, for `/version` and for
 * `kubernetes_build_info`: tools compare nodes by it.
 *
 * @module
 */
import { WINDLASS_VERSION } from "../version.ts";

/** A release, as Kubernetes' components tell theirs. */
export interface KubernetesVersion {
  /** `1`. */
  readonly major: string;
  /** `34`. */
  readonly minor: string;
  /** `v1.34.0+windlass-0.1.0`: what comes after the plus is ours. */
  readonly gitVersion: string;
  /** Not told. */
  readonly gitCommit: string;
  /** Not told. */
  readonly gitTreeState: string;
  /** Not told. */
  readonly buildDate: string;
  /** What stands in Go's place: `deno2.9.6`. */
  readonly goVersion: string;
  /** What compiled it. */
  readonly compiler: string;
  /** `windows/amd64`, in Go's words. */
  readonly platform: string;
}

/** The release whose kube-proxy this program follows. */
export const KUBERNETES_RELEASE = { major: "1", minor: "34", patch: "0" } as const;

/** What this program tells of its version. */
export function kubernetesVersion(): KubernetesVersion {
  const { major, minor, patch } = KUBERNETES_RELEASE;
  const arch = Deno.build.arch === "aarch64" ? "arm64" : "amd64";
  return {
    major,
    minor,
    gitVersion: `v${major}.${minor}.${patch}+windlass-${WINDLASS_VERSION}`,
    gitCommit: "",
    gitTreeState: "",
    buildDate: "",
    goVersion: `deno${Deno.version.deno}`,
    compiler: "deno",
    platform: `${Deno.build.os}/${arch}`,
  };
}
