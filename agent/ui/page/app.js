// @ts-check
/// <reference lib="dom" />
/**
 * The status page: reads updates and shows them. It only reads; nothing here changes the proxy.
 *
 * @module
 */
import { Detail } from "./detail.js";
import { byId } from "./dom.js";
import { ServiceList } from "./list.js";
import { drawPanels } from "./panels.js";
import { Store } from "./store.js";
import { countText } from "./text.js";
/** @import { Update } from "../wire.ts" */

const store = new Store();
const detail = new Detail();
const list = new ServiceList(store, (service) => {
  location.hash = `#${service}`;
  if (service === detail.service) detail.focus();
});
const search = byId("search", HTMLInputElement);
const link = byId("link", HTMLElement);
let query = "";
let drawing = 0;

/** Draws at most once a frame, however many updates come. */
function draw() {
  if (drawing !== 0) return;
  drawing = requestAnimationFrame(() => {
    drawing = 0;
    drawPanels(store);
    list.refresh();
    tellFound();
  });
}

function tellFound() {
  byId("found", HTMLElement).textContent = query === ""
    ? `${countText(list.length)} services`
    : `${countText(list.length)} of ${countText(store.rows.size)}`;
}

let asked = 0;

async function find() {
  const number = ++asked;
  query = search.value.trim();
  if (query === "") {
    list.show(null);
    return tellFound();
  }
  const answer = await fetch(`api/find?q=${encodeURIComponent(query)}`);
  if (number !== asked || !answer.ok) return; // an older question must not answer a newer one
  list.show(new Set(await answer.json()));
  tellFound();
}

/** What cannot be asked now is asked again with the next update; the page says that it is cut off. */
function findAgain() {
  find().catch(() => {});
}

function follow() {
  const events = new EventSource("api/events");
  events.addEventListener("open", () => tellLink("good", "Live"));
  events.addEventListener("error", () => tellLink("bad", "Cut off, trying again…"));
  events.addEventListener("message", ({ data }) => {
    /** @type {Update} */
    const update = JSON.parse(data);
    store.apply(update);
    draw();
    const moved = (update.rows?.length ?? 0) + (update.gone?.length ?? 0) > 0;
    if (query !== "" && moved) findAgain();
    if (update.overview !== undefined) void detail.refresh();
  });
}

/**
 * @param {string} level
 * @param {string} text
 */
function tellLink(level, text) {
  link.dataset["level"] = level;
  link.textContent = text;
  document.body.classList.toggle("stale", level === "bad");
}

function onHash() {
  const service = decodeURIComponent(location.hash.slice(1));
  const opens = service.includes("/");
  list.mark(opens ? service : "");
  if (!opens) return detail.close();
  void detail.open(service).then(() => detail.focus());
}

function close() {
  if (detail.service === "") return;
  history.replaceState(null, "", location.pathname);
  onHash();
  list.focus();
}

const THEMES = [["system", "light dark"], ["light", "light"], ["dark", "dark"]];

/** @param {string | null} name */
function applyTheme(name) {
  const [theme = "system", scheme = ""] = THEMES.find(([each]) => each === name) ?? THEMES[0] ?? [];
  document.documentElement.style.colorScheme = scheme;
  byId("theme", HTMLElement).textContent = `Theme: ${theme}`;
  localStorage.setItem("windlass-theme", theme);
}

byId("theme", HTMLElement).addEventListener("click", () => {
  const now = THEMES.findIndex(([name]) => name === localStorage.getItem("windlass-theme"));
  applyTheme(THEMES[(now + 1) % THEMES.length]?.[0] ?? null);
});
byId("close", HTMLElement).addEventListener("click", close);
search.addEventListener("input", findAgain);
search.addEventListener("keydown", (event) => {
  if (event.key === "ArrowDown" || event.key === "Enter") {
    event.preventDefault();
    list.focus();
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") close();
  if (event.key !== "/" || event.target instanceof HTMLInputElement) return;
  event.preventDefault();
  search.focus();
  search.select();
});
addEventListener("hashchange", onHash);

applyTheme(localStorage.getItem("windlass-theme"));
onHash();
follow();
