// @ts-check
// The program in columns that break between its sections, in the largest type with which it fits the window.

import { isHeading, tokens } from "./syntax.js";
import { state, update, watch } from "./store.js";

/** Line pitch in em: as on the poster, looser where there is room. */
const PITCH = 1.36, LOOSEST = 1.62;
/** Smaller type cannot be read; a screen of many pixels bears a smaller one. */
const smallestPitch = () => (devicePixelRatio >= 1.5 ? 9 : 9.6), smallestSize = () => (devicePixelRatio >= 1.5 ? 6.3 : 6.6);
/** A character's width in em, measured once. */
let charWidth = 0.602;

/** @type {{[name: string]: string}} */
const texts = {};
/**
 * What is set: the elements of the shown program's lines, from 0, and whether they stand in one column, as on a phone.
 * @type {{lines: HTMLElement[], isNarrow: boolean}}
 */
export const view = { lines: [], isNarrow: false };
/** @type {{text: string, code: string, isComment: boolean, isHeading: boolean}[]} */
let sourceLines = [];
let isPrinting = false;
/**
 * What is called after the columns were set anew.
 * @type {(() => void)[]}
 */
const followers = [];

const sheet = /** @type {HTMLElement} */ (document.getElementById("sheet"));
const stage = /** @type {HTMLElement} */ (document.getElementById("stage"));

/**
 * Calls `follower` whenever the columns were set anew.
 * @param {() => void} follower
 */
export function afterLayout(follower) {
  followers.push(follower);
}

/**
 * Takes the programs' texts; a lesson, which the Worker does not know, gets a key of its own.
 * @param {ProgramText[]} list
 */
export function takePrograms(list) {
  let lessons = 0;
  for (const { key, text } of list) texts[key ?? `lesson${lessons++}`] = text;
}

/**
 * The facts about the lines of the shown program that compute, by line.
 * @returns {Map<number, LineFact>}
 */
export function shownFacts() {
  const facts = state.facts?.lines[state.program] ?? [];
  return new Map(facts.map((fact) => [fact.line, fact]));
}

/**
 * The text of a line, from 1.
 * @param {number} line
 */
export function lineText(line) {
  return sourceLines[line - 1]?.text ?? "";
}

/** How many lines the shown program has. */
export function lineTotal() {
  return sourceLines.length;
}

/** Reads the shown program and makes an element of each line. */
function readProgram() {
  const all = (texts[state.program] ?? "").replace(/\n$/, "").split("\n");
  sourceLines = all.map((text) => {
    const parts = tokens(text), comment = parts.findLast((t) => t.kind === "comment");
    const code = comment ? text.slice(0, text.length - comment.text.length).trimEnd() : text;
    return { text, code, isComment: /^\s*\/\//.test(text), isHeading: isHeading(text) };
  });
  view.lines = sourceLines.map(({ text, isComment, isHeading }, i) => {
    const element = document.createElement("div");
    element.className = "line" + (isHeading ? " heading" : isComment ? " remark" : "") + (text === "" ? " blank" : "");
    element.id = `L${i + 1}`;
    element.dataset.line = String(i + 1);
    element.style.setProperty("--i", String(text.length - text.trimStart().length));
    if (text === "") element.append(document.createElement("br"));
    else {
      const number = document.createElement("a");
      number.className = "number";
      number.href = `#L${i + 1}`;
      number.tabIndex = -1;
      number.ariaHidden = "true";
      number.dataset.n = String(i + 1);
      element.append(number);
      element.role = "option";
      element.ariaSelected = "false";
      for (const token of tokens(text)) {
        if (token.kind === "plain") { element.append(token.text); continue; }
        const span = document.createElement("span");
        span.className = token.kind;
        span.textContent = token.text;
        element.append(span);
      }
    }
    return element;
  });
}

/**
 * How many characters wide and how many rows tall a line is; 0 rows if it is hidden.
 * @param {number} i
 * @param {number} room characters a row
 * @param {number} stripRoom
 * @param {Map<number, LineFact>} facts
 */
function rowsOf(i, room, stripRoom, facts) {
  const { text, code, isComment, isHeading } = sourceLines[i];
  if (isComment && state.comments !== "all" && !(isHeading && state.comments === "headings")) return 0;
  const length = state.comments === "all" || isHeading ? text.length : code.length;
  const limit = Math.floor(room - ((facts.get(i + 1)?.cells ?? 0) > 0 ? stripRoom : 0));
  if (length <= limit) return 1;
  const hang = text.length - text.trimStart().length + 4;
  return 1 + Math.ceil((length - limit) / Math.max(8, limit - hang - 4));
}

/**
 * The breaks that make the longest of `count` columns shortest: each column's first and last line, and the longest's rows.
 * @param {number[]} rows
 * @param {number} count
 */
function breaks(rows, count) {
  const sums = [0];
  for (const r of rows) sums.push(sums[sums.length - 1] + r);
  const places = sourceLines.flatMap(({ isHeading }, i) => (isHeading && i > 0 ? [i] : []));
  const all = rows.length;
  let best = { tallest: sums[all], starts: [0] };
  if (count === 2) {
    for (const a of places) {
      const tallest = Math.max(sums[a], sums[all] - sums[a]);
      if (tallest < best.tallest) best = { tallest, starts: [0, a] };
    }
  } else if (count === 3) {
    for (const a of places) {
      for (const b of places) {
        if (b <= a) continue;
        const tallest = Math.max(sums[a], sums[b] - sums[a], sums[all] - sums[b]);
        if (tallest < best.tallest) best = { tallest, starts: [0, a, b] };
      }
    }
  }
  return best;
}

/** Fits the type and sets the columns. */
export function layOut() {
  if (sourceLines.length === 0) return;
  const facts = shownFacts();
  const width = isPrinting ? 1503 : stage.clientWidth, height = isPrinting ? 1000 : stage.clientHeight;
  view.isNarrow = !isPrinting && width < 700;
  const gap = view.isNarrow ? 0 : isPrinting ? 22 : Math.max(14, width * 0.014), side = view.isNarrow ? 12 : isPrinting ? 0 : Math.max(12, width * 0.012);
  const gutterRoom = 4.2;
  let stripEms = isPrinting ? 7.2 : 8.2, stripRoom = stripEms / charWidth + 1.2;
  const top = isPrinting ? 0 : 20;

  /**
   * The type with which so many columns fit without folding a line.
   * @param {number} count
   */
  function fit(count) {
    const column = (width - 2 * side - (count - 1) * gap) / count;
    const widest = Math.max(...sourceLines.map((_, i) => {
      const { text, code, isHeading } = sourceLines[i];
      const length = state.comments === "all" || isHeading ? text.length : code.length;
      return length + gutterRoom + ((facts.get(i + 1)?.cells ?? 0) > 0 ? stripRoom : 0);
    }));
    const rows = sourceLines.map((_, i) => rowsOf(i, Infinity, 0, facts)), { tallest } = breaks(rows, count);
    const size = Math.min(column / (widest * charWidth), (height - top) / ((tallest + 0.5) * PITCH));
    return { count, column, size, tallest, widest };
  }

  const isProgram = state.program === "microgpt" || state.program === "matrix";
  const counts = view.isNarrow ? [1] : isProgram ? [3] : [3, 2];
  let { count, column, size, tallest, widest } = counts.map(fit).reduce((a, b) => (b.size > a.size ? b : a));
  let pitch = Math.min((isPrinting ? 2.2 : LOOSEST) * size, (height - top) / (tallest + 0.5));
  if (view.isNarrow) { size = 11; pitch = 16; column = width - 2 * side; }
  else if (!isPrinting && size < smallestSize()) {
    // Nothing smaller can be read: long lines fold, and if they are too many then, the sheet scrolls.
    stripEms = 6.6;
    stripRoom = stripEms / charWidth + 1.2;
    size = smallestSize();
    const room = column / (size * charWidth) - gutterRoom;
    const rows = sourceLines.map((_, i) => rowsOf(i, room, stripRoom, facts));
    pitch = Math.max(smallestPitch(), Math.min(LOOSEST * size, (height - top) / (breaks(rows, count).tallest + 0.5)));
  } else if (!isPrinting) pitch = Math.max(pitch, Math.min(smallestPitch(), LOOSEST * size));
  if (!isPrinting && state.zoom !== 1) {
    size *= state.zoom;
    pitch = Math.max(pitch * state.zoom, size * 1.3);
    if (!view.isNarrow) {
      const needed = Math.min(widest, 92) * size * charWidth;
      count = Math.max(1, Math.min(count, Math.floor((width - 2 * side + gap) / (needed * 0.72 + gap))));
      column = (width - 2 * side - (count - 1) * gap) / count;
    }
  }
  // Type that only the height limits would leave its columns too wide: they keep to their text.
  const full = widest * size * charWidth + 2;
  if (!view.isNarrow && state.zoom === 1) column = Math.min(column, full * 1.06);

  const room = (column / (size * charWidth)) - gutterRoom;
  const rows = sourceLines.map((_, i) => rowsOf(i, view.isNarrow ? Infinity : room, view.isNarrow ? 0 : stripRoom, facts));
  const columnCount = view.isNarrow ? 1 : counts.length === 1 ? counts[0] : Math.max(count, 2);
  const { starts } = breaks(rows, columnCount);
  sheet.style.setProperty("--size", `${size.toFixed(3)}px`);
  sheet.style.setProperty("--pitch", `${pitch.toFixed(3)}px`);
  sheet.style.setProperty("--strip", `${stripEms}em`);
  sheet.style.setProperty("--column", `${column.toFixed(2)}px`);
  sheet.style.setProperty("--gap", `${gap.toFixed(1)}px`);
  sheet.style.setProperty("--side", `${side.toFixed(1)}px`);
  sheet.style.setProperty("--columns", String(columnCount));
  sheet.dataset.comments = state.comments;
  sheet.classList.toggle("narrow", view.isNarrow);
  document.documentElement.classList.toggle("pixelType", size < 9);

  const key = `${state.program} ${starts}`;
  if (sheet.dataset.setting !== key) {
    sheet.dataset.setting = key;
    sheet.replaceChildren(...starts.map((start, c) => {
      const group = document.createElement("div");
      group.className = "column";
      group.role = "group";
      group.ariaLabel = `Column ${c + 1} of ${starts.length}, from line ${start + 1}`;
      group.append(...view.lines.slice(start, starts[c + 1] ?? view.lines.length));
      return group;
    }));
  }
  for (const follower of followers) follower();
}

/**
 * Copies clean text: no line numbers, a line of the program on each line, hidden comments left out.
 * @param {ClipboardEvent} event
 */
function copyText(event) {
  const selection = getSelection();
  if (!selection || selection.isCollapsed || !event.clipboardData || !sheet.contains(selection.anchorNode)) return;
  const range = selection.getRangeAt(0), out = [];
  for (const element of view.lines) {
    if (!range.intersectsNode(element) || getComputedStyle(element).display === "none") continue;
    const part = document.createRange();
    part.selectNodeContents(element);
    if (part.compareBoundaryPoints(Range.START_TO_START, range) < 0 && element.contains(range.startContainer)) part.setStart(range.startContainer, range.startOffset);
    if (part.compareBoundaryPoints(Range.END_TO_END, range) > 0 && element.contains(range.endContainer)) part.setEnd(range.endContainer, range.endOffset);
    const copy = part.cloneContents();
    for (const extra of copy.querySelectorAll(".strip, .number")) extra.remove();
    if (state.comments !== "all") for (const comment of copy.querySelectorAll(".comment")) comment.remove();
    out.push((copy.textContent ?? "").trimEnd());
  }
  event.clipboardData.setData("text/plain", out.join("\n"));
  event.preventDefault();
}

/**
 * Sets the columns for A3 paper, or for the window again.
 * @param {boolean} printing
 */
export function setForPrint(printing) {
  isPrinting = printing;
  layOut();
}

/** Makes the columns follow the state and the window. */
export function startColumns() {
  const ruler = document.createElement("span");
  ruler.className = "ruler";
  ruler.textContent = "0".repeat(100);
  sheet.append(ruler);
  charWidth = ruler.getBoundingClientRect().width / 100 / parseFloat(getComputedStyle(ruler).fontSize) || charWidth;
  ruler.remove();
  watch("program", () => { readProgram(); sheet.dataset.setting = ""; layOut(); });
  watch("comments zoom facts", layOut);
  new ResizeObserver(() => { if (!isPrinting) layOut(); }).observe(stage);
  document.addEventListener("copy", copyText);
  readProgram();
  layOut();
}

/**
 * Shows a program, from its first line.
 * @param {string} name microgpt, matrix, lesson0 …
 */
export function showProgram(name) {
  if (!(name in texts) || name === state.program) return;
  stage.scrollTo(0, 0);
  update({ program: name, focus: null, detail: null, cursor: null });
}
