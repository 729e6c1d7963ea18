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
 * The module's functions, with texts and answers as JavaScript has them.
 */
class Module {
  /** @param {WebAssembly.Exports} functions */
  constructor(functions) {
    this.functions = functions;
  }

  get bytes() {
    return this.functions.memory.buffer.byteLength;
  }

  /** Writes bytes one after the other where the module reads its input. */
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

  /** Writes a text of one's own. Returns its bytes, -1 for none. */
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
    const types = { Float32Array, Float64Array, Int32Array };
    const answer = JSON.parse(text, (_, value) =>
      value && value.$ ? new types[value.$](numbers, value.at, value.count) : value);
    return { answer, numbers };
  }

  /** Calls a function that returns a count, or -1 with an error in the answer. */
  count(name, ...values) {
    const count = this.functions[name](...values);
    if (count < 0) throw new Refusal(this.answer().answer.error);
    return count;
  }

  start(settings, text) {
    const lines = Object.entries(settings).map(([key, value]) => `${key} ${value}`.replaceAll("\n", " "));
    const written = new TextEncoder().encode(lines.join("\n"));
    this.input(written, text ?? new Uint8Array(0));
    this.functions.web_start(written.length, text ? text.length : -1);
    return this.answer();
  }

  frame({ document = -1, text = null, position = 0, of = "value", lossSince = 0, sampleSince = 0 }) {
    this.functions.web_frame(document, this.text(text), position, of === "gradient" ? 1 : 0, lossSince, sampleSince);
    return this.answer();
  }

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
    this.slices = [];
  }

  add(steps, start, end) {
    this.slices.push({ steps, start, end });
    while (this.slices.length > 1 && end - this.slices[0].end > RATE_WINDOW) this.slices.shift();
  }

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

  steps(milliseconds) {
    return Math.max(1, Math.floor(this.perMillisecond * milliseconds));
  }

  learn(steps, milliseconds) {
    if (steps < 1) return;
    const found = steps / Math.max(milliseconds, 0.01);
    // A doubling at most, so that one short slice does not make the next a long one.
    this.perMillisecond = Math.min(2 * this.perMillisecond, 0.5 * (this.perMillisecond + found));
  }
}

/** The run, and what the page has asked of it that takes longer than a message. */
class Conductor {
  constructor(post) {
    this.post = post;
    this.compiled = null;
    this.module = null;
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
    this.error = undefined;
    this.stepping = null; // {id, left}
    this.rewinding = null; // {id}
    this.verifying = null; // {id, done, of}
  }

  async load(bytes) {
    this.compiled = await WebAssembly.compile(bytes);
    await this.instantiate();
  }

  async instantiate() {
    const imports = {};
    // The C library's own functions ask for a file system, which a run never uses.
    for (const { module, name } of WebAssembly.Module.imports(this.compiled)) {
      imports[module] ??= {};
      imports[module][name] = () => {
        throw new Error(`${module}.${name} was called`);
      };
    }
    this.module = new Module((await WebAssembly.instantiate(this.compiled, imports)).exports);
  }

  /** Answers a message, at once or when what it asks for is done. */
  async receive(message) {
    const { id, kind } = message;
    try {
      if (kind === "start" && !this.module) await this.instantiate();
      if (!this.module) throw new Refusal(STOPPED);
      const later = this[`on_${kind}`];
      if (!later) throw new Refusal(`There is no message '${kind}'.`);
      const result = later.call(this, message);
      if (result) this.send(id, result);
    } catch (error) {
      this.post({ id, error: this.explain(error) }, []);
    }
  }

  send(id, { answer, numbers }) {
    this.post({ id, ...answer }, numbers && numbers.byteLength > 0 ? [numbers] : []);
  }

  on_start({ settings = {}, text = null }) {
    this.abandon();
    this.reset();
    this.rate = new Rate();
    this.slice = new Slice();
    return this.module.start(settings, text);
  }

  on_run({ speed }) {
    this.answerRewind();
    this.answerSteps();
    this.speed = speed;
    this.owed = speed === Infinity ? 0 : Math.min(1, speed);
    this.last = performance.now();
    this.error = undefined;
    return { answer: {} };
  }

  on_step({ id, count }) {
    this.answerRewind();
    this.answerSteps();
    this.speed = 0;
    this.error = undefined;
    this.stepping = { id, left: count };
  }

  on_rewind({ id, step }) {
    this.answerRewind();
    this.answerSteps();
    this.speed = 0;
    this.error = undefined;
    this.module.count("web_rewind", step);
    this.rewinding = { id };
  }

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

  on_line(message) {
    return this.module.line(message);
  }

  on_sample({ count, temperature }) {
    this.module.count("web_sample", count, temperature);
    return { answer: {} };
  }

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

  /** Answers what will not be done any more. */
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
      if (this.verifying) this.verify(milliseconds);
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

  /** Takes the steps that are due, or repeats those that a rewinding has left. */
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

  verify(milliseconds) {
    const start = performance.now(), wanted = this.verifySlice.steps(milliseconds);
    const done = this.module.functions.web_verify_advance(wanted);
    this.verifySlice.learn(wanted, performance.now() - start);
    if (done >= 0) {
      this.verifying.done = done;
      return;
    }
    this.send(this.verifying.id, this.module.answer());
    this.verifying = null;
  }

  /** An error as a sentence. After a trap the module is of no use. */
  explain(error) {
    if (error instanceof Refusal) return error.message;
    if (!(error instanceof WebAssembly.RuntimeError || error instanceof RangeError)) return `${error.message}`;
    const isFull = this.module?.functions.web_is_out_of_memory();
    this.module = null;
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
  let isScheduled = false, failure = null, timer = 0;

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

  const receive = async (message) => {
    if (failure) return self.postMessage({ id: message.id, error: failure });
    await conductor.receive(message);
    schedule();
  };

  const load = async (module) => {
    try {
      await conductor.load(module);
    } catch (error) {
      failure = `This browser cannot run the module: ${error.message}.`;
    }
  };

  // One message after the other, also while the module is being compiled.
  let last = Promise.resolve();
  self.onmessage = ({ data }) => {
    last = last.then(() => (data.kind === "module" ? load(data.module) : receive(data)));
  };
}
