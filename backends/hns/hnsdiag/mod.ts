/**
 * The transport that runs hnsdiag.exe, which Windows brings: it lists and deletes, and cannot create.
 * For a look at a node, and for hosts where nothing else is allowed.
 *
 * Needs the permission to run `C:\Windows\System32\hnsdiag.exe`.
 *
 * @module
 */
import { LOCAL_HRESULTS } from "../hcn/calls.ts";
import type { HnsVersion } from "../features.ts";
import { codeOf, HnsError, type HnsErrorName } from "../hns_error.ts";
import { field } from "../read_documents.ts";
import type { HnsCreation, HnsKind, HnsTransport } from "../transport.ts";
import { documentsOf } from "./documents_of.ts";
import { type RunHnsdiag, runPlatformHnsdiag } from "./run_hnsdiag.ts";
import { toSchema2, versionIn } from "./schema1.ts";

export type { HnsdiagResult, RunHnsdiag } from "./run_hnsdiag.ts";

/** How the transport is set up. */
export interface HnsdiagOptions {
  /** Runs hnsdiag; tests give a fake. */
  readonly run?: RunHnsdiag;
}

/** What hnsdiag calls the kinds. */
const OBJECTS: Readonly<Record<HnsKind, string>> = {
  "network": "networks",
  "endpoint": "endpoints",
  "load-balancer": "loadbalancers",
};

const NOT_FOUND: Readonly<Record<HnsKind, HnsErrorName>> = {
  "network": "network-not-found",
  "endpoint": "endpoint-not-found",
  "load-balancer": "element-not-found",
};

/** The texts around it are localised; the code is not. */
const HRESULT = /\b0x8[0-9a-f]{7}\b/i;

/** Makes the transport. */
export function hnsdiagTransport({ run = runPlatformHnsdiag }: HnsdiagOptions = {}): HnsTransport {
  return new Hnsdiag(run);
}

class Hnsdiag implements HnsTransport {
  readonly name = "hnsdiag";
  readonly #run: RunHnsdiag;

  constructor(run: RunHnsdiag) {
    this.#run = run;
  }

  async version(signal: AbortSignal): Promise<HnsVersion> {
    const doing = "ask HNS for its version";
    const [version] = (await this.#documents("network", doing, signal))
      .flatMap((each) => versionIn(each) ?? []);
    if (version !== undefined) return version;
    throw refusal(doing, "hnsdiag tells it with a network only, and HNS has none");
  }

  async list(kind: HnsKind, signal: AbortSignal): Promise<readonly unknown[]> {
    const documents = await this.#documents(kind, `list ${OBJECTS[kind]}`, signal);
    return documents.map((each) => toSchema2(kind, each));
  }

  async get(kind: HnsKind, id: string, signal: AbortSignal): Promise<unknown> {
    // Before version 1903 it cannot be asked for one object.
    const all = await this.list(kind, signal);
    const wanted = id.toLowerCase();
    const found = all.find((each) => String(field(each, "ID")).toLowerCase() === wanted);
    if (found !== undefined) return found;
    throw new HnsError(`get ${kind} ${id}`, codeOf(NOT_FOUND[kind]));
  }

  create({ kind, id }: HnsCreation): Promise<unknown> {
    return Promise.reject(refusal(`create ${kind} ${id}`, LISTS_AND_DELETES));
  }

  modifyLoadBalancer(id: string): Promise<void> {
    return Promise.reject(refusal(`modify load balancer ${id}`, LISTS_AND_DELETES));
  }

  async delete(
    kind: "endpoint" | "load-balancer",
    id: string,
    signal: AbortSignal,
  ): Promise<void> {
    const doing = `delete ${kind} ${id}`;
    const said = await this.#say(["delete", OBJECTS[kind], id], doing, signal);
    // Its exit codes are written nowhere, so what counts is whether the object is still there.
    const all = await this.list(kind, signal);
    const there = all.some((each) => String(field(each, "ID")).toLowerCase() === id.toLowerCase());
    if (there) throw new HnsError(doing, LOCAL_HRESULTS.failed, said);
  }

  /** It tells nothing by itself. */
  watch(): () => void {
    return () => {};
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  /** All documents, or an error; never a part of them. */
  async #documents(
    kind: HnsKind,
    doing: string,
    signal: AbortSignal,
  ): Promise<readonly unknown[]> {
    const said = await this.#say(["list", OBJECTS[kind], "-d"], doing, signal);
    const { documents, rest, broken } = documentsOf(said);
    if (broken !== null) {
      throw new HnsError(doing, LOCAL_HRESULTS.unexpected, `not JSON: ${broken}`);
    }
    if (documents.length === 0 && rest !== "") {
      throw new HnsError(doing, LOCAL_HRESULTS.failed, rest);
    }
    return documents;
  }

  /** What it says on its output, unless it says that something failed. */
  async #say(args: readonly string[], doing: string, signal: AbortSignal): Promise<string> {
    const { code, stdout, stderr, notRun } = await this.#run(args, signal);
    if (notRun !== null) {
      throw new HnsError(doing, FILE_NOT_FOUND, `${notRun} (it comes with the feature Containers)`);
    }
    if (/hnsdiag\s+<command>/i.test(stderr)) {
      throw refusal(doing, `this build's hnsdiag does not know "${args.join(" ")}"`);
    }
    // A document may have a code in it too: only what stands outside is a failure.
    const outside = `${documentsOf(stdout).rest} ${stderr}`.trim();
    const hresult = HRESULT.exec(outside)?.[0];
    if (hresult !== undefined) throw new HnsError(doing, Number.parseInt(hresult, 16), outside);
    if (code !== 0 && stdout.trim() === "") {
      throw new HnsError(doing, LOCAL_HRESULTS.failed, `exit code ${code} ${outside}`);
    }
    return stdout;
  }
}

const LISTS_AND_DELETES = "hnsdiag lists and deletes only; use --hns native or --hns powershell";

const FILE_NOT_FOUND = 0x80070002;

function refusal(doing: string, why: string): HnsError {
  return new HnsError(doing, codeOf("not-implemented"), why);
}
