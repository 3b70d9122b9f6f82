/**
 * The frame of a chart: a panel with its own ground, so that it can be read on any page, light or dark,
 * also where the page and the reader's system disagree. No script, no font, nothing from elsewhere.
 *
 * @module
 */

/** The colours, for light and for dark. */
export const PALETTE = {
  ground: ["#ffffff", "#14181d"],
  text: ["#24292f", "#e3e7ec"],
  dim: ["#59636e", "#9aa5b1"],
  grid: ["#dde2e7", "#2c333b"],
  own: ["#1f5fbf", "#6ea8fe"],
  peer: ["#8b949e", "#6e7883"],
  aim: ["#b35900", "#f0a850"],
} as const satisfies Readonly<Record<string, readonly [light: string, dark: string]>>;

/** How wide all charts are. */
export const WIDTH = 720;

/** The width of a letter, about: nobody can measure text here. */
export const LETTER = 6.6;

/** What an element's attributes are. */
export type Attributes = Readonly<Record<string, string | number>>;

/** An element; its content is markup already. */
export function tag(name: string, attributes: Attributes, ...content: readonly string[]): string {
  const pairs = Object.entries(attributes).map(([key, value]) =>
    ` ${key}="${escape(typeof value === "number" ? String(Math.round(value * 10) / 10) : value)}"`
  );
  return `<${name}${pairs.join("")}${
    content.length === 0 ? "/>" : `>${content.join("")}</${name}>`
  }`;
}

/** Text as content or as an attribute. */
export function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

/** As much of a text as fits into a width, about. The whole of it is in the words and the tables. */
export function fitted(text: string, width: number): string {
  const letters = Math.floor(width / LETTER);
  return text.length <= letters ? text : `${text.slice(0, letters - 1)}…`;
}

/** A line of text. */
export function label(text: string, attributes: Attributes): string {
  return tag("text", attributes, escape(text));
}

/** What a chart has in its frame. */
export interface Frame {
  /** What it shows. */
  readonly title: string;
  /** How to read it, under the title. */
  readonly subtitle: string;
  /** What it says, for who does not see it. */
  readonly words: string;
  /** How tall it is. */
  readonly height: number;
  /** The elements inside. */
  readonly content: readonly string[];
}

/** A chart as a document. */
export function frame({ title, subtitle, words, height, content }: Frame): string {
  return tag(
    "svg",
    {
      xmlns: "http://www.w3.org/2000/svg",
      viewBox: `0 0 ${WIDTH} ${Math.ceil(height)}`,
      width: WIDTH,
      height: Math.ceil(height),
      role: "img",
      "aria-label": words,
    },
    `<style>${css()}</style>\n`,
    tag("rect", { class: "ground", width: WIDTH, height: Math.ceil(height), rx: 6 }),
    label(title, { class: "title", x: 16, y: 26 }),
    label(subtitle, { class: "dim", x: 16, y: 44 }),
    "\n",
    content.join("\n"),
    "\n",
  ) + "\n";
}

function css(): string {
  const colours = (scheme: 0 | 1) =>
    Object.entries(PALETTE).map(([name, pair]) => `--${name}:${pair[scheme]}`).join(";");
  return `svg{${colours(0)};font:12px system-ui,"Segoe UI",sans-serif}` +
    `@media(prefers-color-scheme:dark){svg{${colours(1)}}}` +
    "text{fill:var(--text);paint-order:stroke;stroke:var(--ground);stroke-width:3px}" +
    ".title{font-size:15px;font-weight:600}.dim{fill:var(--dim)}" +
    ".end{text-anchor:end}.middle{text-anchor:middle}" +
    ".ground{fill:var(--ground)}.grid{stroke:var(--grid)}.base{stroke:var(--dim)}" +
    ".own{fill:var(--own)}.peer{fill:var(--peer)}" +
    ".band{stroke:var(--text);fill:none}.band.own{stroke:var(--own)}" +
    ".band.peer{stroke:var(--peer)}.aim{stroke:var(--aim);stroke-width:2}" +
    "polyline{fill:none;stroke-width:2}polyline.own{stroke:var(--own);fill:none}" +
    "polyline.peer{stroke:var(--peer);fill:none}";
}
