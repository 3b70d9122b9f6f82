/**
 * Files of a HostProcess container. What a pod mounts at `/var/run/...` is there on newer Windows nodes
 * (containerd 1.7); on older ones it is only under `$CONTAINER_SANDBOX_MOUNT_POINT`, where no kubeconfig
 * made for kube-proxy looks. Needs read permission.
 *
 * @module
 */
import { join } from "node:path";
import type { Material, StoredCredentials } from "./credentials.ts";

/** The container's own root, `null` if there is none. */
export function sandboxOf(env: (name: string) => string | undefined): string | null {
  return env("CONTAINER_SANDBOX_MOUNT_POINT") || null;
}

/** The path itself; or, if only that exists, the same path under the container's root. */
export async function locate(path: string, sandbox: string | null): Promise<string> {
  if (sandbox === null || await isFile(path)) return path;
  const inside = join(sandbox, path.replace(/^[a-z]:/i, ""));
  return await isFile(inside) ? inside : path;
}

/** The credentials, each file where it is. */
export async function locateAll(
  stored: StoredCredentials,
  sandbox: string | null,
): Promise<StoredCredentials> {
  const located = async (material: Material | null): Promise<Material | null> =>
    material !== null && "file" in material
      ? { file: await locate(material.file, sandbox) }
      : material;
  return {
    headers: stored.headers,
    token: await located(stored.token),
    ca: await located(stored.ca),
    cert: await located(stored.cert),
    key: await located(stored.key),
  };
}

/** Whether there is a file. */
export async function isFile(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
