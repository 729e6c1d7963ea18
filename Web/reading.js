// @ts-check
// What the model reads: the document of the next step, another of the training documents, or one that is typed. Its
// tokens stand in a row; the chosen one is the position that strips and panel show.

import { lossFigure, tokenName, whole } from "./format.js";
import { make } from "./panel.js";
import { refresh } from "./run.js";
import { state, update, watch } from "./store.js";

const chips = /** @type {HTMLElement} */ (document.getElementById("tokens"));
const input = /** @type {HTMLInputElement} */ (document.getElementById("documentText"));
const which = /** @type {HTMLElement} */ (document.getElementById("which"));
let chipKey = "";

/** The position that is shown: the chosen one, or the last of a shorter document. */
export function shownPosition() {
  return Math.max(0, Math.min(state.position, (state.frame?.document.tokens.length ?? 2) - 2));
}

/**
 * Chooses the position.
 * @param {number} position
 */
export function choosePosition(position) {
  const last = (state.frame?.document.tokens.length ?? 2) - 2;
  update({ position: Math.max(0, Math.min(position, last)), showing: "value" });
  refresh();
}

/**
 * Chooses a training document; −1 is that of the next step.
 * @param {number} index
 */
function chooseDocument(index) {
  const total = state.facts?.documents ?? 1;
  update({ document: index < -1 ? total - 1 : index >= total ? -1 : index, text: null });
  refresh();
}

function showTokens() {
  const { frame } = state;
  if (!frame) return;
  const { tokens: letters, losses, text, loss } = frame.document;
  if (document.activeElement !== input) input.value = text;
  const key = letters.join("\u0000");
  if (key !== chipKey) {
    chipKey = key;
    chips.replaceChildren(...letters.slice(0, -1).map((letter, i) => {
      const chip = make("button", "chip");
      chip.role = "radio";
      chip.append(make("span", "letter", tokenName(letter)), make("span", "chipBar"));
      chip.addEventListener("click", () => choosePosition(i));
      return chip;
    }));
  }
  const guess = frame.loss.uniform || 3.3;
  [...chips.children].forEach((element, i) => {
    const chip = /** @type {HTMLElement} */ (element), chosen = i === shownPosition();
    chip.ariaChecked = String(chosen);
    chip.tabIndex = chosen ? 0 : -1;
    chip.style.setProperty("--surprise", Math.min(1, (losses[i] ?? 0) / (1.4 * guess)).toFixed(3));
    if (!state.playing || state.speed < 2) chip.title = `position ${i}: reads ${tokenName(letters[i])}, next ${tokenName(letters[i + 1])}, surprise ${lossFigure(losses[i])}`;
  });
  const name = state.text !== null ? "your own text" : state.document < 0 ? "next document" : `document ${whole(state.document + 1)} of ${whole(state.facts?.documents ?? 0)}`;
  if (which.textContent !== name) which.textContent = name;
  which.title = `loss ${lossFigure(loss)}`;
}

/** Makes the chooser follow the state. */
export function startReading() {
  watch("frame position document text", showTokens);
  input.addEventListener("input", () => { update({ text: input.value === "" ? null : input.value, document: -1 }); refresh(); });
  input.addEventListener("keydown", (event) => {
    if (event.key === "Escape" || event.key === "Enter") { if (event.key === "Escape") chooseDocument(-1); input.blur(); }
    event.stopPropagation();
  });
  document.getElementById("previousDocument")?.addEventListener("click", () => chooseDocument(state.document - 1));
  document.getElementById("nextDocument")?.addEventListener("click", () => chooseDocument(state.document + 1));
  chips.addEventListener("keydown", (event) => {
    const way = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (way === 0) return;
    event.preventDefault();
    event.stopPropagation();
    choosePosition(shownPosition() + way);
    const chosen = chips.children[shownPosition()];
    if (chosen instanceof HTMLElement) chosen.focus();
  });
}
