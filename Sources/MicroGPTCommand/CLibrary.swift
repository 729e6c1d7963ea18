// This machine's C library beside the library's own functions: `microgpt verify --against-libm`.

import MicroGPT
import MicroGPTFiles

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A function of the C library, compared with the library's own at random arguments.
struct CLibraryFunction {
  /// Its name, with the exponent of a power.
  let name: String
  /// Draws an argument.
  let argument: (inout SystemRandomNumberGenerator) -> Double
  /// The bits that the library and the C library give.
  let ours, theirs: (Double) -> Double

  /// The functions that a training run calls, at the arguments that it calls them with.
  static var all: [CLibraryFunction] {
    let functions = Functions.current
    let angle: (inout SystemRandomNumberGenerator) -> Double = { .random(in: 0..<2 * .pi, using: &$0) }
    let power: (inout SystemRandomNumberGenerator) -> Double = {
      .random(in: 1..<2, using: &$0)
        * Double(sign: .plus, exponent: .random(in: -40..<20, using: &$0), significand: 1)
    }
    return [
      CLibraryFunction(
        name: "exp", argument: { .random(in: -36...0, using: &$0) }, ours: functions.exp, theirs: { exp($0) }),
      CLibraryFunction(
        name: "log", argument: { .random(in: .leastNonzeroMagnitude...1, using: &$0) }, ours: functions.log,
        theirs: { log($0) }),
      CLibraryFunction(name: "sin", argument: angle, ours: functions.sin, theirs: { sin($0) }),
      CLibraryFunction(name: "cos", argument: angle, ours: functions.cos, theirs: { cos($0) }),
    ]
      + [-2, -1.5, -1, -0.5, 0.5, 2].map { exponent in
        CLibraryFunction(
          name: "pow \(exponent)", argument: power, ours: { functions.power($0, exponent) },
          theirs: { cPower($0, exponent) })
      }
  }

  /// How many of `count` arguments differ.
  func differences(of count: Int) -> Int {
    var generator = SystemRandomNumberGenerator(), different = 0
    for _ in 0..<count {
      let x = argument(&generator)
      if ours(x).bitPattern != theirs(x).bitPattern { different += 1 }
    }
    return different
  }
}

/// The C library's `pow`. Not inlined, so that the compiler cannot replace it by a product or a root.
@inline(never)
private func cPower(_ base: Double, _ exponent: Double) -> Double { pow(base, exponent) }

/// All functions compared.
struct CLibraryComparison {
  /// How many arguments of each.
  var count = 1_000_000

  /// Writes a line for each function, and what they mean.
  func report(to output: OutputFile) throws {
    var isEqual = true
    for function in CLibraryFunction.all {
      let different = function.differences(of: count)
      isEqual = isEqual && different == 0
      let name = function.name + String(repeating: " ", count: max(0, 8 - function.name.count))
      try output.write("\(name)  \(different) of \(count) differ\n")
    }
    try output.write(
      isEqual
        ? "This machine's C library gives the same numbers, and so does CPython where it uses it.\n"
        : "This machine's C library rounds otherwise. CPython would give other last digits here; microgpt does not.\n"
    )
    try output.flush()
  }
}
