// The types of what passes between the page and the Worker: PROTOCOL.md. For the type checker alone, and known in every file
// without an import; nothing of it is in the built page.

type ProgramKey = "microgpt" | "matrix";
type Kind = "value" | "gradient" | "moment" | "scalar";
/** What strips show, and in which direction the slow walk goes. */
type Content = "value" | "gradient";

/** A program as assets.js has it; the Worker knows those with a key. */
interface ProgramText {
  name: string;
  key: ProgramKey | null;
  text: string;
}

// The Worker's answers.

/** A line that computes. */
interface LineFact {
  line: number;
  kind: Kind;
  stage: string;
  /** Its place in the order of execution. */
  order: number;
  /** How many cells its strip has; 0 if it has no strip of its own, only a panel. */
  cells: number;
}

interface HyperparameterFact {
  key: string;
  /** As text; a number in the stand-in. */
  value: string | number;
  help: string;
  expected: string;
}

/** What does not change during a run. */
interface Facts {
  documents: number;
  vocabulary: string[];
  parameters: number;
  lines: { microgpt: LineFact[]; matrix: LineFact[]; [lesson: string]: LineFact[] | undefined };
  hyperparameters: HyperparameterFact[];
}

interface Sample {
  text: string;
  step: number;
  /** Whether it is none of the documents. */
  isNew: boolean;
}

/** How far something is that takes many frames. */
interface Progress {
  done: number;
  of: number;
}

/** The state of the run, and what one document makes of the model. */
interface Frame {
  step: number;
  steps: number;
  completed: number;
  /** Steps that a rewinding has left. */
  replaying: number;
  stepsPerSecond: number;
  running: boolean;
  /** `loss` is null where it is not finite, which JSON cannot say. */
  document: { index: number; text: string; tokens: string[]; loss: number | null; losses: Float64Array };
  position: number;
  of: Content;
  strips: Float32Array;
  offsets: Int32Array;
  /** `points` and `heldOut` are pairs of step and loss. */
  loss: { first: number; points: Float32Array; mean: Float32Array; heldOut: Float32Array; uniform: number };
  samples: Sample[];
  sampleCount: number;
  verify?: Progress;
  /** Why the run has stopped by itself. */
  stopped?: string;
  memory: number;
}

/** What a line computes. */
interface LineDetail {
  line: number;
  title: string;
  sentence: string;
  formula: string[];
  position: number;
  tensors: TensorView[];
  gradients: TensorView[];
  moments: TensorView[];
  /** The lines whose results it reads. */
  feeds: number[];
}

interface TensorView {
  name: string;
  kind: Kind;
  shape: [rows: number, columns: number];
  values: Float32Array;
  rows: string[];
  columns: string[];
  /** These are null where they are not finite. */
  minimum: number | null;
  maximum: number | null;
  norm: number | null;
}

interface Verdict {
  result: string;
  isEqual: boolean;
}

// The page's messages.

/** The hyperparameters that differ from the reference's, and the page's own. */
interface Settings {
  engine?: "exact" | "fast";
  temperature?: number;
  hold_out?: number;
  [hyperparameter: string]: string | number | undefined;
}

/** The document and the position that are read. */
interface Place {
  document: number;
  text: string | null;
  position: number;
}

/** Each kind of message: its fields and its answer. */
interface Messages {
  start: { fields: { settings: Settings; text: Uint8Array | null }; answer: { facts: Facts } };
  run: { fields: { speed: number }; answer: {} };
  step: { fields: { count: number }; answer: {} };
  rewind: { fields: { step: number }; answer: {} };
  frame: { fields: Place & { of: Content; lossSince: number; sampleSince: number }; answer: Frame };
  line: { fields: Place & { program: ProgramKey; line: number }; answer: LineDetail };
  sample: { fields: { count: number; temperature: number }; answer: {} };
  verify: { fields: {}; answer: Verdict };
}

type MessageKind = keyof Messages;
type Fields<Kind extends MessageKind> = Messages[Kind]["fields"];
