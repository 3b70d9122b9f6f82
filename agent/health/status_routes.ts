/**
 * The routes of the metrics server, as kube-proxy has them.
 *
 * @module
 */
import { HealthcheckSlis } from "../metrics/healthcheck_slis.ts";
import { TEXT_FORMAT } from "../metrics/text_format.ts";
import { kubernetesVersion } from "./kubernetes_version.ts";
import { json, plain, type Route } from "./router.ts";

/** What the routes need. */
export interface StatusRoutesOptions {
  /** Who this is: `kube-proxy`, `windlass`. */
  readonly component: string;
  /** All metrics, as text. */
  readonly metrics: () => Promise<string>;
  /** The proxy mode, as kube-proxy names it. */
  readonly mode: string;
  /** The configuration in force. */
  readonly configz: () => unknown;
  /** Every flag, with its value. */
  readonly flags: readonly (readonly [name: string, value: string])[];
  /** When the program began, in milliseconds since 1970. */
  readonly startedAt: number;
  /** The time of day, in milliseconds since 1970. */
  readonly now: () => number;
  /** Routes that others mount: a folder `/ui`, say. */
  readonly more: readonly Route[];
}

/** The routes of the metrics server. */
export function statusRoutes(options: StatusRoutesOptions): readonly Route[] {
  const slis = new HealthcheckSlis();
  const routes: readonly Route[] = [
    {
      path: "/metrics",
      about: "The metrics, for Prometheus",
      answer: async () =>
        new Response(await options.metrics(), { headers: { "content-type": TEXT_FORMAT } }),
    },
    {
      path: "/metrics/slis",
      about: "How the checks of `/healthz` on this port went, for Prometheus; DELETE forgets them",
      methods: ["GET", "DELETE"],
      answer({ method }) {
        if (method !== "DELETE") {
          return new Response(slis.text(), { headers: { "content-type": TEXT_FORMAT } });
        }
        slis.reset();
        return plain(200, "metrics reset\n");
      },
    },
    {
      path: "/healthz",
      about:
        "`ok`, as long as this server answers; whether the proxy works is told on its own port",
      answer(_, url) {
        slis.observe({ name: "ping", type: "healthz", status: "success" });
        return plain(200, healthzText(url.searchParams.has("verbose")));
      },
    },
    {
      path: "/healthz/ping",
      about: "`ok`, as long as this server answers",
      answer: () => plain(200, "ok"),
    },
    {
      path: "/proxyMode",
      about: "The proxy mode",
      answer: () => plain(200, options.mode),
    },
    {
      path: "/configz",
      about: "The configuration in force",
      answer: () => json(200, JSON.stringify(options.configz())),
    },
    {
      path: "/version",
      about: "The release of Kubernetes that this follows, and the version of Windlass",
      answer: () => json(200, JSON.stringify(kubernetesVersion(), null, 2)),
    },
    {
      path: "/flagz",
      about: "Every flag with its value",
      answer: () => plain(200, flagzText(options)),
    },
    {
      path: "/statusz",
      about: "The version, how long it has been running, and what is served here",
      answer: () => plain(200, statuszText(options, [...routes, ...options.more])),
    },
  ];
  return [...routes, ...options.more];
}

function healthzText(verbose: boolean): string {
  return verbose ? "[+]ping ok\nhealthz check passed\n" : "ok";
}

const NOT_FOR_MACHINES =
  "Warning: This endpoint is not meant to be machine parseable, has no formatting compatibility " +
  "guarantees and is for debugging purposes only.\n";

function flagzText({ component, flags }: StatusRoutesOptions): string {
  const lines = flags.map(([name, value]) => `${name}=${value}\n`).toSorted();
  return `\n${component} flagz\n${NOT_FOR_MACHINES}\n${lines.join("")}`;
}

function statuszText(
  { component, startedAt, now }: StatusRoutesOptions,
  routes: readonly Route[],
): string {
  const { major, minor, gitVersion, goVersion } = kubernetesVersion();
  const seconds = Math.max(0, Math.floor((now() - startedAt) / 1000));
  const up = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60]
    .map((part, index) => index === 0 ? String(part) : String(part).padStart(2, "0"));
  const paths = routes.map(({ path }) => path).toSorted().join(" ");
  return `\n${component} statusz\n${NOT_FOR_MACHINES}\n` +
    `Started: ${new Date(startedAt).toUTCString()}\n` +
    `Up: ${up[0]} hr ${up[1]} min ${up[2]} sec\n` +
    `Go version: ${goVersion}\n` +
    `Binary version: ${gitVersion.replace(/^v/, "")}\n` +
    `Emulation version: ${major}.${minor}\n` +
    `Paths: ${paths}\n`;
}
