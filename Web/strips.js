// @ts-check
// A strip beside every line that computes: its result as a row of cells. Only strips whose cells changed are painted.

import { afterLayout, view } from "./columns.js";
import { paintCells, palette } from "./palette.js";
import { isFullSpeed } from "./speeds.js";
import { everyFrame, schedule, state, watch } from "./store.js";

/** More cells than this would be narrower than a pixel: neighbors share one, which shows the larger in magnitude. */
const MOST_CELLS = 72;

/** @type {{fact: LineFact, index: number, element: HTMLElement, canvas: HTMLCanvasElement, share: number,
 *   last: Float32Array, painted: string}[]} */
let shown = [];
let onPaper = false;

/** Makes the strips of the shown program. */
function makeStrips() {
  const facts = state.facts;
  if (!facts) return;
  const list = facts.lines[state.program] ?? [];
  const before = state.program === "matrix" ? facts.lines.microgpt.length : 0;
  if (shown.length > 0 && shown[0].element.isConnected && shown[0].fact === list.find((f) => f.cells > 0)) return;
  shown = [];
  list.forEach((fact, i) => {
    const line = view.lines[fact.line - 1];
    if (!line) return;
    line.classList.add("computes");
    if (fact.cells === 0) return;
    line.classList.add("hasStrip");
    line.querySelector(".strip")?.remove();
    const element = document.createElement("span"), canvas = document.createElement("canvas");
    const share = Math.ceil(fact.cells / MOST_CELLS), cells = Math.ceil(fact.cells / share);
    element.className = `strip ${fact.kind}${cells > 32 ? " fine" : ""}`;
    element.style.setProperty("--n", String(cells));
    element.ariaHidden = "true";
    element.append(canvas);
    line.append(element);
    shown.push({ fact, index: before + i, element, canvas, share, last: new Float32Array(cells), painted: "" });
  });
  paintStrips();
}

/** The strips that the last frame has still to be painted in. */
let unpainted = 0;
/** Over how many frames of the screen the strips are painted while it trains, so that none takes long. */
const SHARES = 3;

/** Paints the strips whose cells, palette or mode changed: while it trains at full speed a share in each of the next frames. */
function paintStrips() {
  unpainted = shown.length;
  if (isFullSpeed()) schedule(); else paintShare(shown.length);
}

/**
 * Paints the next strips.
 * @param {number} count
 */
function paintShare(count) {
  const frame = state.frame;
  if (!frame || unpainted === 0) return;
  const { strips, offsets } = frame, first = shown.length - unpainted;
  unpainted = Math.max(0, unpainted - count);
  if (unpainted > 0) schedule();
  for (const strip of shown.slice(first, first + count)) {
    const { fact, index, last, share } = strip, start = offsets[index];
    const kind = fact.kind === "value" && (frame.of ?? "value") === "gradient" ? "gradient" : fact.kind;
    const look = `${kind}${state.contrast}${onPaper}${document.documentElement.dataset.theme}${state.contrast}`;
    let isSame = look === strip.painted;
    for (let i = 0; i < last.length; i++) {
      let x = strips[start + i * share];
      for (let k = 1; k < share && i * share + k < fact.cells; k++) {
        const other = strips[start + i * share + k];
        if (Number.isNaN(x) || Math.abs(other) > Math.abs(x)) x = other;
      }
      if (!Object.is(x, last[i])) { isSame = false; last[i] = x; }
    }
    if (isSame) continue;
    strip.painted = look;
    paintCells(strip.canvas, last, 0, 1, last.length, palette(kind, onPaper), 1, state.contrast);
  }
}

/**
 * Paints all strips anew, in the colors of paper or of the screen.
 * @param {boolean} paper
 */
export function repaintStrips(paper) {
  onPaper = paper;
  for (const strip of shown) strip.painted = "";
  // At once also at full speed: paper does not wait.
  unpainted = shown.length;
  paintShare(shown.length);
}

/** Shows how far the slow walk has come: strips it has not reached are pale. */
function showCursor() {
  const { cursor, showing } = state;
  for (const line of document.querySelectorAll(".line.cursor")) line.classList.remove("cursor");
  const at = cursor && shown.find((strip) => strip.fact.line === cursor)?.fact.order;
  for (const { fact, element } of shown) {
    element.classList.toggle("ahead", at !== null && at !== undefined && (showing === "gradient" ? fact.kind === "value" && fact.order < at : fact.kind === "value" && fact.order > at));
  }
  if (cursor) view.lines[cursor - 1]?.classList.add("cursor");
}

/** Makes the strips follow the state. */
export function startStrips() {
  everyFrame(() => paintShare(Math.ceil(shown.length / SHARES)));
  afterLayout(makeStrips);
  watch("facts", makeStrips);
  watch("frame contrast", paintStrips);
  watch("theme", () => repaintStrips(onPaper));
  watch("cursor showing", showCursor);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => repaintStrips(onPaper));
}
