// What Swift cannot express: the C library's functions by name, a pow that cannot be folded, kernels and vectors.
#pragma once

#include "Kernels.h"
#include "Vectors.h"

// Declared rather than included: Embedded Swift has no module of the C library to import, and a bare
// WebAssembly target has no headers. Where there are headers, these repeat their declarations.
double exp(double x);
double log(double x);
double sin(double x);
double cos(double x);

/// The C library's `pow`. Defined in a .c file of its own, never inline here: where the optimizer sees both
/// `pow` and a constant exponent it turns pow(x, 2), pow(x, -1) and pow(x, 0.5) into x * x, 1 / x and
/// sqrt(x), and those round differently for about one argument in a thousand.
double microgpt_pow(double base, double exponent);

/// The C library's `strtod`: reads the number at the start of `text`, and gives the number of characters read. Its
/// decimal point is the locale's.
long microgpt_parse_double(const char *_Nonnull text, double *_Nonnull number);

#if defined(__has_include)
#if __has_include(<features.h>)
#include <features.h>  // defines __GLIBC__ where the C library is glibc
#endif
#endif

/// Whether `pow` is glibc's, whose error bound lets the exact arithmetic omit most calls.
static inline int microgpt_pow_is_glibc(void) {
#ifdef __GLIBC__
  return 1;
#else
  return 0;
#endif
}
