/**
 * The functions of Windows that the transport calls, and where they are. All that may take long runs
 * on a thread of its own (`nonblocking`): HNS answers in milliseconds, and sometimes in seconds.
 *
 * Needs `--allow-ffi` without paths: Deno lets only a program that may load everything follow pointers.
 *
 * @module
 */

/** A file for each library. */
export interface LibraryPaths {
  /** The HCN functions: Windows 10 1809, Windows Server 2019 and later. */
  readonly computenetwork: string;
  /** The schema-1 side of HNS, which alone knows its version. */
  readonly vmcompute: string;
  /** Frees texts. */
  readonly ole32: string;
  /** Measures texts. */
  readonly kernel32: string;
}

/** Where Windows has them. Whole paths: a DLL of that name elsewhere is never taken. */
export const SYSTEM_LIBRARIES: LibraryPaths = {
  computenetwork: "C:\\Windows\\System32\\computenetwork.dll",
  vmcompute: "C:\\Windows\\System32\\vmcompute.dll",
  ole32: "C:\\Windows\\System32\\ole32.dll",
  kernel32: "C:\\Windows\\System32\\kernel32.dll",
};

const ENUMERATE = {
  parameters: ["buffer", "buffer", "buffer"],
  result: "i32",
  nonblocking: true,
} as const;
const OPEN = ENUMERATE;
const QUERY = {
  parameters: ["pointer", "buffer", "buffer", "buffer"],
  result: "i32",
  nonblocking: true,
} as const;
const DELETE = { parameters: ["buffer", "buffer"], result: "i32", nonblocking: true } as const;
const CLOSE = { parameters: ["pointer"], result: "i32", nonblocking: true } as const;

const COMPUTENETWORK = {
  HcnEnumerateNetworks: ENUMERATE,
  HcnEnumerateEndpoints: ENUMERATE,
  HcnEnumerateLoadBalancers: ENUMERATE,
  HcnOpenNetwork: OPEN,
  HcnOpenEndpoint: OPEN,
  HcnOpenLoadBalancer: OPEN,
  HcnQueryNetworkProperties: QUERY,
  HcnQueryEndpointProperties: QUERY,
  HcnQueryLoadBalancerProperties: QUERY,
  HcnCloseNetwork: CLOSE,
  HcnCloseEndpoint: CLOSE,
  HcnCloseLoadBalancer: CLOSE,
  HcnCreateEndpoint: {
    parameters: ["pointer", "buffer", "buffer", "buffer", "buffer"],
    result: "i32",
    nonblocking: true,
  },
  HcnCreateLoadBalancer: {
    parameters: ["buffer", "buffer", "buffer", "buffer"],
    result: "i32",
    nonblocking: true,
  },
  HcnDeleteEndpoint: DELETE,
  HcnDeleteLoadBalancer: DELETE,
} as const satisfies Deno.ForeignLibraryInterface;

/** What a build of Windows may lack. Deno says so of `nonblocking` functions only when it opens them. */
const MODIFY = {
  HcnModifyLoadBalancer: {
    parameters: ["pointer", "buffer", "buffer"],
    result: "i32",
    nonblocking: true,
  },
} as const satisfies Deno.ForeignLibraryInterface;

/** What a build of Windows may lack. */
const EVENTS = {
  HcnRegisterServiceCallback: {
    parameters: ["function", "pointer", "buffer"],
    result: "i32",
    nonblocking: true,
  },
  HcnUnregisterServiceCallback: { parameters: ["pointer"], result: "i32", nonblocking: true },
} as const satisfies Deno.ForeignLibraryInterface;

const VMCOMPUTE = {
  HNSCall: {
    parameters: ["buffer", "buffer", "buffer", "buffer"],
    result: "i32",
    nonblocking: true,
  },
} as const satisfies Deno.ForeignLibraryInterface;

const OLE32 = {
  CoTaskMemFree: { parameters: ["pointer"], result: "void" },
} as const satisfies Deno.ForeignLibraryInterface;

const KERNEL32 = {
  lstrlenW: { parameters: ["pointer"], result: "i32" },
} as const satisfies Deno.ForeignLibraryInterface;

/** The libraries, opened. */
export interface Libraries {
  /** The HCN functions. */
  readonly hcn: Deno.DynamicLibrary<typeof COMPUTENETWORK>["symbols"];
  /** The schema-1 side. */
  readonly hns: Deno.DynamicLibrary<typeof VMCOMPUTE>["symbols"];
  /** Changes a load balancer; `null` where that is missing. */
  readonly modify: Deno.DynamicLibrary<typeof MODIFY>["symbols"]["HcnModifyLoadBalancer"] | null;
  /** What HNS tells by itself; `null` where that is missing. */
  readonly events: Deno.DynamicLibrary<typeof EVENTS>["symbols"] | null;
  /** Reads a text; `""` for none. */
  text(at: Deno.PointerValue): string;
  /** Frees a text, or does nothing for none. */
  free(at: Deno.PointerValue): void;
  /** Unloads them. No call may be under way. */
  close(): void;
}

/** What came of opening the libraries. */
export type OpenedLibraries =
  | {
    /** All of them are there. */
    readonly ok: true;
    /** They. */
    readonly libraries: Libraries;
  }
  | {
    /** One, or one of its functions, is missing. */
    readonly ok: false;
    /** What was being done, what was met, what would be right. */
    readonly error: string;
  };

/** Opens the libraries. */
export function openLibraries(paths: LibraryPaths = SYSTEM_LIBRARIES): OpenedLibraries {
  const opened: { close(): void }[] = [];
  const open = <const Symbols extends Deno.ForeignLibraryInterface>(
    path: string,
    symbols: Symbols,
  ): Deno.DynamicLibrary<Symbols> => {
    try {
      const library = Deno.dlopen(path, symbols);
      opened.push(library);
      return library;
    } catch (error) {
      throw new Error(whyNot(path, error), { cause: error });
    }
  };
  const close = () => {
    for (const library of opened.splice(0).reverse()) library.close();
  };
  try {
    const { symbols: { lstrlenW } } = open(paths.kernel32, KERNEL32);
    const { symbols: { CoTaskMemFree } } = open(paths.ole32, OLE32);
    const hcn = open(paths.computenetwork, COMPUTENETWORK).symbols;
    const hns = open(paths.vmcompute, VMCOMPUTE).symbols;
    // Units as they are: a JSON text of HNS has no byte order mark to strip.
    const decoder = new TextDecoder("utf-16le", { ignoreBOM: true });
    const text = (at: Deno.PointerValue): string => {
      if (at === null) return "";
      const bytes = lstrlenW(at) * 2;
      return bytes === 0 ? "" : decoder.decode(Deno.UnsafePointerView.getArrayBuffer(at, bytes));
    };
    const free = (at: Deno.PointerValue) => {
      if (at !== null) CoTaskMemFree(at);
    };
    const modify = ifThere(() => open(paths.computenetwork, MODIFY))?.symbols;
    const events = ifThere(() => open(paths.computenetwork, EVENTS))?.symbols ?? null;
    return {
      ok: true,
      libraries: {
        hcn,
        hns,
        modify: modify?.HcnModifyLoadBalancer ?? null,
        events,
        text,
        free,
        close,
      },
    };
  } catch (error) {
    close();
    return { ok: false, error: error instanceof Error ? error.message : String(error) };
  }
}

/** Functions that may be missing: the library itself is known to be there. */
function ifThere<T>(open: () => T): T | null {
  try {
    return open();
  } catch {
    return null; // what needs them says so, each time that it is asked for
  }
}

function whyNot(path: string, error: unknown): string {
  const met = (error instanceof Error ? error.message : String(error)).trim();
  const right = error instanceof Deno.errors.NotCapable
    ? "grant --allow-ffi"
    : "Windows has it from version 1809 and Server 2019 on, with the feature Containers " +
      "(Install-WindowsFeature Containers)";
  return `Cannot reach HNS by "${path}": ${met}; ${right}`;
}
