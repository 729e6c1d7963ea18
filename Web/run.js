// @ts-check
// What the page asks of the Worker: start, run, step, go to a step, and a frame whenever there is something to show.

import { ask } from "./link.js";
import { clearSamples, sampleCount, takeSamples } from "./samples.js";
import { isFullSpeed, SPEEDS } from "./speeds.js";
import { everyFrame, schedule, state, update } from "./store.js";
import { clearLoss, lastMean, lossCount, lossOf, takeLoss } from "./timeline.js";
import { duration } from "./format.js";

let isAsking = false, isStale = true, isAskingLine = false, lineIsStale = true, isStarting = false, mayAsk = false;
/** The step to go to, while the Worker is on its way to another. */
let wanted = -1, isGoing = false, lastLineAt = 0, lastFrameAt = 0, playBegan = 0;
/** Bumped by `start`: answers of an earlier run are dropped. */
let runNumber = 0;
/** The last twentieth of the run after which a sample was drawn. */
let drawnAt = -1;

/** Something changed: the next frame asks the Worker again. */
export function refresh() {
  isStale = true;
  lineIsStale = true;
  schedule();
}

/**
 * Shows a sentence of the Worker or of the page.
 * @param {unknown} problem
 */
export function say(problem) {
  const text = problem instanceof Error ? problem.message : String(problem);
  update({ message: text, announcement: text });
}

/** Starts a new run with the chosen settings. */
export async function startRun() {
  const number = ++runNumber;
  isStarting = true;
  mayAsk = false;
  update({ playing: false, cursor: null, showing: "value" });
  try {
    const { facts } = await ask("start", { settings: state.settings, text: state.ownText });
    if (number !== runNumber) return;
    clearLoss();
    clearSamples();
    const steps = facts.hyperparameters.find((h) => h.key === "steps")?.value;
    update({ facts, frame: null, step: 0, furthest: 0, steps: Number(steps ?? state.steps), loss: undefined, stepsPerSecond: 0, verify: null, detail: null, message: "", document: -1 });
    mayAsk = true;
    drawnAt = -1;
    refresh();
  } catch (problem) { if (number === runNumber) say(problem); } finally { if (number === runNumber) isStarting = false; }
}

/** Plays or pauses. */
export async function togglePlay() {
  await setPlaying(!state.playing);
}

/** @param {boolean} playing */
export async function setPlaying(playing) {
  if (!state.facts || (playing && isStarting)) return;
  if (playing && state.step >= state.steps) { await goToStep(0); }
  const { rate: stepsASecond } = SPEEDS[state.speed];
  update({ playing, message: "" });
  if (playing) { playBegan = performance.now(); update({ announcement: "" }); }
  else update({ cursor: null, showing: "value" });
  if (stepsASecond > 0) update({ cursor: null, showing: "value" });
  if (playing && stepsASecond > 0) update({ text: null, document: -1 });
  try { await ask("run", { speed: playing ? stepsASecond : 0 }); } catch (problem) { update({ playing: false }); say(problem); }
  refresh();
}

/**
 * Chooses a speed.
 * @param {number} speed an index into SPEEDS
 */
export function chooseSpeed(speed) {
  update({ speed: Math.max(0, Math.min(SPEEDS.length - 1, speed)) });
  if (state.playing) setPlaying(true);
}

/**
 * Takes steps and pauses.
 * @param {number} count
 */
export async function takeSteps(count) {
  if (!state.facts) return;
  update({ playing: false, cursor: null, showing: "value", message: "" });
  try { await ask("step", { count }); } catch (problem) { say(problem); }
  refresh();
}

/**
 * Goes to a step; while dragging, the last wish wins.
 * @param {number} step
 */
export async function goTo(step) {
  if (!state.facts) return;
  wanted = Math.max(0, Math.min(step, state.furthest));
  update({ playing: false, cursor: null, showing: "value", step: wanted, message: "" });
  if (isGoing) return;
  isGoing = true;
  try {
    while (wanted >= 0) {
      const to = wanted;
      wanted = -1;
      await goToStep(to);
      refresh();
    }
  } finally { isGoing = false; }
}

/** @param {number} step */
async function goToStep(step) {
  try { await ask("rewind", { step }); } catch (problem) { say(problem); }
}

/** Draws samples from the model as it is. */
export async function drawSamples() {
  try { await ask("sample", { count: 5, temperature: Number(state.settings.temperature ?? 0.5) }); } catch (problem) { say(problem); }
  refresh();
}

/** Runs the reference's run and compares it with CPython's figures. */
export async function verifyRun() {
  if (!state.facts || state.verify?.running) return;
  update({ playing: false, verify: { running: true, done: 0, of: 1 } });
  try {
    const { result, isEqual } = await ask("verify", {});
    update({ verify: { running: false, result, isEqual }, announcement: result });
  } catch (problem) { update({ verify: null }); say(problem); }
  refresh();
}

/**
 * Asks for a frame and for the line in focus; at most one of each is under way.
 * @param {number} now
 */
function askForFrame(now) {
  if (!mayAsk) return;
  const isLive = (state.playing && SPEEDS[state.speed].rate > 0) || state.verify?.running;
  // At full speed every fifth frame of the screen is enough: the Worker has more time to train.
  const isEarly = isFullSpeed() && !isStale && now - lastFrameAt < 75;
  if (isEarly) schedule();
  if (!isAsking && !isEarly && (isLive || isStale)) {
    lastFrameAt = now;
    isAsking = true;
    isStale = false;
    const number = runNumber;
    ask("frame", { document: state.document, text: state.text, position: state.position, lossSince: lossCount(), sampleSince: sampleCount(), of: state.showing })
      .then((frame) => { if (number === runNumber) takeFrame(frame); }, say)
      .finally(() => { isAsking = false; if (isStale || isLive) schedule(); });
  }
  if (state.focus && !isAskingLine && (lineIsStale || isLive) && now - lastLineAt > (isLive ? 120 : 0) && (state.program === "microgpt" || state.program === "matrix")) {
    if (!state.facts?.lines[state.program].some((f) => f.line === state.focus?.line)) return;
    isAskingLine = true;
    lineIsStale = false;
    lastLineAt = now;
    const program = state.program, number = runNumber;
    ask("line", { program, line: state.focus.line, document: state.document, text: state.text, position: state.position })
      .then((detail) => { if (number === runNumber && state.program === program && state.focus?.line === detail.line) update({ detail }); }, say)
      .finally(() => { isAskingLine = false; if (lineIsStale) schedule(); });
  }
}

/**
 * Takes a frame into the state.
 * @param {Frame} frame
 */
function takeFrame(frame) {
  takeLoss(frame);
  takeSamples(frame);
  const isWalking = state.playing && SPEEDS[state.speed].rate === 0;
  const { steps, stepsPerSecond, completed } = frame;
  /** @type {Partial<State>} */
  const changes = { frame, steps, stepsPerSecond, furthest: Math.max(state.furthest, completed) };
  if (wanted < 0 && !isGoing) changes.step = frame.step;
  changes.loss = lossOf(frame.step) ?? frame.document.loss;
  // A sample every twentieth of the run, so that one can read how they get better.
  const twentieth = Math.floor(20 * frame.step / Math.max(1, frame.steps));
  if (state.playing && twentieth !== drawnAt && frame.step >= state.furthest) {
    drawnAt = twentieth;
    ask("sample", { count: twentieth === 20 ? 6 : 1, temperature: Number(state.settings.temperature ?? 0.5) }).then(refresh, () => {});
  }
  if (frame.verify && state.verify?.running) changes.verify = { running: true, ...frame.verify };
  if (state.playing && !isWalking && !frame.running && frame.step >= frame.steps) {
    changes.playing = false;
    const seconds = (performance.now() - playBegan) / 1000;
    changes.message = `Trained in ${duration(seconds)}. Now slow time down.`;
    changes.announcement = `Trained: step ${frame.step}, smoothed loss ${lastMean()?.toFixed(4)}`;
  }
  if (frame.stopped) Object.assign(changes, { playing: false, message: frame.stopped, announcement: frame.stopped });
  update(changes);
}

/** Makes frames follow the state. */
export function startFrames() {
  everyFrame(askForFrame);
}
