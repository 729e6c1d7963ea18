// What browsers have and the type checker's own description of them lacks (TypeScript 4.8), and what the built page adds.

interface ARIAMixin {
  role: string | null;
}

interface Array<T> {
  findLast(predicate: (item: T) => boolean): T | undefined;
}

interface Element {
  scrollIntoView(options: { block: ScrollLogicalPosition; inline: ScrollLogicalPosition; behavior: "instant" }): void;
}

interface WindowEventMap {
  paste: ClipboardEvent;
}

interface String {
  matchAll(pattern: RegExp): IterableIterator<RegExpExecArray>;
}

declare class DecompressionStream implements GenericTransformStream {
  constructor(format: "gzip");
  readonly readable: ReadableStream<Uint8Array>;
  readonly writable: WritableStream<Uint8Array>;
}

/** The WebAssembly module, which unpack.js leaves for startWorker. */
declare var microgptModule: Uint8Array;
