// @ts-check
// Messages to the Worker, each with one answer.

import { startWorker } from "./assets.js";

/** @type {Worker} */
let port;
let lastNumber = 0;
/** @type {Map<number, {resolve: (answer: any) => void, reject: (problem: Error) => void}>} */
const unanswered = new Map();

/**
 * Starts the Worker.
 * @param {(problem: string) => void} onFailure
 */
export function openLink(onFailure) {
  port = startWorker();
  port.onmessage = ({ data }) => {
    const { id, ...answer } = data, waiting = unanswered.get(id);
    unanswered.delete(id);
    if (!waiting) { if (answer.error) onFailure(answer.error); return; }
    if (answer.error) waiting.reject(new Error(answer.error));
    else waiting.resolve(answer);
  };
  port.onerror = (event) => onFailure(event.message || "The Worker could not be started.");
}

/**
 * Sends a message and waits for its answer.
 * @template {MessageKind} Kind
 * @param {Kind} kind
 * @param {Fields<Kind>} fields
 * @returns {Promise<Messages[Kind]["answer"]>}
 */
export function ask(kind, fields) {
  const id = ++lastNumber;
  return new Promise((resolve, reject) => {
    unanswered.set(id, { resolve, reject });
    port.postMessage({ id, kind, ...fields });
  });
}
