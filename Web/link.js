// @ts-check
// Messages to the Worker, each with one answer. In the built page the Worker's source and the module lie in the page
// itself; in development `mock.js` stands in for both.

/** @type {any} */
let port;
let lastNumber = 0;
/** @type {Map<number, {resolve: (answer: any) => void, reject: (problem: Error) => void}>} */
const unanswered = new Map();
/** Messages that could not be sent before the Worker was there. @type {Promise<void> | undefined} */
let opening;

/** The bytes of gzip data in base64. @param {string} text @returns {Promise<ArrayBuffer>} */
async function unzipped(text) {
  const packed = Uint8Array.from(atob(text.replace(/\s+/g, "")), (c) => c.charCodeAt(0));
  return new Response(new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"))).arrayBuffer();
}

/** Starts the Worker. Safe to call once. @param {(problem: string) => void} onFailure */
export function openLink(onFailure) {
  opening ??= (async () => {
    const source = document.getElementById("worker"), module = document.getElementById("module");
    if (source && module) {
      const url = URL.createObjectURL(new Blob([source.textContent ?? ""], { type: "text/javascript" }));
      port = new Worker(url);
      URL.revokeObjectURL(url);
    } else {
      port = /** @type {any} */ (globalThis).development.worker();
    }
    port.onmessage = (/** @type {MessageEvent} */ event) => {
      const { id, ...answer } = event.data, waiting = unanswered.get(id);
      unanswered.delete(id);
      if (!waiting) { if (answer.error) onFailure(answer.error); return; }
      if (answer.error) waiting.reject(new Error(answer.error));
      else waiting.resolve(answer);
    };
    port.onerror = (/** @type {ErrorEvent} */ event) => onFailure(event.message || "The Worker could not be started.");
    if (module) {
      const bytes = await unzipped(module.textContent ?? "");
      port.postMessage({ id: 0, kind: "module", bytes }, [bytes]);
    }
  })();
  return opening;
}

/** Sends a message and waits for its answer. @param {string} kind @param {object} [fields] @returns {Promise<any>} */
export async function ask(kind, fields = {}) {
  await opening;
  const id = ++lastNumber;
  return new Promise((resolve, reject) => {
    unanswered.set(id, { resolve, reject });
    port.postMessage({ id, kind, ...fields });
  });
}

/** The texts of the programs: {microgpt, microgpt_matrix, lessons: [{name, text}]}. @returns {Promise<any>} */
export async function programTexts() {
  const element = document.getElementById("programs");
  return element ? JSON.parse(element.textContent ?? "{}") : /** @type {any} */ (globalThis).development.programs;
}
