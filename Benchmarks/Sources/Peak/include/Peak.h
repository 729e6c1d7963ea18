// The processor's speed limit: how many multiplications and additions a core does in a second when nothing but
// the arithmetic units holds it up.
#pragma once

/// Seconds of CPU time that this thread has used.
double peak_seconds(void);

/// Seconds of CPU time that child processes have used that have ended and been waited for.
double peak_children_seconds(void);

/// A counter that goes up at a steady pace, cheaply read: processor ticks where there are such.
unsigned long long peak_ticks(void);

/// Floating-point operations a second, best of some short runs, in the widest vectors of `level` (0 baseline,
/// 2 AVX2, 3 AVX-512): of floats by fused multiply-adds, which count twice, and of doubles by multiplications
/// and additions apart.
double peak_float(int level);
double peak_double(int level);

/// Keeps the optimizer from leaving `value` out.
double peak_sink(double value);
