// @ts-check
// The line in focus: by pointer, tap or arrow keys; Enter or a click pins it. It and the lines that feed it are lit.

import { afterLayout, lineTotal, shownFacts, showProgram, view } from "./columns.js";
import { state, update, watch } from "./store.js";

const focusSheet = /** @type {HTMLElement} */ (document.getElementById("sheet"));
/** A pointer that only passes opens nothing. */
const PAUSE = 140;
let pointerTimer = 0, litKey = "";

/**
 * Puts a line into focus.
 * @param {number} line
 * @param {boolean} pinned
 */
export function focusLine(line, pinned) {
  if (state.focus?.line === line && state.focus.pinned === pinned) return;
  update({ focus: { line, pinned }, tab: state.focus?.line === line ? state.tab : defaultTab(line) });
  if (pinned) history.replaceState(null, "", `#${state.program === "microgpt" ? "" : state.program + "-"}L${line}`);
}

/** @param {number} line */
function defaultTab(line) {
  const kind = shownFacts().get(line)?.kind;
  return kind === "gradient" || kind === "moment" ? kind : state.tab === "moment" ? "value" : state.tab;
}

/** Nothing is in focus. */
export function releaseFocus() {
  clearTimeout(pointerTimer);
  if (!state.focus) return;
  update({ focus: null, detail: null });
  if (location.hash) history.replaceState(null, "", location.pathname + location.search);
}

/**
 * The next line that computes, down (1) or up (−1).
 * @param {number} way
 */
export function moveFocus(way) {
  const facts = shownFacts(), total = lineTotal();
  let line = state.focus?.line ?? state.cursor ?? (way > 0 ? 0 : total + 1);
  for (line += way; line >= 1 && line <= total; line += way) {
    const element = view.lines[line - 1];
    if (facts.size > 0 ? facts.has(line) : element.offsetParent !== null && !element.classList.contains("blank")) break;
  }
  if (line < 1 || line > total) return;
  focusLine(line, state.focus?.pinned ?? false);
  reveal(line);
}

/**
 * Scrolls a line to where it can be seen.
 * @param {number} line
 */
export function reveal(line) {
  view.lines[line - 1]?.scrollIntoView({ block: view.isNarrow ? "start" : "nearest", inline: "nearest", behavior: "instant" });
}

/** @param {EventTarget | null} target */
function lineAt(target) {
  const element = target instanceof Element ? target.closest(".line") : null;
  return element instanceof HTMLElement && !element.classList.contains("blank") ? Number(element.dataset.line) : 0;
}

/** Lights the line in focus and those that feed it. */
function showFocus() {
  const { focus, detail } = state;
  // While training runs, details come many times a second, and light the same lines.
  const key = JSON.stringify([state.program, focus, detail?.line === focus?.line && detail?.feeds, view.isNarrow, state.facts !== null]);
  if (key === litKey) return;
  litKey = key;
  for (const element of focusSheet.querySelectorAll(".inFocus, .feeds")) {
    element.classList.remove("inFocus", "feeds", "pinned");
    element.ariaSelected = "false";
  }
  const isOpen = focus !== null && shownFacts().has(focus.line);
  focusSheet.classList.toggle("dimmed", isOpen && !view.isNarrow);
  if (!focus) { focusSheet.removeAttribute("aria-activedescendant"); return; }
  const element = view.lines[focus.line - 1];
  if (!element) return;
  element.classList.add("inFocus");
  element.classList.toggle("pinned", focus.pinned);
  element.ariaSelected = "true";
  focusSheet.setAttribute("aria-activedescendant", element.id);
  if (detail?.line === focus.line) for (const line of detail.feeds) view.lines[line - 1]?.classList.add("feeds");
}

/** Follows an address such as #L42 or #matrix-L42. */
export function followAddress() {
  const match = /^#(?:(\w+)-)?L(\d+)(?:-L?\d+)?$/.exec(location.hash);
  if (!match) return;
  const program = match[1] ?? "microgpt", line = Number(match[2]);
  showProgram(program);
  requestAnimationFrame(() => {
    if (line < 1 || line > lineTotal()) return;
    focusLine(line, true);
    reveal(line);
  });
}

/** Listens to the pointer. */
export function startFocus() {
  focusSheet.addEventListener("pointerover", (event) => {
    if (event.pointerType === "touch" || state.focus?.pinned || event.buttons) return;
    clearTimeout(pointerTimer);
    const line = lineAt(event.target);
    if (!line || !shownFacts().has(line)) { if (state.focus) pointerTimer = window.setTimeout(releaseFocus, 2 * PAUSE); return; }
    pointerTimer = window.setTimeout(() => focusLine(line, false), state.focus ? PAUSE / 2 : PAUSE);
  });
  focusSheet.addEventListener("pointerleave", (event) => {
    clearTimeout(pointerTimer);
    const panel = document.getElementById("panel");
    if (event.pointerType === "touch" || state.focus?.pinned || (event.relatedTarget instanceof Node && panel?.contains(event.relatedTarget))) return;
    pointerTimer = window.setTimeout(releaseFocus, 2 * PAUSE);
  });
  document.getElementById("panel")?.addEventListener("pointerenter", () => clearTimeout(pointerTimer));
  focusSheet.addEventListener("click", (event) => {
    if (getSelection()?.isCollapsed === false) return;
    const line = lineAt(event.target);
    event.preventDefault();
    clearTimeout(pointerTimer);
    if (!line) { releaseFocus(); return; }
    const isNumber = event.target instanceof Element && event.target.classList.contains("number");
    if (state.focus?.line === line && state.focus.pinned && !isNumber) releaseFocus();
    else if (shownFacts().has(line) || isNumber) focusLine(line, true);
    else releaseFocus();
  });
  addEventListener("hashchange", followAddress);
  watch("focus detail program", showFocus);
  afterLayout(showFocus);
}
