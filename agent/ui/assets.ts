/**
 * The files of the status page. They are imported as text, so they lie in the exe.
 *
 * @module
 */
import appJs from "./page/app.js" with { type: "text" };
import chartJs from "./page/chart.js" with { type: "text" };
import detailJs from "./page/detail.js" with { type: "text" };
import domJs from "./page/dom.js" with { type: "text" };
import iconSvg from "./page/icon.svg" with { type: "text" };
import indexHtml from "./page/index.html" with { type: "text" };
import listJs from "./page/list.js" with { type: "text" };
import panelsJs from "./page/panels.js" with { type: "text" };
import storeJs from "./page/store.js" with { type: "text" };
import styleCss from "./page/style.css" with { type: "text" };
import textJs from "./page/text.js" with { type: "text" };

/** One file of the page. */
export interface Asset {
  /** Its media type. */
  readonly type: string;
  /** What is in it. */
  readonly text: string;
}

const script = (text: string): Asset => ({ type: "text/javascript; charset=utf-8", text });

/** The files of the page, by name; `""` is the page itself. */
export const ASSETS: ReadonlyMap<string, Asset> = new Map([
  ["", { type: "text/html; charset=utf-8", text: indexHtml }],
  ["app.js", script(appJs)],
  ["chart.js", script(chartJs)],
  ["detail.js", script(detailJs)],
  ["dom.js", script(domJs)],
  ["icon.svg", { type: "image/svg+xml", text: iconSvg }],
  ["list.js", script(listJs)],
  ["panels.js", script(panelsJs)],
  ["store.js", script(storeJs)],
  ["style.css", { type: "text/css; charset=utf-8", text: styleCss }],
  ["text.js", script(textJs)],
]);
