/**
 * The flags of a run, whatever its source and sink: whose node it acts for, how it goes on, how it is
 * watched, how it is a Windows service, as data.
 *
 * @module
 */
import { METRIC_DETAILS } from "../metrics/metric_detail.ts";
import type { Flag } from "./flag.ts";

/** Every flag of a run, by the name under which commands read its value. */
export const RUN_FLAGS = {
  nodeName: {
    kind: "text",
    name: "node-name",
    metavar: "NAME",
    default: null,
    help: "The node to act for; default: --hostname-override, else the host name in lower case",
  },
  hostnameOverride: {
    kind: "text",
    name: "hostname-override",
    metavar: "NAME",
    default: null,
    help: "kube-proxy's name for --node-name",
  },
  once: {
    kind: "switch",
    name: "once",
    default: false,
    help: "Carry the present state out once, then end: 0 done, 1 failed, 3 something is waited for",
  },
  minSyncPeriod: {
    kind: "duration",
    name: "min-sync-period",
    metavar: "DURATION",
    default: 1000,
    help: "The rest between two syncs; changes in that time are carried out together",
  },
  drainTimeout: {
    kind: "duration",
    name: "drain-timeout",
    metavar: "DURATION",
    default: 10_000,
    help: "How long live connections may go on after SIGINT or SIGTERM; a second signal ends them",
  },
  windowsService: {
    kind: "switch",
    name: "windows-service",
    default: false,
    help: "Run as the Windows service that was installed with it; see windlass service",
  },
  serviceName: {
    kind: "text",
    name: "service-name",
    metavar: "NAME",
    default: "windlass",
    help: "The service's name in Windows",
  },
  serviceStart: {
    kind: "choice",
    name: "start",
    choices: ["delayed", "auto", "demand", "disabled"],
    default: "auto",
    help: "With install: when Windows starts it; delayed is some two minutes after the node",
  },
  dependOn: {
    kind: "list",
    name: "depend-on",
    metavar: "SERVICE,...",
    default: [],
    help: "With install: services that must run before it; when they are stopped, so is this one",
  },
  serviceTimeout: {
    kind: "duration",
    name: "timeout",
    metavar: "DURATION",
    default: 60_000,
    help: "With start, stop and uninstall: how long to wait until it runs, or has ended",
  },
  healthzServer: {
    kind: "text",
    name: "healthz-bind-address",
    metavar: "IP[:PORT]",
    default: null,
    help:
      'Where to serve /healthz and /livez, "" for nowhere; default: 0.0.0.0:10256, with file nowhere',
  },
  metricsServer: {
    kind: "text",
    name: "metrics-bind-address",
    metavar: "IP[:PORT]",
    default: null,
    help:
      'Where to serve /metrics and more, "" for nowhere; default: 127.0.0.1:10249, with file nowhere',
  },
  bindAddressHardFail: {
    kind: "switch",
    name: "bind-address-hard-fail",
    default: false,
    help: "End the program if the health or metrics server cannot listen, instead of trying again",
  },
  metricsDetail: {
    kind: "choice",
    name: "metrics-detail",
    choices: METRIC_DETAILS,
    default: "listener",
    help:
      "Which metrics of connections there are: totals, those of each listener, of each endpoint",
  },
} as const satisfies Readonly<Record<string, Flag>>;
