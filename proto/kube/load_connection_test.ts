import assert from "node:assert/strict";
import { createServer } from "node:https";
import { join } from "node:path";
import type { TLSSocket } from "node:tls";
import { SourceError } from "../source.ts";
import { ScriptedServer } from "./_testing.ts";
import { reasonOf } from "./answers.ts";
import { UnreachableError } from "./connection.ts";
import {
  CONNECTION_ENV,
  type KubeConnectionOptions,
  loadKubeConnection,
} from "./load_connection.ts";

/** Certificates made for these tests, good for nothing else. */
const pem = (name: string) => Deno.readTextFileSync(new URL(`testdata/${name}`, import.meta.url));
const SERVER = { cert: pem("server.crt"), key: pem("server.key") };
/** A certificate for `kubernetes.test` only, not for the address that the tests connect to. */
const NAMED = { cert: pem("named.crt"), key: pem("server.key") };
const OTHER_CA = { "certificate-authority-data": btoa(pem("client.crt")) };
const CA = { "certificate-authority-data": btoa(pem("ca.crt")) };

interface Setup extends AsyncDisposable {
  readonly folder: string;
  file(name: string, text: string): Promise<string>;
  /** Writes a kubeconfig of one cluster and user. */
  config(name: string, cluster: object, user?: object): Promise<string>;
}

async function setup(): Promise<Setup> {
  const folder = await Deno.makeTempDir();
  const file = async (name: string, text: string) => {
    const path = join(folder, name);
    await Deno.mkdir(join(path, ".."), { recursive: true });
    await Deno.writeTextFile(path, text);
    return path;
  };
  return {
    folder,
    file,
    config: (name, cluster, user = {}) =>
      file(
        name,
        JSON.stringify({
          "current-context": "c",
          contexts: [{ name: "c", context: { cluster: "k", user: "u" } }],
          clusters: [{ name: "k", cluster }],
          users: [{ name: "u", user }],
        }),
      ),
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}

function load(
  env: Readonly<Record<string, string>>,
  options: Omit<KubeConnectionOptions, "env"> = {},
) {
  return loadKubeConnection({
    ...options,
    env(name) {
      assert.ok(CONNECTION_ENV.some((known) => known === name), `${name} is listed`);
      return env[name];
    },
  });
}

/** Asks the server for its nodes, and gives the answer's text and the request's headers. */
async function ask(server: ScriptedServer, connection: Awaited<ReturnType<typeof load>>) {
  const answer = connection.get("/api/v1/nodes", new AbortController().signal);
  const asked = await Promise.race([server.next("nodes", "list"), answer.then(() => null)]);
  assert.ok(asked !== null);
  asked.answer(200, "hello");
  const { status, body } = await answer;
  assert.equal(status, 200);
  assert.equal(await new Response(body).text(), '"hello"');
  return asked.headers;
}

async function whyNot(connecting: Promise<unknown>): Promise<string> {
  const error = await connecting.then(() => null, (error: unknown) => error);
  assert.ok(error instanceof SourceError);
  return `${error.code}: ${error.message}`;
}

Deno.test("--server alone needs no kubeconfig, and plain http will do", async () => {
  await using server = new ScriptedServer();
  const connection = await load({ KUBECONFIG: "ignored" }, {
    server: `http://127.0.0.1:${server.port}/`,
  });
  assert.equal(connection.server, `http://127.0.0.1:${server.port}`);
  const headers = await ask(server, connection);
  assert.equal(headers.get("authorization"), null);
  assert.equal(headers.get("accept"), "application/json");
  connection.close();
});

Deno.test("a kubeconfig's CA is trusted, and its token sent", async () => {
  await using server = new ScriptedServer(SERVER);
  await using files = await setup();
  const kubeconfig = await files.config(
    "config",
    { server: `https://127.0.0.1:${server.port}`, ...CA },
    { token: "secret" },
  );
  const connection = await load({}, { kubeconfig });
  assert.equal((await ask(server, connection)).get("authorization"), "Bearer secret");
  connection.close();
});

Deno.test("a server that the CA did not sign is not trusted", async () => {
  await using server = new ScriptedServer(SERVER);
  await using files = await setup();
  const kubeconfig = await files.config("config", { server: `https://127.0.0.1:${server.port}` });
  const connection = await load({}, { kubeconfig });
  await assert.rejects(connection.get("/", new AbortController().signal), (error) => {
    assert.ok(error instanceof UnreachableError);
    assert.equal(reasonOf(error), "invalid peer certificate: UnknownIssuer");
    return true;
  });
  connection.close();
});

Deno.test("--server replaces the server of the kubeconfig", async () => {
  await using server = new ScriptedServer();
  await using files = await setup();
  const kubeconfig = await files.config("config", { server: "https://10.0.0.1" }, { token: "t" });
  const connection = await load({}, { kubeconfig, server: `http://127.0.0.1:${server.port}` });
  assert.equal((await ask(server, connection)).get("authorization"), "Bearer t");
  connection.close();
});

Deno.test("a token file is read again after a minute, or when the token was refused", async () => {
  await using server = new ScriptedServer();
  await using files = await setup();
  const kubeconfig = await files.config(
    "config",
    { server: `http://127.0.0.1:${server.port}` },
    { tokenFile: "token" },
  );
  const token = await files.file("token", "first\n");
  let now = 0;
  const connection = await load({}, { kubeconfig, now: () => now });
  const sent = async () => (await ask(server, connection)).get("authorization");
  assert.equal(await sent(), "Bearer first");
  await Deno.writeTextFile(token, "second\n");
  now = 59_999;
  assert.equal(await sent(), "Bearer first");
  now = 60_000;
  assert.equal(await sent(), "Bearer second");
  await Deno.writeTextFile(token, "third\n");
  connection.renew();
  assert.equal(await sent(), "Bearer third");
  await Deno.writeTextFile(token, "fourth\n");
  const signal = new AbortController().signal;
  const answer = connection.get("/", signal);
  const refused = await server.next("/", "list");
  assert.equal(refused.headers.get("authorization"), "Bearer third");
  refused.answer(401, { message: "Unauthorized" });
  const again = await server.next("/", "list");
  assert.equal(again.headers.get("authorization"), "Bearer fourth", "newer ones are tried at once");
  again.answer(401, { message: "Unauthorized" });
  const { status, body } = await answer;
  assert.equal(status, 401, "but not for ever");
  await body.cancel();
  await Deno.remove(token); // it is being replaced: what it held may still do
  now = 999_999;
  assert.equal(await sent(), "Bearer fourth");
  connection.close();
});

Deno.test("a client certificate is shown", async () => {
  await using files = await setup();
  const server = createServer(
    { ...SERVER, ca: pem("ca.crt"), requestCert: true, rejectUnauthorized: true },
    (request, response) => {
      const socket = request.socket as TLSSocket; // that is what an https server has
      response.end(socket.getPeerCertificate().subject.CN);
    },
  );
  const { promise: listening, resolve } = Promise.withResolvers<void>();
  server.listen(0, "127.0.0.1", resolve);
  await listening;
  const address = server.address();
  assert.ok(typeof address === "object" && address !== null);
  const cluster = { server: `https://127.0.0.1:${address.port}` };
  const user = {
    "client-certificate": await files.file("client.crt", pem("client.crt")),
    "client-key-data": btoa(pem("client.key")),
  };
  for (const trust of [CA, { ...CA, "tls-server-name": "kubernetes.test" }]) {
    const kubeconfig = await files.config("config", { ...cluster, ...trust }, user);
    const connection = await load({}, { kubeconfig });
    const { body } = await connection.get("/", new AbortController().signal);
    assert.equal(await new Response(body).text(), "windlass-client");
    connection.close();
  }
  const closed = Promise.withResolvers<void>();
  server.close(() => closed.resolve());
  server.closeAllConnections();
  await closed.promise;
});

Deno.test.each([
  { what: "tls-server-name", trust: { ...CA, "tls-server-name": "kubernetes.test" }, notes: [] },
  {
    what: "insecure-skip-tls-verify",
    trust: { "insecure-skip-tls-verify": true },
    notes: ["The server's certificate is not checked"],
  },
])("$what is honoured", async ({ trust, notes }) => {
  await using server = new ScriptedServer(NAMED);
  await using files = await setup();
  const cluster = { server: `https://127.0.0.1:${server.port}`, ...trust };
  const kubeconfig = await files.config("config", cluster, { token: "t" });
  const connection = await load({}, { kubeconfig });
  assert.deepEqual(connection.notes, notes);
  assert.equal((await ask(server, connection)).get("authorization"), "Bearer t");
  connection.close();
});

Deno.test.each([
  {
    what: "another name",
    cluster: { ...CA, "tls-server-name": "wrong.test" },
    says: /wrong\.test/,
  },
  {
    what: "another CA",
    cluster: { ...OTHER_CA, "tls-server-name": "kubernetes.test" },
    says: /unable to verify/,
  },
])("tls-server-name still checks the server: $what", async ({ cluster, says }) => {
  await using server = new ScriptedServer(NAMED);
  await using files = await setup();
  const kubeconfig = await files.config("config", {
    server: `https://127.0.0.1:${server.port}`,
    ...cluster,
  });
  const connection = await load({}, { kubeconfig });
  await assert.rejects(connection.get("/", new AbortController().signal), (error) => {
    assert.ok(error instanceof UnreachableError);
    assert.match(reasonOf(error), says);
    return true;
  });
  connection.close();
});

Deno.test("a stream by node:https tells of a cut and of an abort, and can be left in mid-way", async () => {
  await using server = new ScriptedServer(NAMED);
  await using files = await setup();
  const kubeconfig = await files.config("config", {
    server: `https://127.0.0.1:${server.port}`,
    "insecure-skip-tls-verify": true,
  });
  const connection = await load({}, { kubeconfig });
  const open = async (signal: AbortSignal) => {
    const answer = connection.get("/api/v1/nodes", signal);
    const stream = (await server.next("nodes", "list")).stream();
    stream.send("news");
    const reader = (await answer).body.getReader();
    assert.equal(new TextDecoder().decode((await reader.read()).value), "news");
    return { stream, reader };
  };
  const cut = await open(new AbortController().signal);
  cut.stream.cut();
  await assert.rejects(cut.reader.read());
  const abort = new AbortController();
  const aborted = await open(abort.signal);
  abort.abort();
  await assert.rejects(aborted.reader.read());
  await aborted.stream.gone;
  const left = await open(new AbortController().signal);
  await left.reader.cancel();
  await left.stream.gone;
  connection.close();
});

Deno.test("an exec user's program gives the token", async () => {
  await using server = new ScriptedServer();
  await using files = await setup();
  const script = await files.file(
    "token.ts",
    `console.log(JSON.stringify({ apiVersion: "client.authentication.k8s.io/v1", ` +
      `kind: "ExecCredential", status: { token: "from-exec" } }));`,
  );
  const kubeconfig = await files.config(
    "config",
    { server: `http://127.0.0.1:${server.port}` },
    {
      exec: {
        apiVersion: "client.authentication.k8s.io/v1",
        command: Deno.execPath(),
        args: ["run", script],
      },
    },
  );
  const connection = await load({}, { kubeconfig });
  assert.equal((await ask(server, connection)).get("authorization"), "Bearer from-exec");
  connection.close();
});

Deno.test("an exec user's program that fails is an error in one line, with what it said", async () => {
  await using files = await setup();
  const script = await files.file("fail.ts", `console.error("no\\nlogin"); Deno.exit(3);`);
  const kubeconfig = await files.config("config", { server: "https://10.0.0.1" }, {
    exec: { command: Deno.execPath(), args: ["run", script] },
  });
  assert.match(
    await whyNot(load({}, { kubeconfig })),
    /^bad-config: Cannot connect to .*: program ".*" gave no credentials: no login; correct .*$/,
  );
});

Deno.test("an exec user's program that must not be run is an error that says so", {
  permissions: { read: true, write: true, env: true, net: true, run: false },
}, async () => {
  await using files = await setup();
  const kubeconfig = await files.config("config", { server: "https://10.0.0.1" }, {
    exec: { command: "get-token" },
  });
  assert.match(
    await whyNot(load({}, { kubeconfig })),
    /^bad-config: Cannot get credentials: .* wants to run "get-token", which .* is not allowed to/,
  );
});

Deno.test("the cluster is looked for in the pod, in $KUBECONFIG before it and at home after it", async () => {
  await using files = await setup();
  const pod = {
    KUBERNETES_SERVICE_HOST: "fd00::1",
    KUBERNETES_SERVICE_PORT: "443",
    CONTAINER_SANDBOX_MOUNT_POINT: files.folder,
    HOME: files.folder,
  };
  const account = "var/run/secrets/kubernetes.io/serviceaccount";
  await files.file(join(account, "token"), "t");
  await files.file(join(account, "ca.crt"), pem("ca.crt"));
  await files.config(".kube/config", { server: "https://home" });
  const listed = await files.config("listed", { server: "https://listed" });
  const found = async (...given: Parameters<typeof load>) => {
    const connection = await load(...given);
    connection.close();
    return connection;
  };
  const inPod = await found(pod);
  assert.equal(inPod.server, "https://[fd00::1]:443");
  assert.match(inPod.notes.join(), /a Windows host may not reach/);
  assert.equal((await found({ ...pod, KUBECONFIG: listed })).server, "https://listed");
  assert.equal((await found(pod, { context: "c" })).server, "https://home");
  const { HOME } = pod;
  assert.equal((await found({ HOME })).server, "https://home");
  assert.equal((await found({ USERPROFILE: HOME })).server, "https://home");
});

Deno.test("in a HostProcess container, a kubeconfig and its files are also found under the container's root", async () => {
  await using server = new ScriptedServer();
  await using files = await setup();
  const mounted = "/var/run/windlass-test";
  await files.config(
    join(mounted, "kubeconfig.conf"),
    { server: `http://127.0.0.1:${server.port}`, "certificate-authority": `${mounted}/ca.crt` },
    { tokenFile: `${mounted}/token` },
  );
  await files.file(join(mounted, "ca.crt"), pem("ca.crt"));
  const token = await files.file(join(mounted, "token"), "first");
  const kubeconfig = `${mounted}/kubeconfig.conf`;
  const now = { ms: 0 };
  const env = { CONTAINER_SANDBOX_MOUNT_POINT: files.folder };
  const connection = await load(env, { kubeconfig, now: () => now.ms });
  assert.equal((await ask(server, connection)).get("authorization"), "Bearer first");
  await Deno.writeTextFile(token, "second");
  now.ms = 60_000;
  assert.equal((await ask(server, connection)).get("authorization"), "Bearer second");
  connection.close();
  assert.match(await whyNot(load({}, { kubeconfig })), /there is no such file/);
});

Deno.test("no cluster anywhere is an error that says where it was looked for", async () => {
  await using files = await setup();
  assert.match(
    await whyNot(load({ HOME: files.folder })),
    /^bad-config: Cannot find a cluster: .* give --kubeconfig FILE or --server URL$/,
  );
});

Deno.test.each([
  {
    what: "a file that is not there",
    cluster: { "certificate-authority": "none.crt" },
    says: /none\.crt/,
  },
  {
    what: "a CA that is none",
    cluster: { "certificate-authority-data": btoa("hello") },
    says: /holds no PEM certificate/,
  },
  {
    what: "a CA that is garbage",
    cluster: { "certificate-authority-data": btoa(pem("ca.crt").replace(/MII..../, "AAAAAAAA")) },
    says: /certificate/,
  },
  {
    what: "a key that is garbage",
    user: { "client-certificate-data": btoa(pem("client.crt")), "client-key-data": btoa("key") },
    says: /key/i,
  },
  {
    what: "a name for the server and nothing to check it by",
    cluster: { "tls-server-name": "kubernetes" },
    says: /tls-server-name needs a certificate-authority/,
  },
  {
    what: "a proxy for what a proxy cannot do",
    cluster: { "insecure-skip-tls-verify": true, "proxy-url": "http://p" },
    says: /proxy-url does not go together/,
  },
])("a kubeconfig with $what is an error in one line", async ({ cluster = {}, user = {}, says }) => {
  await using files = await setup();
  const kubeconfig = await files.config("config", { server: "https://10.0.0.1", ...cluster }, user);
  const why = await whyNot(load({}, { kubeconfig }));
  assert.match(why, /^bad-config: Cannot connect to https:\/\/10\.0\.0\.1: [^\n]+$/);
  assert.match(why, says);
});

Deno.test("a kubeconfig that PowerShell wrote, in UTF-16, is read", async () => {
  await using server = new ScriptedServer();
  await using files = await setup();
  const path = await files.config("config", { server: `http://127.0.0.1:${server.port}` }, {
    token: "of-utf-16",
  });
  const text = "\ufeff" + await Deno.readTextFile(path);
  await Deno.writeFile(path, new Uint8Array(Uint16Array.from(text, (c) => c.charCodeAt(0)).buffer));
  const connection = await load({}, { kubeconfig: path });
  assert.equal((await ask(server, connection)).get("authorization"), "Bearer of-utf-16");
  connection.close();
});

Deno.test("a kubeconfig that is no text is an error", async () => {
  await using files = await setup();
  const path = await files.file("config", "");
  await Deno.writeFile(path, new Uint8Array([0x63, 0xff, 0xfe]));
  assert.equal(
    await whyNot(load({}, { kubeconfig: path })),
    `unreadable: Cannot read kubeconfig "${path}": it is no text; write it in UTF-8`,
  );
});

Deno.test("a kubeconfig that is not there is an error", async () => {
  assert.equal(
    await whyNot(load({}, { kubeconfig: "none.conf" })),
    'not-found: Cannot read kubeconfig "none.conf": there is no such file; ' +
      "give --kubeconfig an existing one",
  );
});
