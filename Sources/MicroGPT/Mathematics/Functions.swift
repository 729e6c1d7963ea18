// The exact arithmetic's functions: exp, log, sin, cos and pow, with the bits that glibc gives on processors with a fused
// multiply-add, on every processor and without a C library. CPython calls glibc's there, so the reference's figures are
// theirs. Documentation/Exactness.md says how they were checked.

import CMicroGPT

/// The functions of one double, compiled for processors with or without a fused multiply-add. The bits are the same.
package struct Functions: Sendable {
  package let exp, log, sin, cos: @convention(c) (Double) -> Double
  package let power: @convention(c) (Double, Double) -> Double

  #if arch(x86_64)
    /// For processors with a fused multiply-add.
    static let fused: Functions = kernelTable(fillFunctionsFused)
    /// For this processor.
    package static let current = InstructionSet.widest == .baseline ? baseline : fused
  #else
    static var fused: Functions { baseline }
    package static var current: Functions { baseline }
  #endif
  /// For every processor of this target.
  static let baseline = Functions(
    exp: expBaseline, log: logBaseline, sin: sinBaseline, cos: cosBaseline, power: powBaseline)
}

/// `e^x`.
func exp(_ x: Double) -> Double { Functions.current.exp(x) }

/// The natural logarithm.
func log(_ x: Double) -> Double { Functions.current.log(x) }

/// The sine of radians, for `|x| < 10⁸`.
func sin(_ x: Double) -> Double { Functions.current.sin(x) }

/// The cosine of radians, for `|x| < 10⁸`.
func cos(_ x: Double) -> Double { Functions.current.cos(x) }

/// The square root, correctly rounded, as IEEE 754 requires of every processor.
func sqrt(_ x: Double) -> Double { microgpt_f64_root(x) }

/// `base^exponent`. For the exponents -1, 0.5 and 2 it is not quite `1 / base`, `sqrt(base)` and `base * base`.
func power(_ base: Double, _ exponent: Double) -> Double { Functions.current.power(base, exponent) }

#if arch(arm64) || arch(riscv64)
  /// These processors all have a fused multiply-add.
  typealias BaselineNumber = FusedNumber
#else
  typealias BaselineNumber = EmulatedNumber
#endif

// They are called where lanes do not settle a result, in many places, and one copy of each is enough: with all copies
// inlined WebAssembly is a fifth larger and no faster.
@inline(never) private func expBaseline(_ x: Double) -> Double { BaselineNumber.exponential(x) }
@inline(never) private func logBaseline(_ x: Double) -> Double { BaselineNumber.logarithm(x) }
@inline(never) private func sinBaseline(_ x: Double) -> Double { BaselineNumber.sine(x) }
@inline(never) private func cosBaseline(_ x: Double) -> Double { BaselineNumber.cosine(x) }
@inline(never) private func powBaseline(_ x: Double, _ y: Double) -> Double { BaselineNumber.power(x, y) }

#if arch(x86_64)
  // Compiled for AVX2 and FMA, because code above their definitions names their declarations in C: see Kernels.h in
  // CMicroGPT.
  @c(microgpt_functions_fused)
  func fillFunctionsFused(_ table: UnsafeMutableRawPointer) {
    table.initializeMemory(
      as: Functions.self,
      to: Functions(
        exp: microgpt_exp_fused, log: microgpt_log_fused, sin: microgpt_sin_fused, cos: microgpt_cos_fused,
        power: microgpt_pow_fused))
  }

  @c(microgpt_exp_fused) func expFused(_ x: Double) -> Double { FusedNumber.exponential(x) }
  @c(microgpt_log_fused) func logFused(_ x: Double) -> Double { FusedNumber.logarithm(x) }
  @c(microgpt_sin_fused) func sinFused(_ x: Double) -> Double { FusedNumber.sine(x) }
  @c(microgpt_cos_fused) func cosFused(_ x: Double) -> Double { FusedNumber.cosine(x) }
  @c(microgpt_pow_fused) func powFused(_ x: Double, _ y: Double) -> Double { FusedNumber.power(x, y) }
#endif
