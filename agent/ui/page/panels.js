// @ts-check
/// <reference lib="dom" />
/**
 * What stands around the list: how it is on the whole, in short, what was done, the platform, the
 * source.
 *
 * @module
 */
import { sparkline, syncChart } from "./chart.js";
import { byId, el, table } from "./dom.js";
import { bytesText, clockText, countText, msText, rateText, spanText } from "./text.js";
/** @import { OpPoint, Overview, PlatformStatus } from "../wire.ts" */
/** @import { Store } from "./store.js" */

/** How many operations and reports are shown. */
const SHOWN = { ops: 60, reports: 12 };

/**
 * Shows what the store knows.
 *
 * @param {Store} store The store.
 * @returns {void}
 */
export function drawPanels(store) {
  const { overview } = store;
  if (overview === null) return;
  drawHead(overview);
  drawTiles(store, overview);
  byId("chart", HTMLElement).replaceChildren(syncChart(store.syncs));
  byId("ops", HTMLElement).hidden = overview.clients !== null; // clients carry them out
  byId("for-node", HTMLElement).hidden = overview.clients === null;
  drawOps(store.ops);
  drawPlatform(overview.platform, overview.now);
  drawSource(store, overview);
}

/** @param {Overview} overview */
function drawHead({ node, backend, version, startedAt, now, verdict, ops }) {
  const whose = node === "" ? "every node" : node;
  document.title = `${verdict.level === "bad" ? "⚠ " : ""}Windlass · ${whose}`;
  byId("about", HTMLElement).textContent = `${whose} · ${backend} · ${version} · up ${
    spanText(now - startedAt)
  }`;
  const section = byId("verdict", HTMLElement);
  section.dataset["level"] = verdict.level;
  section.replaceChildren(
    el("p", {}, el("strong", {}, verdict.rule), `: ${verdict.why}`),
    ...ops.troubled === 0 ? [] : [table(
      ops.troubled > ops.troubles.length
        ? `The first ${ops.troubles.length} of ${countText(ops.troubled)} operations that wait`
        : "Operations that wait",
      ["State", "Operation", "Key", "Why"],
      ops.troubles.map(({ state, op, key, error }) => [state, op, el("code", {}, key), error]),
    )],
  );
}

/**
 * @param {Store} store
 * @param {Overview} overview
 */
function drawTiles(store, { traffic, clients, ops, syncs, lastSyncAt, now }) {
  const totals = store.totals();
  const wrong = [
    totals.bad > 0 ? `${countText(totals.bad)} bad` : "",
    totals.warn > 0 ? `${countText(totals.warn)} to look at` : "",
  ].filter((text) => text !== "").join(", ");
  byId("tiles", HTMLElement).replaceChildren(
    tile(
      "Services",
      countText(totals.services),
      store.complete
        ? wrong || `${countText(totals.proxied)} ${clients === null ? "proxied" : "told"}`
        : "still being told…",
      totals.bad > 0 ? "bad" : totals.warn > 0 ? "warn" : "good",
    ),
    tile(
      "Endpoints",
      countText(totals.used),
      `${clients === null ? "used" : "ready"} of ${countText(totals.endpoints)} known`,
    ),
    ...clients === null ? [] : [
      tile("Clients", countText(clients.connected), `with ${counted(clients.streams, "stream")}`),
    ],
    ...traffic === null ? [] : [
      tile(
        "Connections",
        countText(traffic.active),
        `open on ${counted(traffic.listeners, "listener")} (${traffic.dataPath})`,
      ),
      tile(
        "Connections/s",
        rateText(store.rates.at(-1) ?? 0),
        `${bytesText(totals.byteRate)}/s`,
        "off",
        sparkline(store.rates),
      ),
    ],
    tile(
      "Syncs",
      countText(syncs),
      lastSyncAt === null ? "none yet" : `the last ${spanText(now - lastSyncAt)} ago`,
    ),
    ...clients !== null ? [] : [tile(
      "Operations",
      countText(ops.succeeded),
      ops.pending + ops.inFlight > 0
        ? `done, ${countText(ops.pending + ops.inFlight)} under way`
        : ops.troubled > 0
        ? `done, ${countText(ops.troubled)} wait`
        : "done, none under way",
      ops.troubled > 0 ? "bad" : "off",
    )],
  );
}

/**
 * @param {number} count
 * @param {string} what One of them.
 */
function counted(count, what) {
  return `${countText(count)} ${what}${count === 1 ? "" : "s"}`;
}

/**
 * @param {string} name
 * @param {string} value
 * @param {string} more
 * @param {string} level
 * @param {readonly Element[]} extra
 */
function tile(name, value, more, level = "off", ...extra) {
  return el(
    "div.tile",
    { "data-level": level },
    el("h2", {}, name),
    el("p.value", {}, value),
    el("p.dim", {}, more),
    ...extra,
  );
}

/** @type {readonly OpPoint[]} */
let shownOps = [];

/** @param {readonly OpPoint[]} ops */
function drawOps(ops) {
  const last = ops.slice(-SHOWN.ops).reverse();
  if (last.length === shownOps.length && last[0] === shownOps[0]) return;
  shownOps = last;
  byId("ops-body", HTMLElement).replaceChildren(
    last.length === 0 ? el("p.dim", {}, "None yet.") : table(
      "The newest first",
      ["When", "Operation", "Key", "Because", ">Took", "Result"],
      last.map(({ at, op, key, because, tookMs, error }) => [
        el("time", {}, clockText(at)),
        op,
        el("code", {}, key),
        because,
        msText(tookMs),
        el("span", { "data-level": error === "" ? "good" : "bad" }, error === "" ? "done" : error),
      ]),
    ),
  );
}

/**
 * @param {PlatformStatus | null} platform
 * @param {number} now
 */
function drawPlatform(platform, now) {
  byId("platform", HTMLElement).hidden = platform === null;
  if (platform === null) return;
  const { name, objects, lookedAt, lookMs, error, drift, waits } = platform;
  const looked = lookedAt === null
    ? "Not looked at yet"
    : `Looked at ${spanText(now - lookedAt)} ago, in ${msText(lookMs)}`;
  byId("platform-head", HTMLElement).textContent = `Platform: ${name}`;
  byId("platform-body", HTMLElement).replaceChildren(
    ...error === "" ? [] : [el("p.note", {}, error)],
    ...waits.map((what) => el("p.note", {}, `Waiting for ${what}`)),
    table(
      looked,
      ["Objects", ">All", ">Ours"],
      objects.map(({ kind, all, ours }) => [kind, countText(all), countText(ours)]),
    ),
    el(
      "p",
      { "data-level": drift.count > 0 ? "warn" : "good" },
      drift.count > 0
        ? `Drift: the last look found ${countText(drift.count)} to put right`
        : "No drift at the last look",
      drift.looks > 0 ? `; ${counted(drift.looks, "look")} so far found some` : "",
    ),
    ...drift.last.length === 0 ? [] : [table(
      "What was put right",
      ["Operation", "Key"],
      drift.last.map(({ op, key }) => [op, el("code", {}, key)]),
    )],
  );
}

/** @type {Readonly<Record<string, string>>} */
const SOURCE_LEVELS = { ok: "good", starting: "warn", trouble: "bad", ended: "off" };
/** @type {Readonly<Record<string, string>>} */
const REPORT_LEVELS = { recovered: "good", note: "off", problem: "warn", trouble: "bad" };

/**
 * @param {Store} store
 * @param {Overview} overview
 */
function drawSource({ reports }, { source: { name, state, problems } }) {
  const level = SOURCE_LEVELS[state] ?? "off";
  byId("source-body", HTMLElement).replaceChildren(
    el(
      "p",
      {},
      el("strong", {}, name),
      " is ",
      el("span", { "data-level": level }, state),
      problems === 0
        ? ", no problems with its objects"
        : `, ${countText(problems)} problems so far`,
    ),
    reports.length === 0 ? el("p.dim", {}, "It has reported nothing.") : table(
      "Its last reports",
      ["When", "Kind", "Where", "What"],
      reports.slice(-SHOWN.reports).reverse().map(({ at, severity, where, message }) => [
        el("time", {}, clockText(at)),
        ruleLevel(severity),
        where,
        message,
      ]),
    ),
  );
}

/** @param {string} severity */
function ruleLevel(severity) {
  return el("span", { "data-level": REPORT_LEVELS[severity] ?? "off" }, severity);
}
