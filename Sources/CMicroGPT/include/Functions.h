// The exact arithmetic's functions for processors with a fused multiply-add. Kernels.h says how they are compiled for
// these; the functions are in Functions.swift.
#pragma once

#include "Kernels.h"

#if defined(__x86_64__)
MICROGPT_AVX2 double microgpt_exp_fused(double x);
MICROGPT_AVX2 double microgpt_log_fused(double x);
MICROGPT_AVX2 double microgpt_sin_fused(double x);
MICROGPT_AVX2 double microgpt_cos_fused(double x);
MICROGPT_AVX2 double microgpt_pow_fused(double x, double y);
#endif
