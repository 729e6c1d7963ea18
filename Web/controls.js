// @ts-check
// The bar: the program, play and step, speed, engine, seed, the loss, the verdict.

import { showProgram } from "./columns.js";
import { lossFigure, rate, whole } from "./format.js";
import { chooseSpeed, drawSamples, goTo, startRun, takeSteps, togglePlay, verifyRun } from "./run.js";
import { SPEEDS } from "./speeds.js";
import { state, update, watch } from "./store.js";

/**
 * The element of that id.
 * @template {keyof Parts} Id
 * @param {Id} id
 * @returns {Parts[Id]}
 */
export function part(id) {
  return /** @type {any} */ (document.getElementById(id));
}

/**
 * Writes a text where it differs.
 * @param {keyof Parts} id
 * @param {string} text
 */
function write(id, text) {
  const element = part(id);
  if (element.textContent !== text) element.textContent = text;
}

function showBar() {
  const { playing, step, steps, loss, stepsPerSecond, speed, frame, verify } = state;
  part("play").dataset.playing = String(playing);
  part("play").ariaLabel = playing ? "Pause" : "Train";
  write("playWord", playing ? "Pause" : step === 0 ? "Train" : step >= steps ? "Again" : "Go on");
  write("loss", lossFigure(loss));
  write("rate", playing && SPEEDS[speed].rate > 0 && stepsPerSecond > 0 ? `${rate(stepsPerSecond)} steps/s` : frame && stepsPerSecond > 0 ? `${rate(stepsPerSecond)} steps/s` : "");
  write("stepFigure", whole(step));
  write("stepsFigure", ` of ${whole(steps)}`);
  write("speedName", SPEEDS[speed].name);
  part("speed").value = String(speed);
  part("speed").setAttribute("aria-valuetext", SPEEDS[speed].name);
  part("back").disabled = step <= 0;
  part("forward").disabled = !state.facts || step >= steps;
  const badge = part("verify");
  const text = !verify ? "Verify" : verify.running ? `${Math.floor(100 * verify.done / verify.of)} %` : verify.isEqual ? "bit for bit" : "differs";
  write("verify", text);
  badge.dataset.state = !verify ? "ask" : verify.running ? "running" : verify.isEqual ? "good" : "bad";
  badge.style.setProperty("--done", String(verify?.running ? verify.done / verify.of : 0));
  badge.title = verify?.result || "Run the reference's 1,000 steps in exact arithmetic and compare with CPython's figures";
  const said = state.message || verify?.result || "";
  write("message", said);
  part("message").dataset.state = said !== "" && said === verify?.result ? badge.dataset.state : "";
}

/**
 * Changes a setting and starts anew.
 * @param {string} key
 * @param {string | number} value
 */
export function changeSetting(key, value) {
  update({ settings: { ...state.settings, [key]: value } });
  startRun();
}

/**
 * Makes the bar follow the state, and the state the bar.
 * @param {ProgramText[]} list
 */
export function startControls(list) {
  const select = part("program"), lessons = list.filter(({ key }) => key === null);
  select.querySelector("optgroup")?.append(
    ...lessons.map(({ name }, i) => new Option(name.replace(/^.*\/|\.swift$/g, ""), `lesson${i}`)));
  select.addEventListener("change", () => showProgram(select.value));
  watch("program", () => {
    select.value = state.program;
    const isLesson = state.program.startsWith("lesson");
    if (isLesson || state.message.startsWith("A lesson")) update({ message: isLesson ? "A lesson to read; the run is that of microgpt.swift." : "" });
    document.title = `${select.selectedOptions[0]?.text ?? "microgpt"}: a GPT that trains in this page`;
  });
  part("play").addEventListener("click", togglePlay);
  part("back").addEventListener("click", () => goTo(state.step - 1));
  part("forward").addEventListener("click", () => takeSteps(1));
  part("speed").max = String(SPEEDS.length - 1);
  part("speed").addEventListener("input", () => chooseSpeed(Number(part("speed").value)));
  part("engine").addEventListener("change", () => changeSetting("engine", part("engine").value));
  part("seed").addEventListener("change", () => changeSetting("seed", Math.max(0, Math.floor(Number(part("seed").value) || 0))));
  part("verify").addEventListener("click", verifyRun);
  part("more").addEventListener("click", drawSamples);
  part("settingsButton").addEventListener("click", () => update({ settingsOpen: !state.settingsOpen }));
  part("keysButton").addEventListener("click", () => update({ keysShown: !state.keysShown }));
  watch("playing step steps loss stepsPerSecond speed frame verify facts message", showBar);
  watch("keysShown", () => { part("keys").hidden = !state.keysShown; part("keysButton").ariaExpanded = String(state.keysShown); });
  watch("announcement playing", () => { part("announcer").textContent = state.playing ? "" : state.announcement || (state.loss !== undefined ? `Paused at step ${state.step}, loss ${lossFigure(state.loss)}` : ""); });
  showBar();
}
