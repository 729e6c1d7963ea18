// @ts-check
// For development alone: Scripts/build-page puts a module of the same name into the built page, with the programs' texts
// and the WebAssembly module. Here the texts are fetched and the Worker is a stand-in; serve the repository's root and
// open Web/page.html.

import { MockWorker } from "./mock.js";

const lessons = ["1-counting", "2-gradient-descent", "3-by-hand", "4-autograd", "5-attention", "6-microgpt"];
const programNames = ["microgpt.swift", "microgpt_matrix.swift", ...lessons.map((name) => `Lessons/${name}.swift`)];
/** @type {ProgramKey[]} */
const programKeys = ["microgpt", "matrix"];

/**
 * The programs: their names, the keys that the Worker knows them by, and their texts.
 * @type {ProgramText[]}
 */
export const programs = await Promise.all(programNames.map(async (name, i) => (
  { name, key: programKeys[i] ?? null, text: await (await fetch(`../${name}`)).text() })));

/**
 * A Worker that has its module.
 * @returns {Worker}
 */
export function startWorker() {
  return /** @type {any} */ (new MockWorker());
}
