// Runs run.swift in WebAssembly: standard input to the module's memory, what it writes to standard output.
//
//     node host.mjs PROGRAM < INPUT

import { readFileSync, writeSync } from "node:fs";

let memory;
const output = [];
const { instance } = await WebAssembly.instantiate(readFileSync(process.argv[2]), {
  env: {
    platform_write: (start, count) => output.push(Buffer.from(new Uint8Array(memory.buffer, start, count))),
  },
  // The C library's own functions ask for a file system, which a run never uses.
  wasi_snapshot_preview1: new Proxy({}, { get: (_, name) => () => { throw new Error(`WASI's ${name} was called`); } }),
});
memory = instance.exports.memory;
const input = readFileSync(0);
const start = instance.exports.allocate(input.length);
// The view is made after the allocation, because growing the memory detaches earlier ones.
new Uint8Array(memory.buffer, start, input.length).set(input);
try {
  instance.exports.run(start, input.length);
} finally {
  // All at once, because thousands of small writes take longer than the run.
  const bytes = Buffer.concat(output);
  for (let place = 0; place < bytes.length; ) place += writeSync(1, bytes, place);
}
