// @ts-check
/// <reference lib="dom" />
/**
 * The explanation of one service, in place: each frontend and endpoint with the rule that decided it,
 * what they have had, and the platform's objects that serve them.
 *
 * @module
 */
import { byId, el, ruleTag, table } from "./dom.js";
import { bytesText, countText } from "./text.js";
/** @import { Details } from "../details.ts" */
/** @import { EndpointExplanation, ServicePortExplanation } from "../../../core/explain.ts" */

/** The explanation of one service. */
export class Detail {
  #section = byId("detail", HTMLElement);
  #head = byId("detail-head", HTMLElement);
  #body = byId("detail-body", HTMLElement);
  /** Of whose node a server of KPNG is asked. */
  #node = byId("node", HTMLInputElement);
  #service = "";
  #shown = "";
  #asking = false;

  /** Asks again when another node is named. */
  constructor() {
    this.#node.addEventListener("change", () => void this.refresh());
  }

  /** The service that is explained, `""` for none. @returns {string} */
  get service() {
    return this.#service;
  }

  /**
   * Explains a service.
   *
   * @param {string} service Its name.
   * @returns {Promise<void>} Resolves when it is shown.
   */
  async open(service) {
    this.#service = service;
    this.#shown = "";
    this.#head.textContent = service;
    this.#body.replaceChildren(el("p.dim", {}, "Asking…"));
    this.#section.hidden = false;
    await this.refresh();
  }

  /** Shows none. @returns {void} */
  close() {
    this.#service = "";
    this.#section.hidden = true;
  }

  /** Moves the keyboard here. @returns {void} */
  focus() {
    this.#section.focus();
  }

  /**
   * Asks again how the service is.
   *
   * @returns {Promise<void>} Resolves when it is shown.
   */
  async refresh() {
    const service = this.#service;
    const node = this.#node.value;
    if (service === "" || this.#asking) return;
    this.#asking = true;
    try {
      const question = new URLSearchParams({ name: service, ...node === "" ? {} : { node } });
      const answer = await fetch(`api/service?${question}`);
      const text = await answer.text();
      if (service !== this.#service || node !== this.#node.value) return;
      if (text === this.#shown) return;
      this.#shown = text;
      if (answer.ok) this.#body.replaceChildren(...contents(JSON.parse(text)));
      else this.#tell(answer.status === 404 ? "The service is gone." : text);
    } catch {
      this.#tell("The proxy cannot be asked now."); // the page says so too, and asks again
    } finally {
      this.#asking = false;
      if (service !== this.#service || node !== this.#node.value) await this.refresh();
    }
  }

  /** @param {string} text */
  #tell(text) {
    this.#shown = "";
    this.#body.replaceChildren(el("p.note", {}, text));
  }
}

/** @param {Details} details */
function contents(details) {
  const { explanation: { node, skipped, servicePorts }, listeners, objects } = details;
  if (skipped !== null) {
    return [el("p.note", {}, "Not proxied: ", ruleTag(skipped), ` ${skipped.why}.`)];
  }
  return [
    ...node.name === "" || node.known
      ? []
      : [el("p.note", {}, `The cluster has no node "${node.name}".`)],
    ...servicePorts.flatMap((port) => portContents(port, details)),
    ...listeners.length === 0 ? [] : [table(
      "Listeners",
      ["Listener", ">Open", ">Connections", ">Failures", ">In", ">Out"],
      listeners.map((each) => [
        el("code", {}, each.key),
        countText(each.active),
        countText(each.connections),
        countText(each.failures),
        bytesText(each.bytesIn),
        bytesText(each.bytesOut),
      ]),
    )],
    ...objects.length === 0 ? [] : [table(
      "Objects of the platform",
      ["Frontend", "Object", "Id", "About"],
      objects.map(({ frontend, kind, id, about }) => [
        el("code", {}, frontend),
        kind,
        el("code", {}, id),
        about,
      ]),
    )],
  ];
}

/**
 * @param {ServicePortExplanation} port
 * @param {Details} details
 */
function portContents(port, { endpoints }) {
  const { name, family, protocol, frontends, dropped, sourceRanges, problems } = port;
  const traffic = Object.keys(endpoints).length > 0;
  return [
    el("h3", {}, `${name} `, el("span.dim", {}, `${protocol} ${family}`)),
    ...problems.map((problem) => el("p.note", {}, problem)),
    table(
      "Frontends",
      ["Kind", "Address", ">Endpoints", "Policy", "Rule"],
      [
        ...frontends.map((each) => [
          each.kind,
          el("code", {}, each.address),
          countText(each.endpoints.length),
          each.policy,
          ruleTag(each),
        ]),
        ...dropped.map((each) => [
          each.kind,
          el("del", {}, el("code", {}, each.value)),
          "",
          "not used",
          ruleTag(each),
        ]),
      ],
    ),
    ...sourceRanges.ranges.length === 0 ? [] : [
      el("p", {}, `Load balancer IPs only for ${sourceRanges.ranges.join(", ")}`),
    ],
    table(
      "Endpoints",
      [
        "Address",
        "Where",
        "Conditions",
        "Internal",
        "External",
        ...traffic ? [">Open", ">Total", ">Bytes"] : [],
      ],
      port.endpoints.map((each) => [
        el("code", {}, each.address),
        [each.node, each.zone].filter((place) => place !== "").join(", ") || "unknown",
        each.conditions.join(", ") || "not ready",
        use(each.internal),
        use(each.external),
        ...traffic ? trafficCells(endpoints[each.address]) : [],
      ]),
    ),
    el(
      "p.sets",
      {},
      "Cluster set ",
      ruleTag(port.clusterSet),
      ", local set ",
      ruleTag(port.localSet),
    ),
  ];
}

/** @param {EndpointExplanation["internal"]} reason */
function use(reason) {
  const [level, word] = reason.used ? ["good", "used"] : ["off", "not used"];
  return el("span.use", { "data-level": level }, `${word} `, ruleTag(reason));
}

/** @param {Details["endpoints"][string] | undefined} counts */
function trafficCells(counts) {
  if (counts === undefined) return ["", "", ""];
  const { active, connections, bytesIn, bytesOut } = counts;
  return [countText(active), countText(connections), bytesText(bytesIn + bytesOut)];
}
