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
  /// The library's function and the C library's.
  let ours, theirs: (Double) -> Double

  /// The functions that a training run calls, at the arguments that it calls them with.
  static var all: [CLibraryFunction] {
    let functions = Functions.current
    let angle: (inout SystemRandomNumberGenerator) -> Double = { .random(in: 0..<2 * .pi, using: &$0) }
    let base: (inout SystemRandomNumberGenerator) -> Double = {
      let exponent = Int.random(in: -40..<20, using: &$0)
      return Double(sign: .plus, exponent: exponent, significand: .random(in: 1..<2, using: &$0))
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
          name: "pow \(exponent)", argument: base, ours: { functions.power($0, exponent) },
          theirs: { cPower($0, exponent) })
      }
  }

  /// At how many of `count` arguments they differ.
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

/// The comparison of several functions.
struct CLibraryComparison {
  var functions = CLibraryFunction.all
  /// How many arguments of each. In a debug build a function takes a hundred times as long.
  #if DEBUG
    var count = 20_000
  #else
    var count = 1_000_000
  #endif

  /// Writes a line for each function, and what they mean. A difference is no failure: it says something about this
  /// machine, and nothing about this build.
  func report(to output: OutputFile) throws {
    try output.write("Results of this machine's C library that are not the reference's, bit for bit:\n\n")
    let width = functions.map(\.name.count).max() ?? 0
    var isEqual = true
    for function in functions {
      let different = function.differences(of: count)
      isEqual = isEqual && different == 0
      let space = String(repeating: " ", count: width - function.name.count)
      try output.write("  \(function.name)\(space)  \(grouped(different)) of \(grouped(count))\n")
    }
    try output.write(
      isEqual
        ? "\nCPython, where it computes with this C library, trains as the reference does.\n"
        : "\nCPython, where it computes with this C library, gives other last digits than the reference. "
          + "microgpt has\nfunctions of its own and gives the reference's: see 'microgpt verify'.\n")
    try output.flush()
  }
}
