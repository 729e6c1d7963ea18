// @ts-check
// The keyboard. Every key answers in the next frame; none is taken from an input.

import { focusLine, moveFocus, releaseFocus } from "./focus.js";
import { isDark } from "./palette.js";
import { choosePosition, shownPosition } from "./reading.js";
import { goTo, takeSteps, togglePlay } from "./run.js";
import { state, update } from "./store.js";

/** @type {State["comments"][]} */
const COMMENTS = ["all", "headings", "none"];
const ZOOMS = [0.8, 1, 1.25, 1.5, 2, 2.5, 3];

/** @param {number} way */
function changeZoom(way) {
  const place = ZOOMS.indexOf(state.zoom);
  update({ zoom: ZOOMS[Math.max(0, Math.min(ZOOMS.length - 1, place + way))] });
}

/** @type {{[key: string]: (event: KeyboardEvent) => void}} */
const ACTIONS = {
  " ": () => togglePlay(),
  ArrowRight: (event) => { if (event.shiftKey) choosePosition(shownPosition() + 1); else takeSteps(1); },
  ArrowLeft: (event) => { if (event.shiftKey) choosePosition(shownPosition() - 1); else goTo(state.step - 1); },
  ArrowDown: () => moveFocus(1),
  ArrowUp: () => moveFocus(-1),
  PageUp: () => goTo(state.step - 100),
  PageDown: () => goTo(state.step + 100),
  Home: () => goTo(0),
  End: () => goTo(state.furthest),
  Enter: () => { if (state.focus) focusLine(state.focus.line, !state.focus.pinned); },
  Escape: () => { if (state.settingsOpen) update({ settingsOpen: false }); else if (state.focus) releaseFocus(); else update({ keysShown: false }); },
  "+": () => changeZoom(1),
  "=": () => changeZoom(1),
  "-": () => changeZoom(-1),
  "0": () => update({ zoom: 1 }),
  "?": () => update({ keysShown: !state.keysShown }),
  c: () => update({ comments: COMMENTS[(COMMENTS.indexOf(state.comments) + 1) % 3] }),
  d: () => update({ theme: isDark() ? "light" : "dark" }),
  v: () => update({ tab: "value" }),
  g: () => update({ tab: "gradient" }),
  m: () => update({ tab: "moment" }),
};

/** Listens to the keyboard. */
export function startKeys() {
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const target = event.target;
    if (target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement) return;
    if (target instanceof HTMLInputElement && (target.type !== "range" || !" ?+-".includes(event.key))) return;
    if (target instanceof HTMLButtonElement && (event.key === " " || event.key === "Enter")) return;
    const action = ACTIONS[event.key];
    if (!action) return;
    event.preventDefault();
    action(event);
  });
}
