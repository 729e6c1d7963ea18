// @ts-check
// What a line computes now: a sentence, the formula with its numbers, the tensor, its extremes and their spread. The
// panel lies over the neighboring column, never over the line; on a phone it rises from below.

import { afterLayout, lineText, shownFacts, view } from "./columns.js";
import { releaseFocus } from "./focus.js";
import { cellFigure, figure, tokenName, whole } from "./format.js";
import { cssColor, isDark, paintCells, palette } from "./palette.js";
import { everyFrame, schedule, state, update, watch } from "./store.js";

const panel = /** @type {HTMLElement} */ (document.getElementById("panel"));
const panelStage = /** @type {HTMLElement} */ (document.getElementById("stage"));
/** @type {Tab[]} */
const TABS = ["value", "gradient", "moment"];
/** What the panel's body was made for; while it stays the same, only numbers and cells change. */
let shape = "";
/** How many tensors are written in a frame while it trains. */
const TENSORS_A_FRAME = 2;
/**
 * The tensors of the last answer that are not written yet.
 * @type {{place: number, tensor: TensorView, position: number, count: number}[]}
 */
let unwritten = [];
/**
 * The line that the phone's sheet was raised for.
 * @type {HTMLElement | undefined}
 */
let placedFor;

/**
 * A new element.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {string} className
 * @param {string} [text]
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function make(tag, className, text) {
  const element = document.createElement(tag);
  element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
}

/**
 * The tensors of a tab.
 * @param {LineDetail} detail
 * @param {Tab} tab
 */
function tensorsOf(detail, tab) {
  return (tab === "gradient" ? detail.gradients : tab === "moment" ? detail.moments : detail.tensors) ?? [];
}

/** Draws the panel for the line in focus. */
function showPanel() {
  const { focus, detail } = state;
  const fact = focus && shownFacts().get(focus.line);
  if (!fact) { panel.hidden = true; shape = ""; unwritten = []; return; }
  const isNew = panel.hidden;
  panel.hidden = false;
  if (!detail || detail.line !== focus.line) {
    if (isNew || shape !== `wait${focus.line}`) { shape = `wait${focus.line}`; panel.dataset.wait = "true"; }
    placePanel();
    return;
  }
  delete panel.dataset.wait;
  const present = TABS.filter((tab) => tensorsOf(detail, tab).length > 0);
  const tab = present.includes(state.tab) ? state.tab : present[0] ?? "value";
  const tensors = tensorsOf(detail, tab);
  const key = JSON.stringify([state.program, detail.line, tab, present, tensors.map((t) => t.name), state.playing, state.contrast, document.documentElement.dataset.theme, detail.feeds, view.isNarrow]);
  const isOther = key !== shape;
  if (isOther) { shape = key; unwritten = []; buildPanel(detail, tab, present, tensors); }
  fillPanel(detail, tensors);
  if (isOther) placePanel();
}

/**
 * Makes the panel's elements.
 * @param {LineDetail} detail
 * @param {Tab} tab
 * @param {Tab[]} present
 * @param {TensorView[]} tensors
 */
function buildPanel(detail, tab, present, tensors) {
  const head = make("header", "panelHead");
  const title = make("h2", "", detail.title);
  title.id = "panelTitle";
  const where = make("span", "where", `line ${detail.line}`);
  const close = make("button", "quiet close", "×");
  close.ariaLabel = "Close";
  close.addEventListener("click", releaseFocus);
  head.append(title, where, close);
  const sentence = make("p", "sentence", detail.sentence);
  const formula = make("div", "formula");
  const tabs = make("div", "tabs");
  tabs.role = "tablist";
  for (const name of present) {
    const button = make("button", `tab ${name}`, { value: "value", gradient: "gradient", moment: "moments" }[name]);
    button.role = "tab";
    button.ariaSelected = String(name === tab);
    button.addEventListener("click", () => update({ tab: name }));
    tabs.append(button);
  }
  const body = make("div", "tensors");
  body.role = "tabpanel";
  body.append(...tensors.map((tensor) => tensorElement(tensor, tensors.length)));
  const foot = make("p", "feedsFrom");
  if (detail.feeds.length > 0) {
    foot.append("reads ");
    detail.feeds.forEach((line, i) => {
      const link = make("a", "", `line ${line}`);
      link.href = `#${state.program === "microgpt" ? "" : state.program + "-"}L${line}`;
      link.title = lineText(line).trim();
      foot.append(i > 0 ? ", " : "", link);
    });
  }
  panel.replaceChildren(head, sentence, formula, ...(present.length > 1 ? [tabs] : []), body, foot);
}

/**
 * A tensor's elements: its heat map, letters, figures and histogram.
 * @param {TensorView} tensor
 * @param {number} count how many share the panel
 */
function tensorElement(tensor, count) {
  const [rows, columns] = tensor.shape;
  const figureElement = make("figure", `tensor ${tensor.kind}`);
  const caption = make("figcaption", "");
  caption.append(make("b", "", tensor.name), make("span", "shape", rows === 1 ? ` ${columns}` : ` ${rows} × ${columns}`), make("span", "under", ""));
  const map = make("div", "map");
  const canvas = make("canvas", "cells");
  canvas.role = "img";
  const maximumWidth = view.isNarrow ? innerWidth - 60 : Math.min(panelWidth() - 52, 640);
  const hasLetters = tensor.rows.some((r) => r !== "");
  // Two stand side by side where their cells stay large enough to point at.
  const half = Math.floor((maximumWidth - 16) / 2) - (hasLetters ? 20 : 0);
  const isHalf = count > 1 && rows > 1 && half / columns >= 9;
  const cell = isHalf ? Math.min(22, Math.floor(half / columns)) : Math.max(2, Math.min(rows === 1 ? 34 : rows > 20 ? 19 : 22, Math.floor((maximumWidth - (hasLetters ? 34 : 0)) / columns)));
  const tall = rows === 1 ? Math.min(26, Math.max(18, cell)) : rows > 40 ? Math.max(3, Math.min(cell, Math.floor(320 / rows))) : Math.min(cell, rows > 20 ? 12 : 20);
  map.style.setProperty("--cell", `${cell}px`);
  map.style.setProperty("--tall", `${tall}px`);
  map.style.setProperty("--rows", String(rows));
  map.style.setProperty("--cols", String(columns));
  const grid = make("div", cell >= 5 && tall >= 5 ? "grid lined" : "grid");
  grid.append(canvas);
  const everyColumn = Math.ceil(12 / cell), everyRow = Math.ceil(9 / tall);
  const columnLetters = make("div", "letters columnLetters"), rowLetters = make("div", "letters rowLetters");
  columnLetters.append(...tensor.columns.slice(0, columns).map(() => make("span", "")));
  rowLetters.append(...tensor.rows.slice(0, rows).map(() => make("span", "")));
  columnLetters.dataset.every = String(everyColumn);
  rowLetters.dataset.every = String(everyRow);
  map.append(make("span", ""), columnLetters, hasLetters ? rowLetters : make("span", ""), grid);
  // Figures that change many times a second cannot be read, and take time to lay out.
  if (!state.playing && cell >= 21 && tall >= 14 && rows * columns <= 300) {
    const figures = make("div", "figures");
    for (let i = 0; i < rows * columns; i++) figures.append(make("span", ""));
    grid.append(figures);
  }
  const read = make("output", "read", "");
  grid.addEventListener("pointermove", (event) => {
    const box = canvas.getBoundingClientRect(), current = /** @type {TensorFigure} */ (figureElement).tensor;
    const c = Math.floor((event.clientX - box.left) / box.width * columns), r = Math.floor((event.clientY - box.top) / box.height * rows);
    if (c < 0 || r < 0 || c >= columns || r >= rows) return;
    const names = [current.rows[r], current.columns[c]].filter((t) => t !== undefined && t !== "").map(tokenName);
    read.textContent = `${names.join(", ")}${names.length ? ": " : ""}${figure(current.values[r * columns + c])}`;
  });
  grid.addEventListener("pointerleave", () => { read.textContent = ""; });
  const facts = make("dl", "facts");
  for (const name of ["min", "max", "norm"]) facts.append(make("dt", "", name), make("dd", name, ""));
  const histogram = make("canvas", "histogram");
  histogram.role = "img";
  const foot = make("div", "tensorFoot");
  foot.append(facts, histogram);
  // A narrow map leaves room at its right.
  figureElement.classList.toggle("half", isHalf);
  figureElement.classList.toggle("beside", !isHalf && rows > 1 && cell * columns + (hasLetters ? 34 : 0) < maximumWidth - 170);
  figureElement.append(caption, map, read, foot);
  /** @type {TensorFigure} */ (figureElement).tensor = tensor;
  return figureElement;
}

/**
 * Writes the letters of rows and columns, which change with the document.
 * @param {HTMLElement} element
 * @param {TensorView} tensor
 */
function writeLetters(element, tensor) {
  /** @type {[place: string, names: string[]][]} */
  const sides = [[".rowLetters", tensor.rows], [".columnLetters", tensor.columns]];
  for (const [place, names] of sides) {
    const row = element.querySelector(place), every = Number(row?.getAttribute("data-every") ?? 1);
    [...(row?.children ?? [])].forEach((letter, i) => {
      const text = i % every === 0 && names[i] !== "" ? tokenName(names[i]) : "";
      if (letter.textContent !== text) letter.textContent = text;
    });
  }
}

/**
 * Writes the formula and the tensors' numbers.
 * @param {LineDetail} detail
 * @param {TensorView[]} tensors
 */
function fillPanel(detail, tensors) {
  const formula = panel.querySelector(".formula");
  if (formula && formula.textContent !== detail.formula.join("")) formula.replaceChildren(...detail.formula.map((t) => make("div", "", t)));
  // The next answer may come before all of the last one stands there: what waits longest goes first.
  const waiting = unwritten.map(({ place }) => place), places = tensors.map((_, place) => place);
  const order = [...waiting.filter((place) => place < tensors.length), ...places.filter((place) => !waiting.includes(place))];
  unwritten = order.map((place) => ({ place, tensor: tensors[place], position: detail.position, count: tensors.length }));
  writeTensors();
}

/** Writes the tensors that wait: while it trains a few in each frame, so that none takes long. */
function writeTensors() {
  if (unwritten.length === 0) return;
  const elements = panel.querySelectorAll("figure.tensor");
  for (const { place, tensor, position, count } of unwritten.splice(0, state.playing ? TENSORS_A_FRAME : unwritten.length)) {
    let element = /** @type {TensorFigure} */ (elements[place]);
    if (!element) continue;
    // A shorter or longer document has other rows.
    if (String(element.tensor.shape) !== String(tensor.shape)) {
      const other = /** @type {TensorFigure} */ (tensorElement(tensor, count));
      element.replaceWith(other);
      element = other;
    }
    writeTensor(element, tensor, position);
  }
  if (unwritten.length > 0) schedule();
}

/**
 * Writes a tensor's numbers and paints its cells.
 * @param {TensorFigure} element
 * @param {TensorView} tensor
 * @param {number} position
 */
function writeTensor(element, tensor, position) {
  element.tensor = tensor;
  const [rows, columns] = tensor.shape, scale = Math.max(Math.abs(tensor.minimum ?? 0), Math.abs(tensor.maximum ?? 0)), pixels = palette(tensor.kind);
  const canvas = element.querySelector("canvas.cells");
  paintCells(canvas, tensor.values, 0, rows, columns, pixels, scale > 0 ? 1 / scale : 0, state.contrast);
  canvas.ariaLabel = `${tensor.name}, ${rows} by ${columns}, from ${figure(tensor.minimum)} to ${figure(tensor.maximum)}`;
  const spans = element.querySelectorAll(".figures span");
  spans.forEach((span, k) => {
    const x = tensor.values[k], text = cellFigure(x);
    if (span.textContent !== text) span.textContent = text;
    span.className = !state.contrast && Math.abs(x) > 0.7 * scale ? "strong" : "";
  });
  writeLetters(element, tensor);
  // Where the rows are positions, the chosen one is marked.
  const letters = element.querySelectorAll(".rowLetters span"), isByPosition = rows > 1 && rows === state.frame?.document.losses.length;
  letters.forEach((letter, r) => letter.classList.toggle("here", isByPosition && r === position));
  element.querySelector(".under").textContent = `full color at ${tensor.kind === "moment" ? "" : "±"}${figure(scale)}`;
  element.querySelector(".min").textContent = figure(tensor.minimum);
  element.querySelector(".max").textContent = figure(tensor.maximum);
  element.querySelector(".norm").textContent = figure(tensor.norm);
  const histogram = element.querySelector("canvas.histogram");
  histogram.hidden = rows * columns < 8;
  if (!histogram.hidden) paintHistogram(histogram, tensor, pixels, scale);
}

/**
 * How many values lie where between −scale and scale.
 * @param {HTMLCanvasElement} canvas
 * @param {TensorView} tensor
 * @param {Uint32Array} pixels
 * @param {number} scale
 */
function paintHistogram(canvas, tensor, pixels, scale) {
  const BINS = 41, ratio = Math.min(3, devicePixelRatio || 1), width = 41 * 4, height = 30;
  if (canvas.width !== width * ratio) { canvas.width = width * ratio; canvas.height = height * ratio; }
  const context = canvas.getContext("2d");
  if (!context) return;
  const counts = new Uint32Array(BINS);
  for (const x of tensor.values) counts[Math.max(0, Math.min(BINS - 1, Math.floor((x / (scale || 1) + 1) / 2 * BINS)))]++;
  const most = Math.max(...counts);
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  context.fillStyle = isDark() ? "#272b33" : "#e9e4d8";
  context.fillRect(0, height - 1, width, 1);
  context.fillRect(width / 2 - 0.5, 0, 1, height);
  for (let b = 0; b < BINS; b++) {
    if (counts[b] === 0) continue;
    const x = (b + 0.5) / BINS * 2 - 1, tall = Math.max(1.5, counts[b] / most * (height - 2));
    context.fillStyle = cssColor(pixels, Math.sign(x || 1) * (0.45 + 0.55 * Math.abs(x)));
    context.fillRect(b * 4, height - 1 - tall, 3, tall);
  }
  canvas.ariaLabel = `Histogram of ${whole(tensor.values.length)} values between ±${figure(scale)}`;
}

/** The panel's width: that of a column, but always enough to read. */
function panelWidth() {
  const column = document.querySelector(".column");
  return Math.min(Math.max(column?.clientWidth ?? 400, 350), 620);
}

/** Puts the panel over the column beside the line's, at the line's height where it fits. */
function placePanel() {
  if (panel.hidden) return;
  const line = view.lines[(state.focus?.line ?? 1) - 1], column = line?.closest(".column");
  if (view.isNarrow) {
    panel.removeAttribute("style");
    const covered = line ? line.getBoundingClientRect().bottom - panel.getBoundingClientRect().top : 0;
    if (covered > 0 && placedFor !== line) panelStage.scrollBy(0, covered + 12);
    placedFor = line;
    return;
  }
  if (!line || !column) return;
  const columns = [...document.querySelectorAll(".column")], index = columns.indexOf(column);
  const stageBox = panelStage.getBoundingClientRect(), width = panelWidth();
  const own = column.getBoundingClientRect(), next = columns[index + 1]?.getBoundingClientRect();
  // To the right of the line's column; over the column before it if there is none.
  let left = next ? next.left - stageBox.left - 10 : own.left - stageBox.left - width - 6;
  if (left + width > stageBox.width - 6) left = own.left - stageBox.left - width - 6;
  if (left < 6) left = columns.length === 1 ? stageBox.width - width - 8 : 6;
  const height = panel.offsetHeight, lineTop = line.getBoundingClientRect().top - stageBox.top;
  let top = Math.max(8, Math.min(lineTop - 60, stageBox.height - height - 8));
  if (columns.length === 1) top = lineTop > stageBox.height / 2 ? 8 : stageBox.height - height - 8;
  panel.style.width = `${width}px`;
  panel.style.left = `${left + panelStage.scrollLeft}px`;
  panel.style.top = `${top + panelStage.scrollTop}px`;
  panel.style.maxHeight = `${stageBox.height - 16}px`;
}

/** Makes the panel follow the state. */
export function startPanel() {
  watch("focus detail tab contrast theme facts program playing", showPanel);
  everyFrame(writeTensors);
  afterLayout(placePanel);
  panelStage.addEventListener("scroll", placePanel, { passive: true });
}
