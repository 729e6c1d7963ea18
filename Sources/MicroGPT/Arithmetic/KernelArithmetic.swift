// What the engine computes with: a number type, and the kernels for it. The engine is written once over this policy
// and compiled for each arithmetic; nothing outside the library sees it.

/// An arithmetic that there are kernels for.
protocol KernelArithmetic {
  associatedtype Scalar: BinaryFloatingPoint & SIMDScalar

  /// Its name.
  static var arithmetic: Arithmetic { get }
  /// Whether sums have to have the reference's order throughout.
  static var isExact: Bool { get }
  static func kernels(_ set: InstructionSet) -> Kernels<Scalar>
}

/// The reference's arithmetic: doubles, every product rounded before it is added, and the C library's
/// `exp`, `log` and `pow`, so that a run gives CPython's bits.
enum ExactArithmetic: KernelArithmetic {
  static var arithmetic: Arithmetic { .exact }
  static var isExact: Bool { true }
  static func kernels(_ set: InstructionSet) -> Kernels<Double> { Kernels(set) }
}

/// Floats, with products and sums as the processor does them best.
enum FastArithmetic: KernelArithmetic {
  static var arithmetic: Arithmetic { .fast }
  static var isExact: Bool { false }
  static func kernels(_ set: InstructionSet) -> Kernels<Float> { Kernels(set) }
}
