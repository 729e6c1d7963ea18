#define _GNU_SOURCE
#include "Peak.h"

#include <sys/resource.h>
#include <time.h>

#pragma STDC FP_CONTRACT OFF

double peak_seconds(void) {
  struct timespec time;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

double peak_children_seconds(void) {
  struct rusage usage;
  getrusage(RUSAGE_CHILDREN, &usage);
  return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
         + 1e-6 * (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

unsigned long long peak_ticks(void) {
#if defined(__x86_64__)
  return __builtin_ia32_rdtsc();
#else
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (unsigned long long)time.tv_sec * 1000000000ull + (unsigned long long)time.tv_nsec;
#endif
}

double peak_sink(double value) {
  static volatile double sink;
  sink = value;
  return value;
}

// Twelve sums at a time hide the latency of an addition, and leave room in sixteen registers.
#define PEAK(name, attributes, T, lanes, operation)                                     \
  typedef T name##_vector __attribute__((ext_vector_type(lanes)));                      \
  attributes static double name(long repetitions) {                                     \
    name##_vector s[12], a = (T)0.999999, b = (T)1e-6;                                  \
    for (int i = 0; i < 12; i++) s[i] = (T)(1 + i);                                     \
    for (long n = 0; n < repetitions; n++) {                                            \
      _Pragma("clang loop unroll(full)") for (int i = 0; i < 12; i++) s[i] = operation; \
      __asm__ volatile("" ::: );                                                        \
    }                                                                                   \
    double sum = 0;                                                                     \
    for (int i = 0; i < 12; i++) sum += (double)s[i][0];                                \
    return sum;                                                                         \
  }

#define FUSED __builtin_elementwise_fma(s[i], a, b)
#define UNFUSED s[i] * a + b

#if defined(__x86_64__)
#define V4 __attribute__((target("avx512f,avx512vl,fma"), min_vector_width(512)))
#define V3 __attribute__((target("avx2,fma")))
PEAK(float_avx512, V4, float, 16, FUSED)
PEAK(float_avx2, V3, float, 8, FUSED)
PEAK(float_baseline, , float, 4, UNFUSED)
PEAK(double_avx512, V4, double, 8, UNFUSED)
PEAK(double_avx2, V3, double, 4, UNFUSED)
PEAK(double_baseline, , double, 2, UNFUSED)
#else
PEAK(float_baseline, , float, 4, FUSED)
PEAK(double_baseline, , double, 2, UNFUSED)
#define float_avx512 float_baseline
#define float_avx2 float_baseline
#define double_avx512 double_baseline
#define double_avx2 double_baseline
#endif

static double best(double (*run)(long), int lanes) {
  const long repetitions = 200000;
  double rate = 0;
  for (int i = 0; i < 30; i++) {
    double start = peak_seconds();
    peak_sink(run(repetitions));
    double seconds = peak_seconds() - start;
    double found = 2.0 * 12 * lanes * (double)repetitions / seconds;
    if (found > rate) rate = found;
  }
  return rate;
}

double peak_float(int level) {
  if (level == 3) return best(float_avx512, 16);
  if (level == 2) return best(float_avx2, 8);
  return best(float_baseline, 4);
}

double peak_double(int level) {
  if (level == 3) return best(double_avx512, 8);
  if (level == 2) return best(double_avx2, 4);
  return best(double_baseline, 2);
}
