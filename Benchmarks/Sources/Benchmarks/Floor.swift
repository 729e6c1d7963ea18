// The arithmetic floor: the time of a step's multiplications and additions alone, at the speed that the processor
// reached during the measurement.

import MicroGPT
import Peak

/// The speed of one core. Other programs share the machine and affect its clock, so the speed is measured again
/// between the rounds of every benchmark, and the highest value counts.
struct Machine {
  private let level: Int32
  /// Fused multiply-adds of floats, and multiplications and additions of doubles, a second.
  private(set) var floatRate = 0.0, doubleRate = 0.0

  init(_ set: InstructionSet) {
    level =
      switch set {
      case .baseline: 0
      case .avx2: 2
      case .avx512: 3
      }
    measure(.fast)
    measure(.exact)
  }

  mutating func measure(_ arithmetic: Arithmetic) {
    if arithmetic == .fast {
      floatRate = max(floatRate, peak_float(level))
    } else {
      doubleRate = max(doubleRate, peak_double(level))
    }
  }

  func rate(_ arithmetic: Arithmetic) -> Double { arithmetic == .fast ? floatRate : doubleRate }
}

extension Configuration {
  /// The floating-point operations of one document of `n` positions, forward and backward pass, without the
  /// optimizer: `6n(12LC² + VC) + 6LCn(n + 1) + n(25V + 48LC)`.
  ///
  /// A matrix of *p* parameters takes `2p` operations a position forward and `4p` backward; attention takes
  /// `2LCn(n + 1)` forward and twice as many backward; the last term is the elementwise work.
  func operations(positions n: Int, vocabularySize v: Int) -> Double {
    let products = 6 * n * (12 * layers * embedding * embedding + v * embedding)
    return Double(products + 6 * layers * embedding * n * (n + 1) + n * (25 * v + 48 * layers * embedding))
  }
}

/// The optimizer's operations for each parameter, once a step.
let optimizerOperations = 12.0
