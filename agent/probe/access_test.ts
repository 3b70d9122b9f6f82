import assert from "node:assert/strict";
import { refusalOf, whyNotListen } from "./access.ts";

const TOKEN = "0123456789abcdef";

Deno.test.each([
  { hostname: "127.0.0.1", tls: false, token: null, insecure: false, why: null },
  { hostname: "::1", tls: false, token: TOKEN, insecure: false, why: null },
  { hostname: "::1", tls: false, token: "short", insecure: false, why: /has 5 characters/ },
  { hostname: "0.0.0.0", tls: true, token: null, insecure: true, why: /give --token-file/ },
  { hostname: "192.0.2.1", tls: false, token: TOKEN, insecure: false, why: /in clear/ },
  { hostname: "192.0.2.1", tls: false, token: TOKEN, insecure: true, why: null },
  { hostname: "::", tls: true, token: TOKEN, insecure: false, why: null },
])(
  "an agent on $hostname, TLS $tls, token $token, insecure $insecure: $why",
  ({ hostname, why, ...rest }) => {
    const answer = whyNotListen({ address: { hostname, port: 1 }, ...rest });
    if (why === null) assert.equal(answer, null);
    else assert.match(answer ?? "it may", why);
  },
);

const JSON_TYPE = { "content-type": "application/json" };
const BEARER = { ...JSON_TYPE, authorization: `Bearer ${TOKEN}` };

Deno.test.each([
  { url: "http://127.0.0.1:1/", token: null, headers: JSON_TYPE, status: null },
  { url: "http://[::1]:1/", token: null, headers: JSON_TYPE, status: null },
  { url: "http://n1:1/", token: TOKEN, headers: BEARER, status: null },
  { url: "http://n1:1/", token: TOKEN, headers: JSON_TYPE, status: 401 },
  {
    url: "http://n1:1/",
    token: TOKEN,
    headers: { ...JSON_TYPE, authorization: `Bearer ${TOKEN}x` },
    status: 401,
  },
  // A page in a browser, and a name that somebody has made lead to loopback.
  {
    url: "http://127.0.0.1:1/",
    token: null,
    headers: { ...JSON_TYPE, origin: "https://example.org" },
    status: 403,
  },
  { url: "http://rebound.example.org:1/", token: null, headers: JSON_TYPE, status: 403 },
  {
    url: "http://127.0.0.1:1/",
    token: null,
    headers: { "content-type": "text/plain" },
    status: 415,
  },
])("a call of $url with token $token and $headers gets $status", (call) => {
  const request = { url: call.url, headers: new Headers(call.headers) };
  assert.equal(refusalOf(request, call)?.status ?? null, call.status);
});
