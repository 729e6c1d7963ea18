// The types of the page's state and of its elements. For the type checker alone, as protocol.d.ts is.

type Tab = "value" | "gradient" | "moment";

/** The verification, while it runs and after it. */
type Verification = ({ running: true; result?: undefined } & Progress) | ({ running: false } & Verdict);

interface State {
  // What is shown.
  /** microgpt, matrix, lesson0 … */
  program: string;
  comments: "all" | "headings" | "none";
  theme: "system" | "light" | "dark";
  zoom: number;
  contrast: boolean;
  keysShown: boolean;
  settingsOpen: boolean;

  // What is looked at.
  focus: { line: number; pinned: boolean } | null;
  detail: LineDetail | null;
  tab: Tab;

  // What is read.
  /** An index in training order, -1: the document of the next step. */
  document: number;
  /** A text of one's own. */
  text: string | null;
  position: number;

  // What the Worker said last.
  facts: Facts | null;
  frame: Frame | null;
  step: number;
  steps: number;
  furthest: number;
  loss: number | null | undefined;
  stepsPerSecond: number;

  // What is asked of it.
  playing: boolean;
  /** An index into SPEEDS. */
  speed: number;
  settings: Settings;
  ownText: Uint8Array | null;

  // The slow walk.
  /** The line in execution. */
  cursor: number | null;
  showing: Content;

  // Sentences for the reader.
  verify: Verification | null;
  message: string;
  announcement: string;
}

/** Keys of the state, with spaces between them, as `watch` takes them: never for a list with another word in it. */
type KeyList<List extends string> = List extends `${infer First} ${infer Rest}`
  ? First extends keyof State ? (KeyList<Rest> extends never ? never : List) : never
  : List extends keyof State ? List : never;

/** The elements of page.html that `part` gives, by their id. */
interface Parts {
  announcer: HTMLElement;
  back: HTMLButtonElement;
  caption: HTMLElement;
  closeSettings: HTMLButtonElement;
  contrast: HTMLInputElement;
  drawer: HTMLElement;
  engine: HTMLSelectElement;
  fields: HTMLElement;
  file: HTMLInputElement;
  forward: HTMLButtonElement;
  keys: HTMLElement;
  keysButton: HTMLButtonElement;
  loss: HTMLOutputElement;
  message: HTMLElement;
  modelSize: HTMLElement;
  more: HTMLButtonElement;
  ownText: HTMLButtonElement;
  paste: HTMLTextAreaElement;
  play: HTMLButtonElement;
  playWord: HTMLElement;
  print: HTMLButtonElement;
  printStrips: HTMLInputElement;
  program: HTMLSelectElement;
  rate: HTMLElement;
  seed: HTMLInputElement;
  settingsButton: HTMLButtonElement;
  speed: HTMLInputElement;
  speedName: HTMLElement;
  stepFigure: HTMLElement;
  stepsFigure: HTMLElement;
  textName: HTMLElement;
  verify: HTMLButtonElement;
  /** settings.js makes these. */
  [setting: `setting-${string}`]: HTMLInputElement;
}

/** A tensor in the panel, with the parts that panel.js makes in it. */
type TensorFigure = {
  tensor: TensorView;
  querySelector(selector: "canvas.cells" | "canvas.histogram"): HTMLCanvasElement;
  querySelector(selector: ".under" | ".min" | ".max" | ".norm"): HTMLElement;
  querySelectorAll(selector: ".figures span" | ".rowLetters span"): NodeListOf<HTMLElement>;
} & HTMLElement;
