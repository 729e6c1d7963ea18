// @ts-check
// microgpt in Swift, as a page: the whole program on one screen, and it is running. Swift computes in a Worker; these
// modules draw and listen. `store.js` is the one source of truth, and each frame draws what changed, once.

import { programs } from "./assets.js";
import { startColumns, takePrograms } from "./columns.js";
import { startControls } from "./controls.js";
import { followAddress, startFocus } from "./focus.js";
import { startKeys } from "./keys.js";
import { openLink } from "./link.js";
import { startPanel } from "./panel.js";
import { startPaper } from "./paper.js";
import { startReading } from "./reading.js";
import { goTo, refresh, say, startFrames, startRun } from "./run.js";
import { startSamples } from "./samples.js";
import { startSettings } from "./settings.js";
import { state, update, watch } from "./store.js";
import { startStrips } from "./strips.js";
import { startTimeline } from "./timeline.js";
import { startWalk } from "./walk.js";

async function startPage() {
  takePrograms(programs);
  startSettings();
  startStrips();
  startColumns();
  startFocus();
  startPanel();
  startTimeline(goTo);
  startSamples();
  startReading();
  startControls(programs);
  startFrames();
  startWalk();
  startKeys();
  startPaper();
  watch("focus program", refresh);
  openLink(say);
  await startRun();
  followAddress();
}

/** For tests and for measuring: the state, and how to change it. */
Object.assign(globalThis, { microgptPage: { state, update } });
startPage().catch(say);
