// How one binary holds the kernels for every instruction set without a compiler flag.
//
// A kernel is a Swift function. Each of its entries is a Swift function too, whose body is one inlined call and which
// has a name in C: `@c(microgpt_adam_f32_avx512)`. The declaration of that name in C carries a `target` attribute.
// Where Swift code names the C declaration, the importer creates a function with that attribute. When the Swift
// function of that name is compiled later in the same file, its code goes into the existing function, and so is
// compiled for that instruction set. Hence two rules: a file names its entries before it defines them, and everything
// that a kernel calls has to be inlined, or it stays compiled for the baseline. With a compiler that does otherwise
// the kernels are still right, but slow: Scripts/check-instructions finds that.
#pragma once

#if defined(__x86_64__)
#define MICROGPT_AVX512                                                                                     \
  __attribute__((                                                                                           \
    target("avx512f,avx512vl,avx512bw,avx512dq,avx512cd,avx2,fma,bmi,bmi2,lzcnt,f16c,movbe"),               \
    min_vector_width(512)))
#define MICROGPT_AVX2 __attribute__((target("avx2,fma,bmi,bmi2,lzcnt,f16c,movbe")))
#endif

/// The levels of `microgpt_instruction_set`.
enum { MICROGPT_BASELINE = 0, MICROGPT_LEVEL_AVX2 = 2, MICROGPT_LEVEL_AVX512 = 3 };

/// The widest instruction set that this processor has. Outside x86-64 it is always the baseline.
int microgpt_instruction_set(void);

/// Sets whether subnormal numbers are treated as zero, and returns whether they were before. Without effect where the
/// processor has no such mode.
int microgpt_flush_denormals(int flush);

#include "KernelEntries.generated.h"
