// The Worker: owns the WebAssembly module, answers the page's messages, and trains between them.
//
// It is plain code without imports, so that it runs from a Blob, as the built page starts it, and in a test with another
// `self`. The first message brings the module; those that come before it is ready wait.

/** How long the module computes before messages are looked at, in milliseconds. */
const SLICE = 8;
/** The longest slice, where frames take so long that training would stand still. */
const LONGEST_SLICE = 50;
/** How far back `stepsPerSecond` looks, in milliseconds. */
const RATE_WINDOW = 500;

const STOPPED = "The module has stopped. Start a new run.";

/**
 * What the module exports.
 * @typedef {"web_answer" | "web_frame" | "web_input" | "web_is_out_of_memory" | "web_line" | "web_remaining" | "web_rewind" |
 *   "web_sample" | "web_start" | "web_train" | "web_verify" | "web_verify_advance"} FunctionName
 * @typedef {Record<FunctionName, (...values: number[]) => number> & {memory: WebAssembly.Memory}} Functions
 */

/**
 * An answer, and the buffer in which its arrays lie.
 * @typedef {{answer: any, numbers?: ArrayBuffer}} Answer
 */

/** The module's functions, with texts and answers as JavaScript has them. */
class Module {
  /** @param {Functions} functions */
  constructor(functions) {
    this.functions = functions;
  }

  get bytes() {
    return this.functions.memory.buffer.byteLength;
  }

  /**
   * Writes bytes one after the other where the module reads its input.
   * @param {Uint8Array[]} parts
   */
  input(...parts) {
    const start = this.functions.web_input(parts.reduce((sum, part) => sum + part.length, 0));
    // The view is made after the call, because growing the memory detaches earlier ones.
    const room = new Uint8Array(this.functions.memory.buffer);
    let place = start;
    for (const part of parts) {
      room.set(part, place);
      place += part.length;
    }
  }

  /**
   * Writes a text of one's own. Returns its bytes, -1 for none.
   * @param {string | null | undefined} text
   */
  text(text) {
    if (text === null || text === undefined) return -1;
    const bytes = new TextEncoder().encode(text);
    this.input(bytes);
    return bytes.length;
  }

  /** The last answer; its arrays lie in one buffer of their own. */
  answer() {
    const start = this.functions.web_answer(), { buffer } = this.functions.memory;
    const [length, size] = new Uint32Array(buffer, start, 2);
    const numbersStart = Math.ceil((8 + length) / 8) * 8;
    const text = new TextDecoder().decode(new Uint8Array(buffer, start + 8, length));
    const numbers = buffer.slice(start + numbersStart, start + size);
    /** @type {{[name: string]: new (numbers: ArrayBuffer, at: number, count: number) => ArrayBufferView}} */
    const types = { Float32Array, Float64Array, Int32Array };
    const answer = JSON.parse(text, (_, value) =>
      value && value.$ ? new types[value.$](numbers, value.at, value.count) : value);
    return { answer, numbers };
  }

  /**
   * Calls a function that returns a count, or -1 with an error in the answer.
   * @param {FunctionName} name
   * @param {number[]} values
   */
  count(name, ...values) {
    const count = this.functions[name](...values);
    if (count < 0) throw new Refusal(this.answer().answer.error);
    return count;
  }

  /**
   * @param {Settings} settings
   * @param {Uint8Array | null} text
   */
  start(settings, text) {
    const lines = Object.entries(settings).map(([key, value]) => `${key} ${value}`.replaceAll("\n", " "));
    const written = new TextEncoder().encode(lines.join("\n"));
    this.input(written, text ?? new Uint8Array(0));
    this.functions.web_start(written.length, text ? text.length : -1);
    return this.answer();
  }

  /** @param {Partial<Fields<"frame">>} fields */
  frame({ document = -1, text = null, position = 0, of = "value", lossSince = 0, sampleSince = 0 }) {
    this.functions.web_frame(document, this.text(text), position, of === "gradient" ? 1 : 0, lossSince, sampleSince);
    return this.answer();
  }

  /** @param {Partial<Fields<"line">> & {line: number}} fields */
  line({ program, line, document = -1, text = null, position = 0 }) {
    this.functions.web_line(program === "matrix" ? 1 : 0, line, document, this.text(text), position);
    return this.answer();
  }
}

/** What the module refuses, with a sentence for the user. */
class Refusal extends Error {}

/** The steps taken lately, from which their number per second follows. */
class Rate {
  constructor() {
    /** @type {{steps: number, start: number, end: number}[]} */
    this.slices = [];
  }

  /**
   * @param {number} steps
   * @param {number} start in milliseconds, as all times
   * @param {number} end
   */
  add(steps, start, end) {
    this.slices.push({ steps, start, end });
    while (this.slices.length > 1 && end - this.slices[0].end > RATE_WINDOW) this.slices.shift();
  }

  /** @param {number} now */
  perSecond(now) {
    const recent = this.slices.filter((slice) => now - slice.end <= RATE_WINDOW);
    if (recent.length === 0) return 0;
    const steps = recent.reduce((sum, slice) => sum + slice.steps, 0);
    return (1000 * steps) / Math.max(1e-3, now - recent[0].start);
  }
}

/** How many steps fill a slice, learned from those before. */
class Slice {
  constructor() {
    this.perMillisecond = 0.1;
  }

  /** @param {number} milliseconds */
  steps(milliseconds) {
    return Math.max(1, Math.floor(this.perMillisecond * milliseconds));
  }

  /**
   * @param {number} steps
   * @param {number} milliseconds
   */
  learn(steps, milliseconds) {
    if (steps < 1) return;
    const found = steps / Math.max(milliseconds, 0.01);
    // A doubling at most, so that one short slice does not make the next a long one.
    this.perMillisecond = Math.min(2 * this.perMillisecond, 0.5 * (this.perMillisecond + found));
  }
}

/** The run, and what the page has asked of it that takes longer than a message. */
class Conductor {
  /** The steps a second that are wanted; those that are due of them, and when they were counted. */
  speed = 0;
  owed = 0;
  last = 0;

  /** @param {(message: object, transfer: Transferable[]) => void} post */
  constructor(post) {
    this.post = post;
    /** @type {WebAssembly.Module | undefined} */
    this.compiled = undefined;
    /** @type {Module | null} */
    this.loaded = null;
    this.slice = new Slice();
    this.verifySlice = new Slice();
    this.rate = new Rate();
    this.frameCost = 0;
    this.reset();
  }

  reset() {
    this.speed = 0;
    this.owed = 0;
    this.last = 0;
    /** @type {string | undefined} */
    this.error = undefined;
    /** @type {{id: number, left: number} | null} */
    this.stepping = null;
    /** @type {{id: number} | null} */
    this.rewinding = null;
    /** @type {{id: number} & Progress | null} */
    this.verifying = null;
  }

  /** The module, which a trap has ended until the next start. */
  get module() {
    if (!this.loaded) throw new Refusal(STOPPED);
    return this.loaded;
  }

  /** @param {Uint8Array} bytes */
  async load(bytes) {
    this.compiled = await WebAssembly.compile(bytes);
    await this.instantiate();
  }

  async instantiate() {
    if (!this.compiled) throw new Refusal(STOPPED);
    /** @type {WebAssembly.Imports} */
    const imports = {};
    // The C library's own functions ask for a file system, which a run never uses.
    for (const { module, name } of WebAssembly.Module.imports(this.compiled)) {
      imports[module] ??= {};
      imports[module][name] = () => {
        throw new Error(`${module}.${name} was called`);
      };
    }
    /** @type {any} */
    const { exports } = await WebAssembly.instantiate(this.compiled, imports);
    this.loaded = new Module(exports);
  }

  /**
   * Answers a message, at once or when what it asks for is done.
   * @param {{id: number, kind: string}} message
   */
  async receive(message) {
    const { id, kind } = message;
    try {
      if (!this.loaded) {
        if (kind !== "start") throw new Refusal(STOPPED);
        await this.instantiate();
      }
      /** @type {any} */
      const answers = this, later = answers[`on_${kind}`];
      if (!later) throw new Refusal(`There is no message '${kind}'.`);
      const result = later.call(this, message);
      if (result) this.send(id, result);
    } catch (error) {
      this.post({ id, error: this.explain(error) }, []);
    }
  }

  /**
   * @param {number} id
   * @param {Answer} answer
   */
  send(id, { answer, numbers }) {
    this.post({ id, ...answer }, numbers && numbers.byteLength > 0 ? [numbers] : []);
  }

  /** @param {Partial<Fields<"start">>} fields */
  on_start({ settings = {}, text = null }) {
    this.abandon();
    this.reset();
    this.rate = new Rate();
    this.slice = new Slice();
    return this.module.start(settings, text);
  }

  /** @param {Fields<"run">} fields */
  on_run({ speed }) {
    this.answerRewind();
    this.answerSteps();
    this.speed = speed;
    this.owed = speed === Infinity ? 0 : Math.min(1, speed);
    this.last = performance.now();
    this.error = undefined;
    return { answer: {} };
  }

  /** @param {{id: number} & Fields<"step">} message */
  on_step({ id, count }) {
    this.answerRewind();
    this.answerSteps();
    this.speed = 0;
    this.error = undefined;
    this.stepping = { id, left: count };
  }

  /** @param {{id: number} & Fields<"rewind">} message */
  on_rewind({ id, step }) {
    this.answerRewind();
    this.answerSteps();
    this.speed = 0;
    this.error = undefined;
    this.module.count("web_rewind", step);
    this.rewinding = { id };
  }

  /** @param {Fields<"frame">} message */
  on_frame(message) {
    const start = performance.now();
    const { answer, numbers } = this.module.frame(message);
    this.frameCost = performance.now() - start;
    if (answer.error) return { answer, numbers };
    answer.running = this.isRunning;
    answer.stepsPerSecond = this.rate.perSecond(performance.now());
    answer.memory = this.module.bytes;
    if (this.verifying) answer.verify = { done: this.verifying.done, of: this.verifying.of };
    if (this.error) answer.stopped = this.error;
    return { answer, numbers };
  }

  /** @param {Fields<"line">} message */
  on_line(message) {
    return this.module.line(message);
  }

  /** @param {Fields<"sample">} fields */
  on_sample({ count, temperature }) {
    this.module.count("web_sample", count, temperature);
    return { answer: {} };
  }

  /** @param {{id: number}} message */
  on_verify({ id }) {
    if (this.verifying) throw new Refusal("The verification is running already.");
    this.verifying = { id, done: 0, of: this.module.functions.web_verify() };
  }

  get isRunning() {
    return this.speed > 0 || this.stepping !== null;
  }

  get isBusy() {
    return this.isRunning || this.rewinding !== null || this.verifying !== null;
  }

  answerRewind() {
    if (this.rewinding) this.post({ id: this.rewinding.id }, []);
    this.rewinding = null;
  }

  answerSteps() {
    if (this.stepping) this.post({ id: this.stepping.id }, []);
    this.stepping = null;
  }

  /**
   * Answers what will not be done any more.
   * @param {string} [error]
   */
  abandon(error) {
    for (const job of [this.rewinding, this.stepping, this.verifying]) {
      if (job) this.post(error ? { id: job.id, error } : { id: job.id }, []);
    }
    this.rewinding = this.stepping = this.verifying = null;
  }

  /** Computes for a slice. Returns the milliseconds until there is more to do. */
  work() {
    const milliseconds = Math.max(SLICE, Math.min(LONGEST_SLICE, this.frameCost));
    try {
      if (this.verifying) this.verify(this.verifying, milliseconds);
      if (this.rewinding || this.isRunning) return this.train(milliseconds);
      return 0;
    } catch (error) {
      const sentence = this.explain(error);
      this.speed = 0;
      this.error = sentence;
      this.abandon(sentence);
      return 0;
    }
  }

  /**
   * Takes the steps that are due, or repeats those that a rewinding has left.
   * @param {number} milliseconds
   */
  train(milliseconds) {
    const now = performance.now();
    if (this.rewinding) {
      const taken = this.module.count("web_train", Math.min(this.remaining, this.slice.steps(milliseconds)));
      this.slice.learn(taken, performance.now() - now);
      if (this.remaining === 0) this.answerRewind();
      return 0;
    }
    let due = Infinity;
    if (this.stepping) due = this.stepping.left;
    else if (this.speed !== Infinity) {
      this.owed = Math.min(this.owed + ((now - this.last) / 1000) * this.speed, Math.max(1, this.speed / 4));
      this.last = now;
      due = Math.floor(this.owed);
      if (due < 1) return Math.ceil(((1 - this.owed) / this.speed) * 1000);
    }
    const wanted = Math.min(due, this.slice.steps(milliseconds));
    const taken = wanted > 0 ? this.module.count("web_train", wanted) : 0;
    const end = performance.now();
    this.slice.learn(taken, end - now);
    this.rate.add(taken, now, end);
    this.owed -= taken;
    if (this.stepping) {
      this.stepping.left -= taken;
      if (taken < wanted || this.stepping.left <= 0) this.answerSteps();
    } else if (taken < wanted) this.speed = 0;
    return 0;
  }

  /** The steps that are left of a rewinding. */
  get remaining() {
    return this.module.functions.web_remaining();
  }

  /**
   * @param {{id: number} & Progress} job
   * @param {number} milliseconds
   */
  verify(job, milliseconds) {
    const start = performance.now(), wanted = this.verifySlice.steps(milliseconds);
    const done = this.module.functions.web_verify_advance(wanted);
    this.verifySlice.learn(wanted, performance.now() - start);
    if (done >= 0) {
      job.done = done;
      return;
    }
    this.send(job.id, this.module.answer());
    this.verifying = null;
  }

  /**
   * An error as a sentence. After a trap the module is of no use.
   * @param {any} error
   */
  explain(error) {
    if (error instanceof Refusal) return error.message;
    if (!(error instanceof WebAssembly.RuntimeError || error instanceof RangeError)) return `${error.message}`;
    const isFull = this.loaded?.functions.web_is_out_of_memory();
    this.loaded = null;
    this.speed = 0;
    const sentence = isFull
      ? "There is not enough memory for this. Choose a smaller model, batch or text, and start again."
      : `The module has stopped: ${error.message}. Start a new run.`;
    this.abandon(sentence);
    return sentence;
  }
}

{
  const conductor = new Conductor((message, transfer) => self.postMessage(message, transfer));
  const channel = new self.MessageChannel();
  let isScheduled = false, failure = "", timer = 0;

  // A message to oneself comes back sooner than a timer, and after what the page has sent.
  const schedule = (milliseconds = 0) => {
    clearTimeout(timer);
    if (!conductor.isBusy || isScheduled) return;
    if (milliseconds > 1) timer = setTimeout(schedule, milliseconds);
    else {
      isScheduled = true;
      channel.port2.postMessage(null);
    }
  };
  channel.port1.onmessage = () => {
    isScheduled = false;
    schedule(conductor.work());
  };

  /** @param {{id: number, kind: string}} message */
  const receive = async (message) => {
    if (failure) return self.postMessage({ id: message.id, error: failure });
    await conductor.receive(message);
    schedule();
  };

  /** @param {Uint8Array} module */
  const load = async (module) => {
    try {
      await conductor.load(module);
    } catch (error) {
      /** @type {any} */
      const { message } = error;
      failure = `This browser cannot run the module: ${message}.`;
    }
  };

  // One message after the other, also while the module is being compiled.
  let last = Promise.resolve();
  self.onmessage = ({ data }) => {
    last = last.then(() => (data.kind === "module" ? load(data.module) : receive(data)));
  };
}
