// @ts-check
// Print: one A3 landscape sheet with the columns alone, and the strips as they stand if their box is ticked.

import { setForPrint } from "./columns.js";
import { part } from "./controls.js";
import { lossFigure, whole } from "./format.js";
import { state } from "./store.js";
import { repaintStrips } from "./strips.js";

/** @param {boolean} printing */
function prepare(printing) {
  document.documentElement.classList.toggle("onPaper", printing);
  document.documentElement.classList.toggle("withoutStrips", printing && !part("printStrips").checked);
  if (printing) {
    const words = [part("program").selectedOptions[0]?.text ?? "microgpt"];
    if (state.facts && state.step > 0 && part("printStrips").checked) {
      words.push(`the strips show the model after step ${whole(state.step)} of ${whole(state.steps)}`, `seed ${state.settings.seed ?? 42}`, `loss ${lossFigure(state.loss)}`);
      if (state.frame?.document.text) words.push(`reading “${state.frame.document.text}”, position ${state.frame.position}`);
    }
    part("caption").textContent = words.join(" · ");
  }
  setForPrint(printing);
  repaintStrips(printing);
}

/** Sets the page for print, and back. */
export function startPaper() {
  addEventListener("beforeprint", () => prepare(true));
  addEventListener("afterprint", () => prepare(false));
}
