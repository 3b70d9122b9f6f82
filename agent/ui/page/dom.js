// @ts-check
/// <reference lib="dom" />
/**
 * Elements, made in few words. Text is always set as text: nothing from the cluster is ever read as
 * HTML.
 *
 * @module
 */

const SVG = "http://www.w3.org/2000/svg";

/**
 * Makes an element.
 *
 * @param {string} tag Its tag, with classes: `td.num`.
 * @param {Readonly<Record<string, string>>} attributes Its attributes.
 * @param {readonly (Node | string)[]} children What is in it.
 * @returns {HTMLElement} The element.
 */
export function el(tag, attributes = {}, ...children) {
  const [name = "div", ...classes] = tag.split(".");
  const element = document.createElement(name);
  if (classes.length > 0) element.className = classes.join(" ");
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

/**
 * Makes an element of a drawing.
 *
 * @param {string} tag Its tag.
 * @param {Readonly<Record<string, string | number>>} attributes Its attributes.
 * @param {readonly Node[]} children What is in it.
 * @returns {SVGElement} The element.
 */
export function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  element.append(...children);
  if (!(element instanceof SVGElement)) throw new TypeError(`Cannot draw ${tag}`);
  return element;
}

/**
 * The element of the page with that id.
 *
 * @template {Element} T
 * @param {string} id Its id.
 * @param {new () => T} type What it is.
 * @returns {T} The element.
 */
export function byId(id, type) {
  const found = document.getElementById(id);
  if (found instanceof type) return found;
  throw new TypeError(`Cannot find #${id} in the page`);
}

/**
 * A table.
 *
 * @param {string} caption What it shows.
 * @param {readonly string[]} heads The heads of its columns; one that begins with ">" is of numbers.
 * @param {readonly (readonly (Node | string)[])[]} rows The cells.
 * @returns {HTMLElement} The table.
 */
export function table(caption, heads, rows) {
  const right = heads.map((head) => head.startsWith(">"));
  const cell = (/** @type {number} */ i) => right[i] ? "td.num" : "td";
  return el(
    "table",
    {},
    el("caption", {}, caption),
    el(
      "thead",
      {},
      el(
        "tr",
        {},
        ...heads.map((head, i) =>
          el(right[i] ? "th.num" : "th", { scope: "col" }, head.replace(/^>/, ""))
        ),
      ),
    ),
    el(
      "tbody",
      {},
      ...rows.map((row) => el("tr", {}, ...row.map((each, i) => el(cell(i), {}, each)))),
    ),
  );
}

/**
 * The name of a rule, with its meaning.
 *
 * @param {{ readonly rule: string, readonly why: string }} reason The rule.
 * @returns {HTMLElement} The name, with the meaning where one looks for it.
 */
export function ruleTag({ rule, why }) {
  return el("span.rule", { title: why }, rule, el("span.unseen", {}, `: ${why}`));
}
