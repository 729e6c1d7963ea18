// @ts-check
// The page's one source of truth. Whoever changes it calls `update`; whoever shows it calls `watch`. However many
// changes a frame brings, each watcher draws once in it.

/**
 * What the page knows.
 * @type {State}
 */
export const state = {
  // What is shown.
  program: "microgpt", comments: "all", theme: "system", zoom: 1, contrast: false, keysShown: false, settingsOpen: false,
  // What is looked at: a line ({line, pinned} or null), its answer and its tab.
  focus: null, detail: null, tab: "value",
  // What is read: the index of a training document (-1: that of the next step) or a text of one's own.
  document: -1, text: null, position: 2,
  // What the Worker said last.
  facts: null, frame: null, step: 0, steps: 1000, furthest: 0, loss: undefined, stepsPerSecond: 0,
  // What is asked of it.
  playing: false, speed: 7, settings: {}, ownText: null,
  // The slow walk: the line in execution and what its strips show.
  cursor: null, showing: "value",
  // Sentences for the reader.
  verify: null, message: "", announcement: "",
};

/** @type {{keys: string[], draw: (state: State, changed: Set<string>) => void}[]} */
const watchers = [];
/** @type {Set<string>} */
const changedKeys = new Set();
/** @type {((now: number) => void)[]} */
const tickers = [];
let scheduled = false;
/**
 * Calls `draw` in the next frame after one of `keys` has changed.
 * @template {string} List
 * @param {KeyList<List>} keys separated by spaces
 * @param {(state: State, changed: Set<string>) => void} draw
 */
export function watch(keys, draw) {
  watchers.push({ keys: keys.split(" "), draw });
}

/**
 * Calls `tick` at the start of every scheduled frame.
 * @param {(now: number) => void} tick
 */
export function everyFrame(tick) {
  tickers.push(tick);
}

/**
 * Changes the state; equal values change nothing.
 * @param {Partial<State>} changes
 */
export function update(changes) {
  /** @type {{[key: string]: any}} */
  const known = state;
  for (const [key, value] of Object.entries(changes)) {
    if (known[key] === value) continue;
    known[key] = value;
    changedKeys.add(key);
  }
  if (changedKeys.size > 0) schedule();
}

/** Asks for a frame. */
export function schedule() {
  if (scheduled) return;
  scheduled = true;
  requestAnimationFrame(renderFrame);
}

/** @param {number} now */
function renderFrame(now) {
  scheduled = false;
  for (const tick of tickers) tick(now);
  const changed = new Set(changedKeys);
  changedKeys.clear();
  for (const watcher of watchers) if (watcher.keys.some((key) => changed.has(key))) watcher.draw(state, changed);
}
