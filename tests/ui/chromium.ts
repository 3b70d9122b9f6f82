/**
 * A headless Chromium for tests, driven by the DevTools protocol over its WebSocket. Needs the
 * permissions to run it, to use loopback, and to write its profile.
 *
 * @module
 */

/** Where Debian and its kin, and macOS and Windows, have it. */
const NAMES = ["chromium", "chromium-browser", "google-chrome", "chrome"];

const FLAGS = [
  "--headless=new",
  "--no-sandbox", // tests run as root in containers, where it cannot have one
  "--disable-gpu",
  "--disable-dev-shm-usage",
  "--disable-background-networking",
  "--no-first-run",
  "--hide-scrollbars",
  "--force-device-scale-factor=1",
  "--remote-debugging-port=0",
];

/** After this a test that waits in vain says for what. */
const PATIENCE_MS = 30_000;

/** The name of a Chromium on this machine; `null` if there is none. */
export async function findChromium(): Promise<string | null> {
  for (const name of NAMES) {
    try {
      const { success } = await new Deno.Command(name, {
        args: ["--version"],
        stdout: "null",
        stderr: "null",
      }).output();
      if (success) return name;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  return null;
}

interface Reply {
  readonly id?: number;
  readonly method?: string;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly result?: Readonly<Record<string, unknown>>;
  readonly error?: { readonly message: string };
}

/** The answers of the protocol are its own; what is read from them is checked where it is used. */
function readReply(data: unknown): Reply {
  return JSON.parse(String(data)) as Reply;
}

/** A key of the keyboard, as the protocol names it. */
export interface Key {
  /** Its name: `ArrowDown`, `a`. */
  readonly key: string;
  /** Its number on Windows. */
  readonly code: number;
  /** What it writes. */
  readonly text?: string;
}

/** Keys that tests press. */
export const KEYS = {
  down: { key: "ArrowDown", code: 40 },
  end: { key: "End", code: 35 },
  enter: { key: "Enter", code: 13, text: "\r" },
  escape: { key: "Escape", code: 27 },
  slash: { key: "/", code: 191, text: "/" },
  tab: { key: "Tab", code: 9 },
} as const satisfies Readonly<Record<string, Key>>;

/** A page in a headless Chromium. Dispose it at the end: that ends the browser. */
export class Page implements AsyncDisposable {
  /** What the page's console and its security policy complained about. */
  readonly complaints: string[] = [];
  readonly #process: Deno.ChildProcess;
  readonly #socket: WebSocket;
  readonly #profile: string;
  readonly #drained: Promise<unknown>;
  readonly #calls = new Map<number, PromiseWithResolvers<Readonly<Record<string, unknown>>>>();
  #session = "";
  #count = 0;

  private constructor(
    process: Deno.ChildProcess,
    socket: WebSocket,
    profile: string,
    drained: Promise<unknown>,
  ) {
    this.#process = process;
    this.#socket = socket;
    this.#profile = profile;
    this.#drained = drained;
    socket.addEventListener("message", ({ data }) => this.#onMessage(readReply(data)));
  }

  /** Starts a browser with one page of that size. */
  static async open(name: string, size: { readonly width: number; readonly height: number }) {
    const profile = await Deno.makeTempDir();
    const process = new Deno.Command(name, {
      args: [...FLAGS, `--user-data-dir=${profile}`, "about:blank"],
      stdout: "null",
      stderr: "piped",
    }).spawn();
    const { url, drained } = await debuggerUrl(process);
    const socket = new WebSocket(url);
    await new Promise((resolve, reject) => {
      socket.addEventListener("open", resolve, { once: true });
      socket.addEventListener("error", reject, { once: true });
    });
    const page = new Page(process, socket, profile, drained);
    await page.#attach(size);
    return page;
  }

  /** Goes to an address; resolves when the page has loaded. */
  async go(url: string): Promise<void> {
    await this.call("Page.navigate", { url });
    await this.until(`document.readyState === "complete"`);
  }

  /** What an expression comes to in the page. */
  async value<T>(expression: string): Promise<T> {
    const { result, exceptionDetails } = await this.call("Runtime.evaluate", {
      expression,
      awaitPromise: true,
      returnByValue: true,
    });
    if (exceptionDetails !== undefined) {
      throw new Error(`Cannot evaluate ${expression}: ${JSON.stringify(exceptionDetails)}`);
    }
    return (result as { readonly value: T }).value; // the test says what it expects, and asserts it
  }

  /** Resolves when an expression holds in the page, looked at with each frame. */
  async until(expression: string): Promise<void> {
    const end = `${JSON.stringify(expression)} + " never held: " + document.body.innerText`;
    await this.value(`new Promise((resolve, reject) => {
      setTimeout(() => reject(new Error(${end})), ${PATIENCE_MS});
      const look = () => (${expression}) ? resolve(true) : requestAnimationFrame(look);
      look();
    })`);
  }

  /** Presses a key. */
  async press({ key, code, text }: Key): Promise<void> {
    const common = { key, code: key, windowsVirtualKeyCode: code };
    await this.call("Input.dispatchKeyEvent", {
      type: "keyDown",
      ...common,
      ...text === undefined ? {} : { text },
    });
    await this.call("Input.dispatchKeyEvent", { type: "keyUp", ...common });
  }

  /** Writes text where the keyboard is. */
  async write(text: string): Promise<void> {
    await this.call("Input.insertText", { text });
  }

  /** Has the page think that its reader likes it so. */
  async prefer(scheme: "light" | "dark"): Promise<void> {
    const features = [{ name: "prefers-color-scheme", value: scheme }];
    await this.call("Emulation.setEmulatedMedia", { features });
  }

  /** A picture of the page, as PNG. */
  async picture(): Promise<Uint8Array> {
    const { data } = await this.call("Page.captureScreenshot", { format: "png" });
    return Uint8Array.fromBase64(String(data));
  }

  /** Calls the protocol. */
  async call(
    method: string,
    params: Readonly<Record<string, unknown>> = {},
  ): Promise<Readonly<Record<string, unknown>>> {
    const id = ++this.#count;
    const call = Promise.withResolvers<Readonly<Record<string, unknown>>>();
    this.#calls.set(id, call);
    const session = this.#session === "" ? {} : { sessionId: this.#session };
    this.#socket.send(JSON.stringify({ id, method, params, ...session }));
    return await call.promise;
  }

  /** Ends the browser. */
  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise((resolve) => this.#socket.addEventListener("close", resolve));
    this.#socket.close();
    await closed;
    this.#process.kill("SIGKILL");
    await Promise.all([this.#process.status, this.#drained]);
    await removeFolder(this.#profile);
  }

  async #attach(size: { readonly width: number; readonly height: number }): Promise<void> {
    const { targetInfos } = await this.call("Target.getTargets");
    const targets = targetInfos as readonly { readonly type: string; readonly targetId: string }[];
    const targetId = targets.find(({ type }) => type === "page")?.targetId; // as the protocol says
    const { sessionId } = await this.call("Target.attachToTarget", { targetId, flatten: true });
    this.#session = String(sessionId);
    await this.call("Page.enable");
    await this.call("Runtime.enable");
    await this.call("Log.enable");
    await this.call("Emulation.setDeviceMetricsOverride", {
      ...size,
      deviceScaleFactor: 1,
      mobile: false,
    });
  }

  #onMessage({ id, method, params, result, error }: Reply): void {
    if (method === "Runtime.exceptionThrown" || method === "Log.entryAdded") {
      this.complaints.push(JSON.stringify(params));
    }
    const call = this.#calls.get(id ?? -1);
    if (call === undefined) return;
    this.#calls.delete(id ?? -1);
    if (error === undefined) call.resolve(result ?? {});
    else call.reject(new Error(`Chromium refuses: ${error.message}`));
  }
}

/** Chromium says on standard error where it listens; what it says after that is read and dropped. */
async function debuggerUrl(process: Deno.ChildProcess) {
  const reader = process.stderr.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (true) {
    const { done, value } = await reader.read();
    if (done) throw new Error(`Cannot start Chromium: ${text}`);
    text += value;
    const url = /DevTools listening on (ws:\S+)\n/.exec(text)?.[1];
    if (url === undefined) continue;
    const drained = (async () => {
      while (!(await reader.read()).done);
    })();
    return { url, drained };
  }
}

/** Its helpers may still write for a moment after it was killed. */
async function removeFolder(path: string): Promise<void> {
  for (let tries = 0;; tries++) {
    try {
      return await Deno.remove(path, { recursive: true });
    } catch (error) {
      if (tries > 20) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
