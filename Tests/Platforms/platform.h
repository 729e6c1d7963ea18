// What run.swift and its surroundings, main.c, call of each other.
#pragma once

/// Runs what the bytes describe; run.swift has it.
void platform_run(const unsigned char *_Nonnull bytes, long count);

/// Writes bytes to standard output; main.c or, in WebAssembly, host.mjs has it.
#if defined(__wasm__)
__attribute__((import_module("env"), import_name("platform_write")))
#endif
void platform_write(const unsigned char *_Nonnull bytes, long count);
