#include "CMicroGPT.h"

int microgpt_instruction_set(void) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  int avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi2");
  if (avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
      __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512cd"))
    return MICROGPT_LEVEL_AVX512;
  if (avx2) return MICROGPT_LEVEL_AVX2;
#endif
  return MICROGPT_BASELINE;
}

int microgpt_flush_denormals(int flush) {
#if defined(__x86_64__)
  // Bit 15 of MXCSR flushes results to zero, bit 6 takes operands as zero.
  const unsigned bits = 0x8040;
  unsigned state = __builtin_ia32_stmxcsr();
  __builtin_ia32_ldmxcsr(flush ? state | bits : state & ~bits);
  return (state & bits) == bits;
#elif defined(__aarch64__)
  // Bit 24 of FPCR does both.
  const unsigned long long bit = 1ull << 24;
  unsigned long long state;
  __asm__ volatile("mrs %0, fpcr" : "=r"(state));
  unsigned long long changed = flush ? state | bit : state & ~bit;
  __asm__ volatile("msr fpcr, %0" : : "r"(changed));
  return (state & bit) != 0;
#else
  (void)flush;
  return 0;
#endif
}
