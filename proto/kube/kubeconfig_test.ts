import assert from "node:assert/strict";
import { resolve } from "node:path";
import { SourceError } from "../source.ts";
import { readKubeconfig, serverUrl } from "./kubeconfig.ts";

const FOLDER = resolve("folder");

/** Reads one kubeconfig of one cluster, user and context, with the given fields. */
function read(cluster: object = {}, user: object = {}) {
  return readKubeconfig([{
    path: resolve(FOLDER, "config"),
    text: JSON.stringify({
      "current-context": "c",
      contexts: [{ name: "c", context: { cluster: "k", user: "u" } }],
      clusters: [{ name: "k", cluster: { server: "https://10.0.0.1:6443/", ...cluster } }],
      users: [{ name: "u", user }],
    }),
  }], null);
}

Deno.test("readKubeconfig() finds the server and the ways to trust it", () => {
  assert.deepEqual(read().cluster, {
    server: "https://10.0.0.1:6443",
    skipVerify: false,
    serverName: null,
    proxyUrl: null,
  });
  const more = {
    "insecure-skip-tls-verify": true,
    "tls-server-name": "kubernetes",
    "proxy-url": "http://proxy:3128",
  };
  assert.deepEqual(read(more).cluster, {
    server: "https://10.0.0.1:6443",
    skipVerify: true,
    serverName: "kubernetes",
    proxyUrl: "http://proxy:3128",
  });
});

Deno.test.each([
  { what: "a token", user: { token: "t" }, credentials: { token: { text: "t" } } },
  {
    what: "a token file before a token",
    user: { token: "t", tokenFile: "t.txt" },
    credentials: { token: { file: resolve(FOLDER, "t.txt") } },
  },
  {
    what: "a name and password",
    user: { username: "ä", password: "b" },
    credentials: { headers: { authorization: "Basic w6Q6Yg==" } },
  },
  {
    what: "certificate files, relative to the kubeconfig",
    user: { "client-certificate": "c.crt", "client-key": resolve("k.key") },
    credentials: { cert: { file: resolve(FOLDER, "c.crt") }, key: { file: resolve("k.key") } },
  },
  {
    what: "certificate data before certificate files",
    user: {
      "client-certificate-data": btoa("PEM"),
      "client-certificate": "c.crt",
      "client-key-data": btoa("KEY"),
    },
    credentials: { cert: { text: "PEM" }, key: { text: "KEY" } },
  },
  {
    what: "somebody to act as",
    user: { as: "jane" },
    credentials: { headers: { "impersonate-user": "jane" } },
  },
])("readKubeconfig() takes $what", ({ user, credentials }) => {
  assert.deepEqual(read({}, user), {
    cluster: read().cluster,
    credentials: { headers: {}, token: null, ca: null, cert: null, key: null, ...credentials },
    plugin: null,
  });
});

Deno.test("readKubeconfig() takes the certificate authority as data or as a file", () => {
  assert.deepEqual(read({ "certificate-authority": "ca.crt" }).credentials.ca, {
    file: resolve(FOLDER, "ca.crt"),
  });
  assert.deepEqual(read({ "certificate-authority-data": btoa("PEM") }).credentials.ca, {
    text: "PEM",
  });
});

Deno.test("readKubeconfig() knows users that need a helper, and where the helper's program is", () => {
  assert.equal(read({}, { exec: { command: "get-token" } }).plugin?.command, "get-token");
  const beside = resolve(FOLDER, "bin/get-token");
  const { plugin } = read({}, { exec: { command: "./bin/get-token", args: ["a"] } });
  assert.deepEqual(plugin, {
    command: beside,
    user: { name: "u", user: { exec: { command: beside, args: ["a"] } } },
  });
  assert.equal(read({}, { "auth-provider": { name: "oidc" } }).plugin?.command, null);
});

const ONE = `
current-context: one
contexts:
- { name: one, context: { cluster: k, user: u } }
clusters:
- { name: k, cluster: { server: "https://first" } }
users:
- { name: u, user: { token: first } }
`;
const TWO = `
current-context: two
contexts:
- { name: two, context: { cluster: only-here } }
clusters:
- { name: k, cluster: { server: "https://second" } }
- { name: only-here, cluster: { server: "http://third" } }
`;
const BOTH = [{ path: "one", text: ONE }, { path: "two", text: TWO }];

Deno.test("readKubeconfig() merges files, and the first to name a thing wins", () => {
  const found = readKubeconfig(BOTH, null);
  assert.equal(found.cluster.server, "https://first");
  assert.deepEqual(found.credentials.token, { text: "first" });
});

Deno.test("readKubeconfig() takes the context that is asked for, also one without a user", () => {
  const found = readKubeconfig(BOTH, "two");
  assert.equal(found.cluster.server, "http://third");
  assert.equal(found.credentials.token, null);
});

Deno.test.each([
  {
    what: "an unknown context",
    text: ONE,
    context: "x",
    says: 'there is no context "x"; contexts: one',
  },
  {
    what: "an unknown cluster",
    text: ONE.replace("cluster: k,", "cluster: z,"),
    says: 'there is no cluster "z"; clusters: k',
  },
  {
    what: "an unknown user",
    text: ONE.replace("user: u ", "user: z "),
    says: 'there is no user "z"; users: u',
  },
  {
    what: "no current context",
    text: "clusters: []",
    says: "it has no current-context; set one, or give --context",
  },
  { what: "nothing", text: "", says: "it has no current-context; set one, or give --context" },
  {
    what: "broken YAML",
    text: "a: 1\n b: 2",
    says: "it is not YAML: line 2, column 3: bad indentation of a mapping entry",
  },
  { what: "a text", text: "hello", says: "it is no mapping" },
  { what: "two documents", text: "---\na: 1\n---\nb: 2", says: "it holds more than one document" },
  { what: "another kind", text: "kind: Pod", says: 'its kind is "Pod", not "Config"' },
  {
    what: "clusters that are no list",
    text: ONE.replace(/clusters:\n.*/, "clusters: 7"),
    says: '"clusters" is no list',
  },
  { what: "a nameless user", text: ONE.replace("name: u,", ""), says: "users[0] has no name" },
  { what: "no server", text: ONE.replace("server", "sever"), says: 'server of "k" is missing' },
  {
    what: "a server that is no URL",
    text: ONE.replace("https://first", "first:6443"),
    says: 'server "first:6443" is no http or https URL, such as https://10.0.0.1:6443',
  },
  {
    what: "a token that is a number",
    text: ONE.replace("token: first", "token: 7"),
    says: 'token of "u" is no text',
  },
  {
    what: "data that is no base64",
    text: ONE.replace("token: first", "client-key-data: '?'"),
    says: 'client-key-data of "u" is no base64',
  },
  {
    what: "a helper without a program",
    text: ONE.replace("token: first", "exec: {}"),
    says: 'exec.command of "u" is missing',
  },
  {
    what: "groups to act as",
    text: ONE.replace("token: first", "as-groups: [a]"),
    says: 'as-groups of "u" is not supported',
  },
])("readKubeconfig() refuses a file with $what", ({ text, context, says }) => {
  assert.throws(() => readKubeconfig([{ path: "FILE", text }], context ?? null), (error) => {
    assert.ok(error instanceof SourceError);
    assert.equal(error.code, "bad-config");
    assert.equal(error.message, `Cannot use kubeconfig FILE: ${says}`);
    return true;
  });
});

Deno.test.each([
  { given: "http://127.0.0.1:8001", url: "http://127.0.0.1:8001" },
  { given: "https://rancher/k8s/clusters/c-1/", url: "https://rancher/k8s/clusters/c-1" },
  { given: "HTTPS://[FD00::1]:6443/", url: "https://[fd00::1]:6443" },
])("serverUrl() takes $given", ({ given, url }) => {
  assert.equal(serverUrl(given, "x"), url);
});
