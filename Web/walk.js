// @ts-check
// Slow time: a cursor walks the lines in the order of execution. Down through the forward pass once for each position,
// up again with gradients, then over the optimizer; then the step is taken.

import { lineText, lineTotal, shownFacts } from "./columns.js";
import { reveal } from "./focus.js";
import { refresh } from "./run.js";
import { SPEEDS } from "./speeds.js";
import { ask } from "./link.js";
import { everyFrame, schedule, state, update } from "./store.js";
import { isHeading } from "./syntax.js";

/**
 * The stages that every position goes through.
 * @type {Set<string | undefined>}
 */
const FORWARD = new Set(["embedding", "attention", "mlp", "logits"]);

/** @type {{line: number, position: number, showing: Content}[]} */
let route = [];
let place = 0, nextAt = 0, routeKey = "", isStepping = false;

/**
 * The section that a line stands in: "MODEL", "TRAINING", …
 * @param {number} line
 */
function sectionOf(line) {
  for (; line > 0; line--) if (isHeading(lineText(line))) return lineText(line).slice(3).split(":")[0];
  return "";
}

/** The lines of one step in their order. */
function planRoute() {
  const facts = [...shownFacts().values()].sort((a, b) => a.order - b.order);
  const last = Math.max(0, (state.frame?.document.tokens.length ?? 2) - 2);
  const forward = facts.filter((fact) => FORWARD.has(fact.stage) && fact.kind === "value" && fact.cells > 0);
  const before = facts.filter((fact) => fact.stage === "tokens" && sectionOf(fact.line) === "TRAINING");
  const after = facts.filter((fact) => fact.stage === "loss");
  const gradients = facts.filter((fact) => fact.stage === "backward"), moments = facts.filter((fact) => fact.stage === "adam" && sectionOf(fact.line) === "TRAINING");
  route = before.map(({ line }) => ({ line, position: 0, showing: "value" }));
  for (let position = 0; position <= last; position++) for (const { line } of forward) route.push({ line, position, showing: "value" });
  for (const { line } of after) route.push({ line, position: last, showing: "value" });
  for (const { line } of gradients) route.push({ line, position: last, showing: "gradient" });
  for (let position = last; position >= 0; position -= Math.max(1, last)) for (const { line } of [...forward].reverse()) route.push({ line, position, showing: "gradient" });
  for (const { line } of moments) route.push({ line, position: 0, showing: "gradient" });
  place = 0;
}

/** @param {number} now */
function walk(now) {
  const speed = SPEEDS[state.speed];
  if (!state.playing || speed.rate > 0 || !state.frame || isStepping) return;
  if (lineTotal() === 0 || shownFacts().size === 0) return;
  schedule();
  const key = `${state.program} ${state.step} ${state.document} ${state.text}`;
  if (key !== routeKey) { routeKey = key; planRoute(); nextAt = now; }
  if (now < nextAt) return;
  nextAt = Math.max(nextAt, now - 100) + 1000 / speed.lines;
  if (place >= route.length) {
    isStepping = true;
    update({ message: "" });
    ask("step", { count: 1 }).then(refresh, () => {}).finally(() => {
      isStepping = false;
      if (state.step + 1 >= state.steps) update({ playing: false, cursor: null, showing: "value" });
      schedule();
    });
    return;
  }
  const { line, position, showing } = route[place++];
  const isElsewhere = position !== state.position || showing !== state.showing;
  const stage = shownFacts().get(line)?.stage;
  const pass = showing === "value" ? "forward pass" : stage === "adam" ? "Adam" : "backward pass";
  update({ cursor: line, position, showing, message: FORWARD.has(stage) ? `${pass}, position ${position}` : pass });
  if (isElsewhere) refresh();
  if (speed.lines < 10) reveal(line);
}

/** Starts to listen for slow time. */
export function startWalk() {
  everyFrame(walk);
}
