// The exact arithmetic's functions. All but `sqrt` are the C library's, and no other file names these.
//
// CPython's `math` calls the C library too, so the same library gives the same bits. Libraries differ: glibc, musl
// and Darwin sometimes disagree in the last digit of `exp`, `log`, `sin`, `cos` and `pow`, and glibc chooses an
// implementation by CPU. Only `sqrt` is the same everywhere.

import CMicroGPT

/// The C library's `exp`.
func exp(_ x: Double) -> Double { CMicroGPT.exp(x) }

/// The C library's natural logarithm.
func log(_ x: Double) -> Double { CMicroGPT.log(x) }

/// The C library's sine, of radians.
func sin(_ x: Double) -> Double { CMicroGPT.sin(x) }

/// The C library's cosine, of radians.
func cos(_ x: Double) -> Double { CMicroGPT.cos(x) }

/// The square root, correctly rounded, as IEEE 754 requires of every library and processor.
func sqrt(_ x: Double) -> Double { x.squareRoot() }

/// The C library's `pow`. For the exponents -1, 0.5 and 2 it is not quite `1 / x`, `sqrt(x)` and `x * x`, so the call
/// goes through C, where the optimizer cannot substitute those.
func power(_ base: Double, _ exponent: Double) -> Double { microgpt_pow(base, exponent) }
