// Which version of the kernels runs: for the widest instruction set of the processor, or for a narrower one in tests.

import CMicroGPT

/// An instruction set that the kernels are compiled for.
///
/// The wider ones exist on x86-64 only. On other targets there is only `baseline`: NEON on arm64, and SIMD in
/// WebAssembly where it is enabled.
public enum InstructionSet: String, Sendable, CaseIterable, Comparable {
  /// The instructions of every processor of the target: SSE2 on x86-64.
  case baseline
  /// x86-64 with AVX2 and fused multiply-add.
  case avx2
  /// x86-64 with AVX-512.
  case avx512

  /// The widest instruction set of this processor.
  public static let widest: InstructionSet =
    switch microgpt_instruction_set() {
    case Int32(MICROGPT_LEVEL_AVX512): .avx512
    case Int32(MICROGPT_LEVEL_AVX2): .avx2
    default: .baseline
    }

  /// The instruction sets of this processor, narrowest first.
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
