// The engine's arithmetic: a number type and its kernels. The engine is generic over it and compiled for each
// arithmetic.

import CMicroGPT

/// An arithmetic that has kernels.
protocol KernelArithmetic {
  associatedtype Scalar: BinaryFloatingPoint & SIMDScalar

  /// Its name.
  static var arithmetic: Arithmetic { get }
  /// Whether every sum has to follow the reference's order.
  static var isExact: Bool { get }
  static func kernels(_ set: InstructionSet) -> Kernels<Scalar>
}

extension KernelArithmetic {
  /// `D^(-1/2)`: the power -1 of a root, each rounded, as the reference computes it.
  static func attentionScale(_ shape: Shape) -> Scalar {
    let root = Scalar(power(Double(shape.headWidth), 0.5))
    return Scalar(power(Double(root), -1))
  }

  /// In the fast arithmetic, subnormal numbers count as zero in `body`: moments become that small in long runs, and
  /// each such number would cost a hundred cycles. The exact arithmetic keeps them.
  @inline(__always)
  static func withFlushedDenormals<Result>(_ body: () -> Result) -> Result {
    let flushed = isExact ? 0 : microgpt_flush_denormals(1)
    defer { if !isExact && flushed == 0 { _ = microgpt_flush_denormals(0) } }
    return body()
  }
}

/// The reference's arithmetic: doubles, every product rounded before it is added, and the bits of the reference's
/// `exp`, `log` and `pow`.
enum ExactArithmetic: KernelArithmetic {
  static var arithmetic: Arithmetic { .exact }
  static var isExact: Bool { true }
  static func kernels(_ set: InstructionSet) -> Kernels<Double> { Kernels(set) }
}

/// Floats, with fused multiply-adds where the processor has them, and sums in the order that is fastest.
enum FastArithmetic: KernelArithmetic {
  static var arithmetic: Arithmetic { .fast }
  static var isExact: Bool { false }
  static func kernels(_ set: InstructionSet) -> Kernels<Float> { Kernels(set) }
}
