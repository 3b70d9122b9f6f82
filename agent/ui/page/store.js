// @ts-check
/**
 * What a reader of updates knows: the services with their counts and rates, and what happened lately.
 * It is the same in the browser and in `windlass top`. Pure: it asks for no clock.
 *
 * @module
 */
/** @import { OpPoint, Overview, ReportPoint, ServiceRow, SyncPoint, Update } from "../wire.ts" */

/**
 * What a service has had.
 *
 * @typedef {object} Traffic
 * @property {number} active Connections that live now.
 * @property {number} connections Connections so far.
 * @property {number} bytesIn Bytes from clients so far.
 * @property {number} bytesOut Bytes to clients so far.
 * @property {number} connectionRate Connections a second, lately.
 * @property {number} byteRate Bytes a second, both ways, lately.
 */

/**
 * A way to order services.
 *
 * @typedef {"service" | "verdict" | "endpoints" | "active" | "connectionRate" | "byteRate"} Order
 */

/**
 * What all services come to.
 *
 * @typedef {object} Totals
 * @property {number} services Services.
 * @property {number} proxied Services that are proxied.
 * @property {number} bad Services that are in a bad way.
 * @property {number} warn Services that may surprise.
 * @property {number} endpoints Endpoints that are known.
 * @property {number} used Endpoints that this node uses.
 * @property {number} active Connections that live now.
 * @property {number} connectionRate Connections a second.
 * @property {number} byteRate Bytes a second.
 */

/** @type {readonly Order[]} */
export const ORDERS = [
  "service",
  "verdict",
  "endpoints",
  "active",
  "connectionRate",
  "byteRate",
];

/** How many syncs, operations, reports and rates are kept. */
const KEPT = { syncs: 120, ops: 200, reports: 50, rates: 60 };

/** @type {Readonly<Record<string, number>>} The worst first. */
const GRAVITY = { bad: 0, warn: 1, good: 2, off: 3 };

/** @type {Traffic} */
const NO_TRAFFIC = {
  active: 0,
  connections: 0,
  bytesIn: 0,
  bytesOut: 0,
  connectionRate: 0,
  byteRate: 0,
};

/** What a reader of updates knows. */
export class Store {
  /** @type {Overview | null} How everything is; `null` before the first update. */
  overview = null;
  /** @type {Map<string, ServiceRow>} The services, by name. */
  rows = new Map();
  /** Whether all services were told. */
  complete = false;
  /** @type {readonly SyncPoint[]} The last syncs, oldest first. */
  syncs = [];
  /** @type {readonly OpPoint[]} The last operations, oldest first. */
  ops = [];
  /** @type {readonly ReportPoint[]} The source's last reports, oldest first. */
  reports = [];
  /** @type {readonly number[]} Connections in each of the last seconds, the newest last. */
  rates = [];
  /** @type {Map<string, Traffic>} */
  #traffic = new Map();
  /** @type {string[] | null} The names in order, until a service comes or goes. */
  #names = null;
  /** @type {Set<string>} Services with a rate that is to be forgotten. */
  #moving = new Set();
  #countedAt = 0;

  /**
   * Takes an update in.
   *
   * @param {Update} update The update.
   * @returns {void}
   */
  apply(update) {
    if (update.reset) {
      this.rows.clear();
      this.#traffic.clear();
      this.#moving.clear();
      this.#names = null;
      this.complete = false;
      [this.syncs, this.ops, this.reports, this.rates] = [[], [], [], []];
      this.#countedAt = 0;
    }
    this.overview = update.overview ?? this.overview;
    for (const row of update.rows ?? []) {
      if (!this.rows.has(row.service)) this.#names = null;
      this.rows.set(row.service, row);
    }
    for (const service of update.gone ?? []) {
      this.rows.delete(service);
      this.#names = null;
    }
    if (update.counts !== undefined) this.#count(update.counts, this.overview?.now ?? 0);
    this.syncs = [...this.syncs, ...update.syncs ?? []].slice(-KEPT.syncs);
    this.ops = [...this.ops, ...update.ops ?? []].slice(-KEPT.ops);
    this.reports = [...this.reports, ...update.reports ?? []].slice(-KEPT.reports);
    this.complete ||= update.complete === true;
  }

  /**
   * What a service has had.
   *
   * @param {string} service Its name.
   * @returns {Traffic} The counts and rates.
   */
  traffic(service) {
    return this.#traffic.get(service) ?? NO_TRAFFIC;
  }

  /**
   * The services in order.
   *
   * @param {object} options What is wanted.
   * @param {Order} options.order By what.
   * @param {boolean} options.down Whether the largest comes first.
   * @param {ReadonlySet<string> | null} options.only The names that are wanted; `null` for all.
   * @returns {readonly ServiceRow[]} The services.
   */
  sorted({ order, down, only }) {
    this.#names ??= [...this.rows.keys()].sort();
    /** @type {ServiceRow[]} */
    const rows = [];
    for (const name of this.#names) {
      const row = this.rows.get(name);
      if (row !== undefined && (only === null || only.has(name))) rows.push(row);
    }
    if (order !== "service") {
      const values = new Map(rows.map((row) => [row, this.#value(row, order)]));
      // The sort is stable, so that what is alike stays in the order of its name.
      const sign = down ? -1 : 1;
      return rows.sort((a, b) => sign * ((values.get(a) ?? 0) - (values.get(b) ?? 0)));
    }
    return down ? rows.reverse() : rows;
  }

  /**
   * What all services come to.
   *
   * @returns {Totals} The sums.
   */
  totals() {
    const totals = {
      services: this.rows.size,
      proxied: 0,
      bad: 0,
      warn: 0,
      endpoints: 0,
      used: 0,
      active: 0,
      connectionRate: 0,
      byteRate: 0,
    };
    for (const { verdict, endpoints, used } of this.rows.values()) {
      if (verdict.level !== "off") totals.proxied++;
      if (verdict.level === "bad") totals.bad++;
      if (verdict.level === "warn") totals.warn++;
      totals.endpoints += endpoints;
      totals.used += used;
    }
    for (const { active, connectionRate, byteRate } of this.#traffic.values()) {
      totals.active += active;
      totals.connectionRate += connectionRate;
      totals.byteRate += byteRate;
    }
    return totals;
  }

  /**
   * @param {ServiceRow} row
   * @param {Exclude<Order, "service">} order
   */
  #value(row, order) {
    switch (order) {
      case "verdict":
        return GRAVITY[row.verdict.level] ?? 0;
      case "endpoints":
        return row.used;
      default:
        return this.traffic(row.service)[order];
    }
  }

  /**
   * @param {NonNullable<Update["counts"]>} counts
   * @param {number} now
   */
  #count(counts, now) {
    const first = this.#countedAt === 0;
    const seconds = Math.max(0.5, (now - this.#countedAt) / 1000);
    for (const service of this.#moving) {
      const still = this.traffic(service);
      this.#traffic.set(service, { ...still, connectionRate: 0, byteRate: 0 });
    }
    this.#moving.clear();
    let opened = 0;
    for (const [service, active, connections, bytesIn, bytesOut] of counts) {
      const was = this.traffic(service);
      // Listeners that are gone take their counts along: that is no rate below nought.
      const more = first ? 0 : Math.max(0, connections - was.connections);
      const bytes = first ? 0 : Math.max(0, bytesIn + bytesOut - was.bytesIn - was.bytesOut);
      opened += more;
      this.#moving.add(service);
      this.#traffic.set(service, {
        active,
        connections,
        bytesIn,
        bytesOut,
        connectionRate: more / seconds,
        byteRate: bytes / seconds,
      });
    }
    if (!first) this.rates = [...this.rates, opened / seconds].slice(-KEPT.rates);
    this.#countedAt = now;
  }
}
