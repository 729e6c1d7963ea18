// @ts-check
// The drawer: the model's sizes, training, the text, and how the page looks. A change of the model starts it anew.

import { changeSetting, part } from "./controls.js";
import { make } from "./panel.js";
import { whole } from "./format.js";
import { say, startRun } from "./run.js";
import { state, update, watch } from "./store.js";

/**
 * The settings of the drawer: key, word, and what the input takes.
 * @type {[key: string, word: string, least: number, most: number, step: number | "any", preset: number][]}
 */
const FIELDS = [
  ["layers", "Layers", 1, 8, 1, 1], ["embedding", "Width", 4, 256, 4, 16], ["heads", "Heads", 1, 16, 1, 4],
  ["block_size", "Block size", 2, 256, 1, 16], ["batch_size", "Batch", 1, 64, 1, 1], ["steps", "Steps", 1, 1000000, 1, 1000],
  ["learning_rate", "Learning rate", 0, 1, "any", 0.01], ["temperature", "Temperature", 0, 5, 0.1, 0.5],
  ["hold_out", "Held out", 0, 0.5, 0.05, 0], ["seed", "Seed", 0, 4294967295, 1, 42],
];
/**
 * The choices that stay for the next visit. The first two have radio buttons.
 * @type {["theme", "comments", "contrast"]}
 */
const SAVED = ["theme", "comments", "contrast"];

/**
 * The radio buttons of a choice.
 * @param {string} name
 * @returns {NodeListOf<HTMLInputElement>}
 */
function radios(name) {
  return document.querySelectorAll(`input[name=${name}]`);
}

function showSettings() {
  const { facts, settings, settingsOpen } = state;
  part("drawer").hidden = !settingsOpen;
  part("settingsButton").ariaExpanded = String(settingsOpen);
  for (const [key, , , , , preset] of FIELDS) {
    const input = part(`setting-${key}`), known = facts?.hyperparameters.find((h) => h.key === key);
    if (document.activeElement !== input) input.value = String(settings[key] ?? known?.value ?? preset);
    if (known) input.title = known.help;
  }
  if (document.activeElement !== part("seed")) part("seed").value = String(settings.seed ?? 42);
  part("engine").value = settings.engine ?? "exact";
  for (const radio of radios("engine")) radio.checked = radio.value === part("engine").value;
  if (facts) part("modelSize").textContent = `${whole(facts.parameters)} parameters, ${whole(facts.documents)} documents, ${facts.vocabulary.length} tokens`;
  part("ownText").hidden = state.ownText === null;
}

function showLook() {
  document.documentElement.dataset.theme = state.theme;
  document.documentElement.classList.toggle("contrast", state.contrast);
  part("contrast").checked = state.contrast;
  for (const name of SAVED) {
    if (name === "contrast") continue;
    for (const radio of radios(name)) radio.checked = radio.value === state[name];
    save(name);
  }
}

/**
 * Keeps a choice for the next visit.
 * @param {typeof SAVED[number]} key
 */
function save(key) {
  try { localStorage.setItem(`microgpt.${key}`, JSON.stringify(state[key])); } catch { /* A page from a file may have no storage. */ }
}

/**
 * Trains on a text of the reader's own.
 * @param {string | null} text
 * @param {string} name
 */
function takeText(text, name) {
  if (text !== null && text.trim() === "") { say("The text is empty: give one document on each line."); return; }
  const bytes = text === null ? null : new TextEncoder().encode(text);
  update({ ownText: bytes });
  part("textName").textContent = bytes === null ? "Built-in names" : `${name}, ${whole(bytes.length)} bytes`;
  startRun();
}

/** @param {File | null | undefined} file */
async function takeFile(file) {
  if (file) takeText(await file.text(), file.name);
}

/** Makes the drawer follow the state, and the state the drawer. */
export function startSettings() {
  // The system's wish for contrast, unless the reader has chosen here.
  update({ contrast: matchMedia("(prefers-contrast: more)").matches });
  try {
    for (const key of SAVED) {
      const saved = localStorage.getItem(`microgpt.${key}`);
      if (saved !== null) update({ [key]: JSON.parse(saved) });
    }
  } catch { /* A page from a file may have no storage. */ }
  part("fields").append(...FIELDS.map(([key, word, least, most, step, preset]) => {
    const label = make("label", "field"), input = make("input", "");
    Object.assign(input, { type: "number", id: `setting-${key}`, min: String(least), max: String(most), step: String(step), value: String(preset), inputMode: "decimal" });
    input.addEventListener("change", () => { if (input.value !== "" && Number.isFinite(input.valueAsNumber)) changeSetting(key, input.valueAsNumber); });
    label.append(make("span", "", word), input);
    return label;
  }));
  for (const name of ["theme", "comments"]) {
    for (const radio of radios(name)) radio.addEventListener("change", () => update({ [name]: radio.value }));
  }
  for (const radio of radios("engine")) radio.addEventListener("change", () => changeSetting("engine", radio.value));
  part("contrast").addEventListener("change", () => { update({ contrast: part("contrast").checked }); save("contrast"); });
  part("closeSettings").addEventListener("click", () => update({ settingsOpen: false }));
  part("file").addEventListener("change", () => takeFile(part("file").files?.[0]));
  part("ownText").addEventListener("click", () => takeText(null, ""));
  part("paste").addEventListener("change", () => { if (part("paste").value !== "") takeText(part("paste").value, "Pasted text"); });
  part("print").addEventListener("click", () => print());
  addEventListener("dragover", (event) => { event.preventDefault(); document.body.classList.add("dropping"); });
  addEventListener("dragleave", (event) => { if (event.relatedTarget === null) document.body.classList.remove("dropping"); });
  addEventListener("drop", (event) => {
    event.preventDefault();
    document.body.classList.remove("dropping");
    takeFile(event.dataTransfer?.files[0]);
    const text = event.dataTransfer?.getData("text/plain");
    if (!event.dataTransfer?.files.length && text) takeText(text, "Dropped text");
  });
  addEventListener("paste", (event) => {
    if (event.target instanceof HTMLInputElement || event.target instanceof HTMLTextAreaElement) return;
    const text = event.clipboardData?.getData("text/plain") ?? "";
    if (text.includes("\n")) takeText(text, "Pasted text");
  });
  watch("facts settings settingsOpen ownText", showSettings);
  watch("theme comments contrast", showLook);
  showSettings();
  showLook();
}
