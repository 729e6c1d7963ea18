// @ts-check
// How fast it goes: from a line at a time to all the machine gives.

import { state } from "./store.js";

/** The positions of the speed slider. `rate` is in steps a second; a walk shows `lines` of code a second instead. */
export const SPEEDS = [
  { name: "a line at a time", rate: 0, lines: 4 },
  { name: "a position at a time", rate: 0, lines: 45 },
  { name: "1 step a second", rate: 1, lines: 0 },
  { name: "5 steps a second", rate: 5, lines: 0 },
  { name: "25 steps a second", rate: 25, lines: 0 },
  { name: "100 steps a second", rate: 100, lines: 0 },
  { name: "500 steps a second", rate: 500, lines: 0 },
  { name: "all the machine gives", rate: Infinity, lines: 0 },
];

/** Whether it trains at all the machine gives: then a frame of the Worker is shown over several frames of the screen. */
export function isFullSpeed() {
  return state.playing && SPEEDS[state.speed].rate === Infinity;
}
