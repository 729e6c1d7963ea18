// @ts-check
// A development tool, not part of the built page: a stand-in for the Worker that speaks its protocol with invented
// numbers, so that the page can be drawn without WebAssembly. Serve the repository and open Web/page.html.

/** The lines of the stand-in that compute: line, kind, cells, name, rows, columns, lines that feed it. */
const MOCK_LINES = {
  microgpt: [
    [18, "scalar", 1, "vocabularySize", 1, 1, []], [139, "value", 16, "query", 16, 16, [136]], [140, "value", 16, "expand", 64, 16, [136]],
    [142, "value", 27, "tokenEmbedding", 27, 16, [136]], [143, "value", 27, "lmHead", 27, 16, [136]],
    [150, "value", 16, "x", 1, 16, [142]], [152, "value", 16, "normalized", 1, 16, [150, 139]], [153, "value", 16, "key", 1, 16, [152]],
    [154, "value", 16, "value", 1, 16, [152]], [155, "value", 16, "attended", 1, 16, [157, 154]], [156, "scalar", 1, "scale", 1, 1, []],
    [157, "value", 20, "attention", 4, 5, [152, 153]], [158, "value", 4, "part", 1, 4, [157, 154]], [160, "value", 16, "x", 1, 16, [155, 140]],
    [161, "value", 64, "hidden", 1, 64, [160, 140]], [163, "value", 27, "logits", 1, 27, [161, 143]], [172, "value", 7, "tokens", 1, 7, [18]],
    [174, "value", 6, "losses", 1, 6, [163]], [175, "scalar", 1, "loss", 1, 1, [174]], [114, "gradient", 16, "gradient", 1, 16, [176]], [115, "gradient", 16, "gradient", 1, 16, [176]],
    [176, "gradient", 9, "gradients", 1, 9, [175]], [178, "scalar", 1, "rate", 1, 1, []], [179, "scalar", 1, "bias1", 1, 1, []],
    [181, "moment", 27, "mean", 27, 16, [176]], [182, "moment", 27, "meanSquare", 27, 16, [176]], [183, "value", 27, "tokenEmbedding", 27, 16, [181, 182, 178]],
    [193, "value", 27, "probabilities", 1, 27, [163]], [194, "scalar", 1, "token", 1, 1, [193]],
  ],
  matrix: [
    [17, "scalar", 1, "vocabularySize", 1, 1, []], [123, "value", 16, "query", 16, 16, []], [129, "value", 16, "norm1", 1, 16, []], [130, "value", 16, "key", 1, 16, [129]],
    [131, "value", 20, "attention", 4, 5, [129, 130]], [133, "value", 16, "attended", 1, 16, [131]], [134, "value", 16, "middle", 1, 16, [133]], [135, "value", 64, "hidden", 1, 64, [134]],
    [138, "gradient", 64, "dHidden", 1, 64, [135]], [139, "gradient", 16, "dNorm2", 1, 16, [138]], [141, "gradient", 16, "dAttended", 1, 16, [139]],
    [166, "value", 16, "x", 1, 16, []], [186, "scalar", 1, "loss", 1, 1, []], [195, "moment", 27, "mean", 27, 16, []], [196, "moment", 27, "meanSquare", 27, 16, []],
  ],
};
const MOCK_NAMES = "maisie emma olivia ava isabella sophia mia charlotte amelia harper luna camila aria scarlett penelope layla chloe victoria".split(" ");
const MOCK_SAMPLES = "kana arieli maria lula jaylen sharin tamela dalina annara keli emma zorin micha joslen arah niana calen lana".split(" ");
const MOCK_ALPHABET = [..."abcdefghijklmnopqrstuvwxyz", "BOS"];

/**
 * A number of −1 … 1 that depends on its arguments alone.
 * @param {number[]} seeds
 */
function noise(...seeds) {
  let h = 2166136261;
  for (const s of seeds) { h = Math.imul(h ^ (s | 0), 16777619); h ^= h >>> 13; h = Math.imul(h, 1540483477); h ^= h >>> 15; }
  return (h >>> 0) / 2147483648 - 1;
}

/**
 * Invented cells that settle while the steps go by.
 * @param {number} line
 * @param {number} i
 * @param {number} step
 * @param {number} position
 */
function invented(line, i, step, position) {
  const settle = 1 - Math.exp(-step / 250), base = noise(line, i, position), wander = Math.sin(step * 0.011 * (1 + noise(line, i, 7)) + 6 * noise(line, i, 3));
  const x = base * settle + (1 - settle) * 0.5 * wander + 0.12 * noise(line, i, step);
  return line === 161 || line === 135 ? (noise(line, i, 11) > 0.3 ? Math.max(0, x) : 0) : line === 193 || line === 157 || line === 131 ? Math.abs(x) ** 3 : x;
}

/** Stands in for the Worker. */
export class MockWorker {
  constructor() {
    this.onmessage = (/** @type {any} */ _event) => {};
    this.onerror = () => {};
    this.step = 0; this.steps = 1000; this.speed = 0; this.completed = 0; this.began = 0; this.debt = 0;
    /** @type {any[]} */ this.samples = [];
    /** @type {any} */ this.verify = null;
    this.rate = 0;
    setInterval(() => this.train(), 8);
  }

  train() {
    if (this.speed > 0 && this.step < this.steps) {
      this.debt += this.speed === Infinity ? 5 : this.speed * 0.008;
      this.rate = this.speed === Infinity ? 4812 : this.speed;
      while (this.debt >= 1 && this.step < this.steps) { this.debt--; this.advance(); }
      if (this.step >= this.steps) this.speed = 0;
    }
    if (this.verify && ++this.verify.done >= this.verify.of) {
      const id = this.verify.id;
      this.verify = null;
      this.onmessage({ data: { id, result: "1000/1000 losses, parameters, 20/20 samples: bit for bit", isEqual: true } });
    }
  }

  advance() {
    this.step++;
    this.completed = Math.max(this.completed, this.step);
  }

  /** @param {number} count */
  draw(count) {
    for (let k = 0; k < count; k++) {
      const n = this.samples.length, text = this.step < 200 ? Array.from({ length: 3 + n % 6 }, (_, i) => MOCK_ALPHABET[Math.floor(13 * (1 + noise(n, i)))]).join("") : MOCK_SAMPLES[n % MOCK_SAMPLES.length];
      this.samples.push({ text, step: this.step, isNew: !MOCK_NAMES.includes(text) });
    }
  }

  /** @param {number} step */
  lossAt(step) { return 2.28 + 1.02 * Math.exp(-step / 160) + 0.42 * noise(step, 5) * Math.min(1, 0.25 + step / 120); }

  /** @param {any} message */
  tokensOf({ document, text }) {
    const word = text ?? MOCK_NAMES[(document < 0 ? this.step : document) % MOCK_NAMES.length];
    return { text: word, tokens: ["BOS", ...word, "BOS"] };
  }

  /** @param {any} message */
  postMessage(message) {
    setTimeout(() => {
      const answer = this.answer(message);
      if (answer) this.onmessage({ data: { id: message.id, ...answer } });
    }, 1);
  }

  /** @param {any} message @returns {any} */
  answer(message) {
    switch (message.kind) {
      case "start": {
        this.step = this.completed = this.speed = 0;
        this.samples = [];
        this.steps = Number(message.settings.steps ?? 1000);
        const facts = (/** @type {any[][]} */ list) => list.map(([line, kind, cells], order) => ({ line, kind, stage: kind === "gradient" ? "backward" : kind === "moment" ? "adam" : cells > 1 && line > 123 && line < 170 ? "attention" : "loss", order, cells }));
        return { facts: { documents: 2594, vocabulary: MOCK_ALPHABET, parameters: 4192, lines: { microgpt: facts(MOCK_LINES.microgpt), matrix: facts(MOCK_LINES.matrix) },
          hyperparameters: [{ key: "steps", value: this.steps, help: "Optimizer steps", expected: "a whole number" }, { key: "layers", value: message.settings.layers ?? 1, help: "Transformer layers", expected: "" }] } };
      }
      case "run": this.speed = message.speed; return {};
      case "step": this.speed = 0; for (let i = 0; i < message.count && this.step < this.steps; i++) this.advance(); return {};
      case "rewind": this.speed = 0; this.step = Math.min(message.step, this.completed); return {};
      case "sample": this.draw(message.count); return {};
      case "verify": this.verify = { id: message.id, done: 0, of: 250 }; return null;
      case "frame": return this.frame(message);
      case "line": return this.line(message);
      default: return { error: `Unknown message "${message.kind}".` };
    }
  }

  /** @param {any} message */
  frame(message) {
    const read = this.tokensOf(message), count = read.tokens.length - 1, position = Math.min(message.position, count - 1);
    const losses = Float64Array.from({ length: count }, (_, i) => Math.max(0.1, this.lossAt(this.step) + 1.3 * noise(i, this.step >> 6)));
    const all = [...MOCK_LINES.microgpt, ...MOCK_LINES.matrix], offsets = new Int32Array(all.length + 1);
    all.forEach(([, , cells], i) => { offsets[i + 1] = offsets[i] + Number(cells); });
    const strips = new Float32Array(offsets[all.length]), turned = message.of === "gradient" ? 900 : 0;
    all.forEach(([line, kind, cells], i) => {
      for (let c = 0; c < Number(cells); c++) {
        const x = invented(Number(line) + turned, c, this.step, position);
        strips[offsets[i] + c] = kind === "moment" ? Math.min(1, Math.abs(x)) : kind === "scalar" ? (line === 178 ? 1 - this.step / this.steps : line === 175 || line === 186 ? this.lossAt(this.step) / 3.3 : 1) : x;
      }
    });
    const points = [], means = [];
    for (let s = message.lossSince + 1; s <= this.completed; s++) {
      points.push(s, this.lossAt(s));
      means.push(2.28 + 1.02 * Math.exp(-Math.max(0, s - 15) / 160) + 0.04 * Math.sin(s / 23));
    }
    const heldOut = [];
    for (let s = 50; s <= this.completed; s += 50) heldOut.push(s, 2.36 + 0.97 * Math.exp(-s / 170));
    return {
      step: this.step, steps: this.steps, completed: this.completed, stepsPerSecond: this.rate, running: this.speed > 0, document: { ...read, loss: this.lossAt(this.step), losses }, position,
      strips, offsets, of: message.of, loss: { first: message.lossSince, points: Float32Array.from(points), mean: Float32Array.from(means), heldOut: Float32Array.from(heldOut), uniform: Math.log(27) },
      samples: this.samples.slice(message.sampleSince), sampleCount: this.samples.length, verify: this.verify && { done: this.verify.done, of: this.verify.of }, memory: 0,
    };
  }

  /** @param {any} message */
  line(message) {
    const entry = /** @type {any} */ (MOCK_LINES)[message.program].find((/** @type {any[]} */ e) => e[0] === message.line);
    if (!entry) return { error: `Line ${message.line} does not compute.` };
    const [line, kind, , name, rows, columns, feeds] = entry, letters = [...MOCK_ALPHABET];
    const tensor = (/** @type {string} */ label, /** @type {string} */ shade, /** @type {number} */ seed) => {
      const values = Float32Array.from({ length: rows * columns }, (_, i) => (shade === "moment" ? Math.abs : (/** @type {number} */ x) => x)(invented(line + seed, i, this.step, rows > 1 ? 0 : message.position)) * (shade === "gradient" ? 0.07 : 1.4));
      const square = values.reduce((a, x) => a + x * x, 0);
      return { name: label, kind: shade, shape: [rows, columns], values, rows: rows === 27 ? letters : rows === 1 ? [""] : Array.from({ length: rows }, (_, i) => String(i)),
        columns: columns === 27 ? letters : Array.from({ length: columns }, (_, i) => String(i)), minimum: Math.min(...values), maximum: Math.max(...values), norm: Math.sqrt(square) };
    };
    const first = tensor(name, kind === "scalar" ? "value" : kind, 0);
    return {
      line, title: name, position: message.position, feeds,
      sentence: "How a position gets information from the positions before it: it takes an average of their values, with a weight for each. The weights are computed from the document itself.",
      formula: [`${name}[0] = Σ x[i] · W[0, i]`, `= ${first.values[0].toFixed(3)} · 0.412 + … = ${(first.values[0] * 1.7).toFixed(4)}`],
      tensors: kind === "gradient" || kind === "moment" ? [] : [first], gradients: kind === "scalar" ? [] : [tensor(`d${name}`, "gradient", 1000)], moments: kind === "moment" || (rows > 4 && kind === "value") ? [tensor("mean", "moment", 2000), tensor("meanSquare", "moment", 3000)] : [],
    };
  }
}
