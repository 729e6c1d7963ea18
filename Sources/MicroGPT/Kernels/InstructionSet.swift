// Which of the kernels' versions run: chosen by the processor, once, or by hand to test a narrower one.

import CMicroGPT

/// An instruction set that the kernels are compiled for.
///
/// The wider ones exist on x86-64 only. Elsewhere `baseline` is what every processor of the target has:
/// NEON on arm64, SIMD in WebAssembly where it is enabled.
public enum InstructionSet: String, Sendable, CaseIterable, Comparable {
  /// What every processor of the target has: SSE2 on x86-64.
  case baseline
  /// x86-64 with AVX2 and fused multiply-add.
  case avx2
  /// x86-64 with AVX-512.
  case avx512

  /// The widest that this processor has.
  public static let widest: InstructionSet =
    switch microgpt_instruction_set() {
    case Int32(MICROGPT_LEVEL_AVX512): .avx512
    case Int32(MICROGPT_LEVEL_AVX2): .avx2
    default: .baseline
    }

  /// Those that this processor has, from the narrowest on.
  public static var available: [InstructionSet] { allCases.filter { $0 <= widest } }

  /// Whether the first is narrower.
  public static func < (a: InstructionSet, b: InstructionSet) -> Bool { a.level < b.level }

  private var level: Int {
    switch self {
    case .baseline: 0
    case .avx2: 1
    case .avx512: 2
    }
  }
}
