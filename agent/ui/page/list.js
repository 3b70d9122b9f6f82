// @ts-check
/// <reference lib="dom" />
/**
 * The list of services as a grid that holds only the rows that are seen, however many there are. The
 * keyboard moves an active row, which the grid names to those who listen.
 *
 * @module
 */
import { byId, el } from "./dom.js";
import { bytesText, countText, rateText } from "./text.js";
/** @import { ServiceRow } from "../wire.ts" */
/** @import { Order, Store } from "./store.js" */

/** The height of a row in pixels, as the style sheet has it. */
const ROW = 36;
/** Rows that are made beyond what is seen. */
const SPARE = 6;

/** @type {readonly { readonly order: Order | null, readonly name: string, readonly num: boolean }[]} */
const COLUMNS = [
  { order: "verdict", name: "State", num: false },
  { order: "service", name: "Service", num: false },
  { order: null, name: "Frontends", num: false },
  { order: "endpoints", name: "Endpoints", num: true },
  { order: "active", name: "Open", num: true },
  { order: "connectionRate", name: "Conn/s", num: true },
  { order: "byteRate", name: "Bytes/s", num: true },
];

/** The list of services. */
export class ServiceList {
  #grid = byId("grid", HTMLElement);
  #viewport = byId("viewport", HTMLElement);
  #body = byId("rows", HTMLElement);
  #heads = byId("heads", HTMLElement);
  /** @type {Store} */
  #store;
  /** @type {(service: string) => void} */
  #onOpen;
  /** @type {Order} */
  #order = "service";
  #down = false;
  /** @type {ReadonlySet<string> | null} */
  #only = null;
  /** @type {readonly ServiceRow[]} */
  #rows = [];
  /** @type {string} The service that the keyboard is on. */
  #active = "";
  /** @type {string} The service that is explained. */
  #opened = "";

  /**
   * @param {Store} store What is known.
   * @param {(service: string) => void} onOpen Is called for the service that is to be explained.
   */
  constructor(store, onOpen) {
    this.#store = store;
    this.#onOpen = onOpen;
    this.#viewport.addEventListener("scroll", () => this.#draw(), { passive: true });
    new ResizeObserver(() => this.#draw()).observe(this.#viewport);
    this.#grid.addEventListener("keydown", (event) => this.#onKey(event));
    this.#body.addEventListener("click", (event) => {
      const row = event.target instanceof Element ? event.target.closest("[data-service]") : null;
      const service = row?.getAttribute("data-service") ?? "";
      if (service !== "") this.#choose(service);
    });
    this.#drawHeads();
  }

  /** How many rows there are. */
  get length() {
    return this.#rows.length;
  }

  /**
   * Shows only these services.
   *
   * @param {ReadonlySet<string> | null} only Their names; `null` for all.
   * @returns {void}
   */
  show(only) {
    this.#only = only;
    this.refresh();
  }

  /**
   * Marks the service that is explained.
   *
   * @param {string} service Its name; `""` for none.
   * @returns {void}
   */
  mark(service) {
    this.#opened = service;
    if (service !== "") this.#active = service;
    this.#draw();
  }

  /** Takes in what the store knows now. @returns {void} */
  refresh() {
    this.#rows = this.#store.sorted({ order: this.#order, down: this.#down, only: this.#only });
    this.#body.style.height = `${this.#rows.length * ROW}px`;
    this.#grid.setAttribute("aria-rowcount", String(this.#rows.length + 1));
    this.#draw();
  }

  /** Moves the keyboard to the list. @returns {void} */
  focus() {
    this.#grid.focus();
  }

  #draw() {
    const { clientHeight } = this.#viewport;
    // Rows that are about to go still hold the list open: it may be scrolled beyond its new end.
    const end = Math.max(0, this.#rows.length * ROW - clientHeight);
    const scrollTop = Math.min(this.#viewport.scrollTop, end);
    const from = Math.max(0, Math.floor(scrollTop / ROW) - SPARE);
    const to = Math.min(this.#rows.length, Math.ceil((scrollTop + clientHeight) / ROW) + SPARE);
    const rows = this.#rows.slice(from, to).map((row, i) => this.#row(row, from + i));
    this.#body.replaceChildren(...rows);
    const seen = rows.some((row) => row.getAttribute("data-service") === this.#active);
    if (seen) this.#grid.setAttribute("aria-activedescendant", "active-row");
    else this.#grid.removeAttribute("aria-activedescendant");
  }

  /**
   * @param {ServiceRow} row
   * @param {number} index
   */
  #row(row, index) {
    const { service, verdict, frontends, more, used, endpoints } = row;
    const { active, connectionRate, byteRate } = this.#store.traffic(service);
    const element = el(
      "div.row",
      {
        role: "row",
        "aria-rowindex": String(index + 2),
        "aria-selected": String(service === this.#opened),
        "data-service": service,
        ...service === this.#active ? { id: "active-row" } : {},
      },
      el(
        "span.state",
        { role: "gridcell", "data-level": verdict.level, title: verdict.why },
        verdict.rule,
      ),
      nameCell(service),
      el(
        "span.fronts",
        { role: "gridcell" },
        ...frontends.map(({ kind, address, protocol }) =>
          el("span.front", { title: `${kind} ${protocol}` }, address)
        ),
        more > 0 ? `+${more}` : "",
      ),
      number(
        used === endpoints ? countText(used) : `${countText(used)} of ${countText(endpoints)}`,
      ),
      number(active === 0 ? "" : countText(active)),
      number(connectionRate === 0 ? "" : rateText(connectionRate)),
      number(byteRate === 0 ? "" : bytesText(byteRate)),
    );
    element.style.transform = `translateY(${index * ROW}px)`;
    return element;
  }

  #drawHeads() {
    this.#heads.replaceChildren(...COLUMNS.map(({ order, name, num }) => {
      const own = order === this.#order;
      const head = el(num ? "span.num" : "span", {
        role: "columnheader",
        "aria-sort": own ? this.#down ? "descending" : "ascending" : "none",
      });
      if (order === null) {
        head.append(name);
        return head;
      }
      const button = el("button", { type: "button" }, name, own ? this.#down ? " ↓" : " ↑" : "");
      button.addEventListener("click", () => {
        this.#down = own ? !this.#down : num;
        this.#order = order;
        this.#drawHeads();
        this.refresh();
        this.#heads.querySelectorAll("button")[
          COLUMNS.filter((each) => each.order !== null)
            .findIndex((each) => each.order === order)
        ]?.focus();
      });
      head.append(button);
      return head;
    }));
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    if (event.target !== this.#grid) return; // a button of the heads has keys of its own
    const page = Math.max(1, Math.floor(this.#viewport.clientHeight / ROW) - 1);
    /** @type {Readonly<Record<string, number>>} */
    const moves = {
      ArrowDown: 1,
      ArrowUp: -1,
      PageDown: page,
      PageUp: -page,
      Home: -Infinity,
      End: Infinity,
    };
    const move = moves[event.key];
    if (move !== undefined) {
      event.preventDefault();
      this.#move(move);
    } else if (event.key === "Enter" && this.#active !== "") {
      event.preventDefault();
      this.#choose(this.#active);
    }
  }

  /** @param {number} by */
  #move(by) {
    const now = this.#rows.findIndex(({ service }) => service === this.#active);
    const index = Math.min(this.#rows.length - 1, Math.max(0, now < 0 ? 0 : now + by));
    this.#active = this.#rows[index]?.service ?? "";
    const { scrollTop, clientHeight } = this.#viewport;
    const top = index * ROW;
    if (top < scrollTop) this.#viewport.scrollTop = top;
    else if (top + ROW > scrollTop + clientHeight) {
      this.#viewport.scrollTop = top + ROW - clientHeight;
    }
    this.#draw();
  }

  /** @param {string} service */
  #choose(service) {
    this.#active = service;
    this.#onOpen(service);
  }
}

/** @param {string} service */
function nameCell(service) {
  const [namespace = "", name = ""] = service.split("/");
  return el(
    "span.name",
    { role: "gridcell", title: service },
    el("span.dim", {}, `${namespace}/`),
    name,
  );
}

/** @param {string} text */
function number(text) {
  return el("span.num", { role: "gridcell" }, text);
}
