// @ts-check
// The loss over the steps: a dot a step, its moving average, the held-out loss, and the loss of guessing. The plot is
// also the run's timeline: drag to go to any step.

import { lossFigure, whole } from "./format.js";
import { isDark } from "./palette.js";
import { isFullSpeed } from "./speeds.js";
import { everyFrame, schedule, state, watch } from "./store.js";

const plot = /** @type {HTMLCanvasElement} */ (document.getElementById("plot"));
const plotBox = /** @type {HTMLElement} */ (document.getElementById("plotBox"));

/**
 * Pairs, step and loss: of the steps, of their moving average, and held out.
 * @type {{losses: number[], means: number[], heldOuts: ArrayLike<number>}}
 */
const curves = { losses: [], means: [], heldOuts: [] };

/** How many loss points are known, for the next frame's `lossSince`. */
export function lossCount() {
  return curves.losses.length >> 1;
}

/**
 * Takes the loss of a frame: its points replace those known from number `first` on.
 * @param {Frame} frame
 */
export function takeLoss(frame) {
  const { first, points, mean, heldOut } = frame.loss;
  curves.losses.length = curves.means.length = 2 * first;
  for (let i = 0; i < points.length; i += 2) {
    curves.losses.push(points[i], points[i + 1]);
    curves.means.push(points[i], mean[i >> 1]);
  }
  curves.heldOuts = heldOut ?? [];
}

/**
 * The loss of the step that led to a step's model; undefined before the first.
 * @param {number} step
 */
export function lossOf(step) {
  let low = 0, high = curves.losses.length >> 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (curves.losses[2 * middle] < step) low = middle + 1; else high = middle;
  }
  return step > 0 ? curves.losses[2 * low + 1] : undefined;
}

/** The moving average at the last point. */
export function lastMean() {
  return curves.means.at(-1);
}

/** Forgets a run. */
export function clearLoss() {
  Object.assign(curves, { losses: [], means: [], heldOuts: [] });
}

/**
 * The step at a place of the plot.
 * @param {number} clientX
 */
function stepAt(clientX) {
  const box = plotBox.getBoundingClientRect(), left = 34, right = 8;
  return Math.round(Math.max(0, Math.min(1, (clientX - box.left - left) / (box.width - left - right))) * state.steps);
}

/** How many frames after the Worker's the plot is drawn at full speed. */
const FRAMES_LATER = 2;

/** Draws the plot. */
function drawPlot() {
  const width = plotBox.clientWidth, height = plotBox.clientHeight, ratio = Math.min(3, devicePixelRatio || 1);
  if (width === 0 || height === 0) return;
  if (plot.width !== Math.round(width * ratio) || plot.height !== Math.round(height * ratio)) {
    plot.width = Math.round(width * ratio);
    plot.height = Math.round(height * ratio);
  }
  const context = /** @type {CanvasRenderingContext2D} */ (plot.getContext("2d"));
  const style = getComputedStyle(plot);
  /** @param {string} name */
  const color = (name) => style.getPropertyValue(name);
  const ink = color("--ink"), soft = color("--soft"), line = color("--line"), warm = color("--warm"), value = isDark() ? "#5aa2ff" : "#0d55b8";
  const { losses, means, heldOuts } = curves, count = losses.length >> 1;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  context.font = `10px ${color("--words")}`;

  const left = 34, right = 8, top = 5, bottom = height - (height > 60 ? 15 : 3), inner = width - left - right;
  const uniform = state.frame?.loss.uniform ?? Math.log(state.facts?.vocabulary.length ?? 27);
  let least = uniform * 0.5, most = uniform * 1.16;
  for (let i = 0, every = Math.max(1, count >> 9); i < count; i += every) {
    least = Math.min(least, losses[2 * i + 1]);
    most = Math.max(most, Math.min(losses[2 * i + 1], uniform * 1.6));
  }
  /** @param {number} s */
  const x = (s) => left + s / Math.max(1, state.steps) * inner;
  /** @param {number} l */
  const y = (l) => bottom - (Math.min(l, most) - least) / (most - least) * (bottom - top);

  // Axes: a hairline and a figure at each whole loss, guessing dashed.
  context.textBaseline = "middle";
  context.textAlign = "right";
  for (let l = Math.ceil(least); l <= most; l++) {
    context.fillStyle = line;
    context.fillRect(left, Math.round(y(l)), inner, 0.75);
    context.fillStyle = soft;
    if (Math.abs(y(l) - y(uniform)) > 12) context.fillText(String(l), left - 6, y(l));
  }
  context.strokeStyle = warm;
  context.lineWidth = 1;
  context.setLineDash([5, 4]);
  context.beginPath();
  context.moveTo(left, y(uniform));
  context.lineTo(width - right, y(uniform));
  context.stroke();
  context.setLineDash([]);
  context.fillStyle = warm;
  context.fillText(uniform.toFixed(2), left - 6, y(uniform));
  context.textAlign = "right";
  context.textBaseline = "bottom";
  if (height > 60) context.fillText(`guessing, ln ${state.facts?.vocabulary.length ?? 27}`, width - right - 2, y(uniform) - 2);
  if (height > 60) {
    context.fillStyle = soft;
    context.textBaseline = "alphabetic";
    for (let k = 0; k <= 4; k++) {
      context.textAlign = k === 0 ? "left" : k === 4 ? "right" : "center";
      context.fillText(whole(state.steps * k / 4), left + inner * k / 4, height - 2);
    }
  }

  // Dots, thinned to what the pixels can show; those beyond the present step are known already, and pale.
  const every = Math.max(1, Math.ceil(count / (inner * 4)));
  const size = inner / Math.max(1, state.steps) > 3 ? 2.4 : 1.6;
  context.fillStyle = ink;
  for (const isPast of [true, false]) {
    context.globalAlpha = isPast ? 0.34 : 0.1;
    for (let i = 0; i < count; i += every) {
      const s = losses[2 * i];
      if (s <= state.step === isPast) context.fillRect(x(s) - size / 2, y(losses[2 * i + 1]) - size / 2, size, size);
    }
  }
  context.globalAlpha = 1;
  stroke(means, value, 1.75, []);
  stroke(heldOuts, color("--held"), 1.5, [1, 3]);

  /**
   * @param {ArrayLike<number>} list
   * @param {string} paint
   * @param {number} thick
   * @param {number[]} dash
   */
  function stroke(list, paint, thick, dash) {
    const total = list.length >> 1;
    if (total === 0) return;
    const skip = Math.max(1, Math.floor(total / (inner * 2)));
    context.strokeStyle = paint;
    context.lineWidth = thick;
    context.lineJoin = context.lineCap = "round";
    context.setLineDash(dash);
    for (const isPast of [true, false]) {
      context.globalAlpha = isPast ? 1 : 0.25;
      context.beginPath();
      let isOpen = false;
      for (let i = 0; i < total; i += skip) {
        const s = list[2 * i];
        if (s <= state.step !== isPast) continue;
        if (isOpen) context.lineTo(x(s), y(list[2 * i + 1])); else context.moveTo(x(s), y(list[2 * i + 1]));
        isOpen = true;
      }
      context.stroke();
    }
    context.globalAlpha = 1;
    context.setLineDash([]);
  }

  // The present.
  context.fillStyle = ink;
  context.fillRect(x(state.step) - 0.5, top - 2, 1, bottom - top + 4);
  context.beginPath();
  context.moveTo(x(state.step) - 4, top - 5);
  context.lineTo(x(state.step) + 4, top - 5);
  context.lineTo(x(state.step), top + 1);
  context.fill();
}

/**
 * Makes the plot follow the state, and the run follow the plot.
 * @param {(step: number) => void} goTo
 */
export function startTimeline(goTo) {
  // At full speed in a frame of its own: handing over its canvas takes as long as setting the texts.
  let wait = 0;
  everyFrame(() => {
    if (wait === 0) return;
    wait -= 1;
    if (wait === 0) drawPlot(); else schedule();
  });
  watch("frame step steps facts theme contrast", () => {
    if (!isFullSpeed()) return drawPlot();
    wait = FRAMES_LATER;
    schedule();
  });
  watch("step steps frame", () => {
    plotBox.setAttribute("aria-valuemax", String(state.furthest));
    if (state.playing) return;
    plotBox.setAttribute("aria-valuenow", String(state.step));
    plotBox.setAttribute("aria-valuetext", `step ${state.step} of ${state.steps}, loss ${lossFigure(state.loss)}`);
  });
  new ResizeObserver(drawPlot).observe(plotBox);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawPlot);
  let isDragging = false;
  plotBox.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    isDragging = true;
    plotBox.setPointerCapture(event.pointerId);
    goTo(stepAt(event.clientX));
  });
  plotBox.addEventListener("pointermove", (event) => { if (isDragging) goTo(stepAt(event.clientX)); });
  for (const kind of ["pointerup", "pointercancel"]) plotBox.addEventListener(kind, () => { isDragging = false; });
}
