// @ts-check
// What the model makes up, newest first. A sample that is among the documents is marked: it may be memorized.

import { whole } from "./format.js";
import { make } from "./panel.js";
import { state, watch } from "./store.js";

const MOST = 60;
const list = /** @type {HTMLElement} */ (document.getElementById("sampleList"));
let sampleTotal = 0, knownTotal = 0;

/** How many samples have come, for the next frame's `sampleSince`. */
export function sampleCount() {
  return sampleTotal;
}

/**
 * Takes the samples of a frame.
 * @param {Frame} frame
 */
export function takeSamples({ samples, sampleCount: total }) {
  if (samples.length === 0) return;
  sampleTotal = total;
  for (const sample of samples) if (!sample.isNew) knownTotal++;
  const items = samples.slice(-MOST).map((sample) => {
    const item = make("li", sample.isNew ? "" : "known");
    item.append(make("span", "name", sample.text || "(empty)"), make("span", "at", whole(sample.step)));
    item.title = sample.isNew ? `made up after step ${whole(sample.step)}` : `one of the documents; made after step ${whole(sample.step)}`;
    if (!sample.isNew) item.append(make("span", "spoken", ", one of the documents"));
    return item;
  });
  list.prepend(...items.reverse());
  while (list.children.length > MOST) list.lastElementChild?.remove();
}

/** Forgets a run's samples. */
export function clearSamples() {
  list.replaceChildren();
  sampleTotal = knownTotal = 0;
}

/** Shows how many are new. */
export function startSamples() {
  const count = /** @type {HTMLElement} */ (document.getElementById("sampleTotal"));
  watch("frame facts", () => {
    const text = sampleTotal === 0 ? (state.step > 0 ? "" : "come with training") : `${whole(sampleTotal - knownTotal)} new, ${whole(knownTotal)} known`;
    if (count.textContent !== text) count.textContent = text;
  });
}
