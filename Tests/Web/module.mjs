// Drives Web/worker.js and the module in node, as the page drives them in a browser.
//
//     Scripts/build-page --module && node Tests/Web/module.mjs
//
// Prints a line for each check, and ends with 1 if one fails.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

const root = new URL("../../", import.meta.url);
const read = (path) => readFileSync(new URL(path, root));
const module = new Uint8Array(read(".build/page/microgpt.wasm"));

/** A channel whose messages do not keep timers waiting, as node's own do: it takes a thousand at a time. */
class ImmediateChannel {
  constructor() {
    this.port1 = { onmessage: null };
    this.port2 = { postMessage: (data) => setImmediate(() => this.port1.onmessage({ data })) };
  }
}

/** A worker in this thread: worker.js with a `self` of its own, and promises for its answers. */
function startWorker(source = module) {
  const waiting = new Map();
  const self = {
    MessageChannel: ImmediateChannel,
    postMessage(message) {
      const resolve = waiting.get(message.id);
      assert(resolve, `an answer that nothing waits for: ${JSON.stringify(message).slice(0, 200)}`);
      waiting.delete(message.id);
      resolve(message);
    },
  };
  new Function("self", read("Web/worker.js").toString())(self);
  self.onmessage({ data: { id: 0, kind: "module", module: source } });
  let last = 0;
  const ask = (kind, fields = {}) => new Promise((resolve) => {
    const id = ++last;
    waiting.set(id, resolve);
    self.onmessage({ data: { id, kind, ...fields } });
  });
  return {
    ask,
    async expect(kind, fields) {
      const answer = await ask(kind, fields);
      assert.equal(answer.error, undefined, `${kind}: ${answer.error}`);
      return answer;
    },
    /** The frame once the run stands still. */
    async stopped() {
      for (;;) {
        const frame = await this.expect("frame", {});
        if (!frame.running && frame.replaying === 0) return frame;
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    },
  };
}

// The reference's figures, from the library's source.
const figures = read("Sources/MicroGPT/Verification/GoldenFigures.swift").toString().split("builtInNames = ")[1];
const golden = {
  losses: figures.match(/lossBits: """([^"]*)"""/)[1].replace(/\s/g, "").match(/.{16}/g)
    .map((digits) => new DataView(new BigUint64Array([BigInt("0x" + digits)]).buffer).getFloat64(0, true)),
  samples: figures.match(/samples: \[([^\]]*)\]/)[1].match(/[a-z]+/g),
};
const float32 = (values) => Array.from(new Float32Array(values));
const points = (frame) => Array.from(frame.loss.points).filter((_, index) => index % 2 === 1);
const text = (lines) => new TextEncoder().encode(lines.join("\n"));

let failed = 0;
async function check(title, test) {
  const start = performance.now();
  try {
    const note = await test();
    console.log(`passed: ${title}${note ? ` (${note})` : ""}, ${((performance.now() - start) / 1000).toFixed(1)} s`);
  } catch (error) {
    failed++;
    console.log(`FAILED: ${title}\n${error.stack}`);
  }
}

const worker = startWorker();
let facts;

await check("a run starts and says what it is", async () => {
  ({ facts } = await worker.expect("start", { settings: {}, text: null }));
  assert.equal(facts.documents, 2594);
  assert.equal(facts.vocabulary.length, 27);
  assert.equal(facts.parameters, 4192);
  assert.equal(facts.hyperparameters.find(({ key }) => key === "block_size").value, "16");
  return `${facts.lines.microgpt.length} of 200 lines, ${facts.lines.matrix.length} of 212`;
});

let losses;
await check("1,000 exact steps and 20 samples are the reference's, bit for bit", async () => {
  // Each step's loss, before it is rounded for the plot, is that of the document of a frame before the step.
  for (let step = 0; step < 20; step++) {
    const frame = await worker.expect("frame", {});
    assert.equal(frame.step, step);
    assert.ok(Object.is(frame.document.loss, golden.losses[step]), `step ${step + 1}`);
    await worker.expect("step", { count: 1 });
  }
  await worker.expect("run", { speed: Infinity });
  const frame = await worker.stopped();
  assert.equal(frame.step, 1000);
  losses = points(frame);
  assert.deepEqual(losses, float32(golden.losses));
  await worker.expect("sample", { count: 20, temperature: 0.5 });
  const { samples, sampleCount } = await worker.expect("frame", { sampleSince: 0 });
  assert.deepEqual(samples.map(({ text }) => text), golden.samples);
  assert.equal(sampleCount, 20);
  assert.equal((await worker.expect("frame", { sampleSince: 15 })).samples.length, 5);
});

await check("the verification is green, and counts", async () => {
  const verdict = worker.expect("verify");
  const { verify } = await worker.expect("frame", {});
  assert.equal(verify.of, 1000);
  assert.equal((await verdict).result, "1000/1000 losses, parameters, 20/20 samples: bit for bit");
});

await check("rewinding and replaying gives the same bits", async () => {
  for (const step of [0, 1, 300, 999, 17, 1000]) {
    await worker.expect("rewind", { step });
    const frame = await worker.expect("frame", {});
    assert.equal(frame.step, step);
    if (step < 1000) assert.ok(Object.is(frame.document.loss, golden.losses[step]), `step ${step}`);
  }
  await worker.expect("rewind", { step: 950 });
  await worker.expect("step", { count: 50 });
  await worker.expect("sample", { count: 20, temperature: 0.5 });
  const frame = await worker.expect("frame", { sampleSince: 20 });
  assert.deepEqual(frame.samples.map(({ text }) => text), golden.samples);
  assert.deepEqual(points(frame), losses);
});

await check("every line of the map opens", async () => {
  let count = 0;
  for (const program of ["microgpt", "matrix"]) {
    for (const { line } of facts.lines[program]) {
      const detail = await worker.expect("line", { program, line, document: 3, position: 2 });
      assert.equal(detail.line, line);
      assert.ok(detail.title && detail.sentence);
      for (const tensor of [...detail.tensors, ...detail.gradients, ...detail.moments]) {
        assert.equal(tensor.values.length, tensor.shape[0] * tensor.shape[1]);
        assert.ok(tensor.values.every(Number.isFinite));
      }
      count++;
    }
  }
  assert.match((await worker.ask("line", { program: "microgpt", line: 1 })).error, /computes nothing/);
  return `${count} lines`;
});

await check("strips have the cells that the facts say", async () => {
  const { strips, offsets, document } = await worker.expect("frame", { document: 5, position: 1 });
  const lines = [...facts.lines.microgpt, ...facts.lines.matrix];
  assert.equal(offsets.length, lines.length + 1);
  lines.forEach(({ cells }, index) => assert.equal(offsets[index + 1] - offsets[index], cells));
  assert.equal(strips.length, offsets[lines.length]);
  assert.ok(strips.every((cell) => Number.isNaN(cell) || Math.abs(cell) <= 1));
  const gradients = await worker.expect("frame", { document: 5, position: 1, of: "gradient" });
  assert.equal(gradients.of, "gradient");
  assert.deepEqual(gradients.offsets, offsets);
  lines.forEach(({ line, kind, cells }, index) => {
    // The scale sinks from frame to frame.
    const [a, b] = [strips, gradients.strips].map((all) => {
      const own = Array.from(all.slice(offsets[index], offsets[index] + cells)).filter((cell) => !Number.isNaN(cell));
      const largest = Math.max(...own.map(Math.abs));
      return own.map((cell) => (largest > 0 ? (cell / largest).toFixed(4) : "0"));
    });
    // Those of the backward pass and of Adam are the same.
    if (kind === "value" && cells > 0) assert.notDeepEqual(a, b, `line ${line}`);
    else assert.deepEqual(a, b, `line ${line}`);
  });
  assert.equal(document.tokens.length, document.losses.length + 1);
});

await check("a text of one's own is learned, and what cannot be used is refused in a sentence", async () => {
  const own = text(["ébène", "été", "élève"]);
  const started = await worker.expect("start", { settings: { steps: 50, layers: 2, engine: "fast" }, text: own });
  assert.ok(started.facts.vocabulary.includes("é"));
  await worker.expect("run", { speed: Infinity });
  assert.equal((await worker.stopped()).step, 50);
  const frame = await worker.expect("frame", { text: "été", position: 1 });
  assert.deepEqual(frame.document.tokens, ["BOS", "é", "t", "é", "BOS"]);
  for (const [settings, bytes] of [
    [{ heads: 3 }, null], [{ engine: "x" }, null], [{}, new Uint8Array()], [{}, Uint8Array.of(255)],
    [{ embedding: 65536, layers: 9 }, null],
  ]) {
    assert.match((await worker.ask("start", { settings, text: bytes })).error, /^[^]*[.]$/);
  }
  assert.match((await worker.ask("nonsense")).error, /no message/);
});

await check("a run at a few steps a second keeps to them, and can be stopped", async () => {
  await worker.expect("start", { settings: { steps: 100000 }, text: null });
  await worker.expect("run", { speed: 50 });
  await new Promise((resolve) => setTimeout(resolve, 1000));
  await worker.expect("run", { speed: 0 });
  const { step } = await worker.expect("frame", {});
  assert.ok(step >= 40 && step <= 60, `${step} steps in a second`);
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.equal((await worker.expect("frame", {})).step, step);
});

await check("memory stays bounded over many steps and rewinds", async () => {
  const steps = process.argv.includes("--long") ? 100_000 : 20_000;
  await worker.expect("start", { settings: { steps, engine: "fast" }, text: null });
  await worker.expect("step", { count: 1000 });
  const before = (await worker.expect("frame", {})).memory;
  await worker.expect("step", { count: steps - 1000 });
  const step = Math.floor(steps / 3);
  for (let count = 0; count < 100; count++) await worker.expect("rewind", { step: (count * 7919) % steps });
  await worker.expect("rewind", { step });
  const frame = await worker.expect("frame", { lossSince: 0 });
  assert.equal(frame.step, step);
  assert.ok(frame.loss.points.length <= 2 * 2048);
  const growth = frame.memory - before;
  assert.ok(growth <= 8 << 20, `${growth} bytes more`);
  return `${(frame.memory / 2 ** 20).toFixed(1)} MiB, ${(growth / 2 ** 20).toFixed(1)} more than after 1,000 steps`;
});

await check("samples are drawn after any step of a long run", async () => {
  // Now and then all of a row's logits are far below 0.
  await worker.expect("start", { settings: { steps: 70000, engine: "fast" } });
  await worker.expect("step", { count: 60000 });
  for (let step = 0; step < 1500; step++) {
    await worker.expect("step", { count: 1 });
    await worker.expect("sample", { count: 2 });
  }
});

await check("memory that is used up ends with a sentence, and another run can start", async () => {
  // A text as long as this does not fit: the module asks for room before anything is copied.
  const { error } = await worker.ask("start", { settings: {}, text: { length: 2 ** 31 - 1024 } });
  assert.match(error, /There is not enough memory/);
  assert.match((await worker.ask("frame", {})).error, /stopped/);
  await worker.expect("start", { settings: {}, text: null });
  await worker.expect("step", { count: 3 });
  assert.equal((await worker.expect("frame", {})).step, 3);
});

for (const engine of ["exact", "fast"]) {
  await check(`speed, ${engine}`, async () => {
    await worker.expect("start", { settings: { steps: 100000, engine }, text: null });
    await worker.expect("run", { speed: Infinity });
    await new Promise((resolve) => setTimeout(resolve, 1500));
    const { stepsPerSecond } = await worker.expect("frame", {});
    await worker.expect("run", { speed: 0 });
    return `${Math.round(stepsPerSecond).toLocaleString("en")} steps a second`;
  });
}

process.exit(failed ? 1 : 0);
