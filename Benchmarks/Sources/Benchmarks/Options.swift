// The command line of the benchmarks.

import Foundation

/// The options of a command line. `Scripts/bench` has the help, which needs no build.
struct Options {
  /// The option names, as help lists them.
  static let names = [
    "--data", "--lines", "--json", "--oracle", "--rounds", "--write", "--against", "--help",
  ]

  /// A file of names, or `nil` for the built-in ones.
  var names: String?
  var lines: String?
  var json: String?
  var oracle: String?
  var folder: String?
  /// How often to run other programs, by default each benchmark's own number.
  var rounds: Int?
  /// The program that `whole` measures, and one to compare it with.
  var program: String?, other: String?
  var wantsHelp = false
  private(set) var benchmarks: [Benchmark] = []

  /// - Throws: `Failure` if a word is unknown or its value is missing.
  init(_ words: [String]) throws(Failure) {
    var words = words[...]
    while let word = words.popFirst() {
      func value() throws(Failure) -> String {
        guard let value = words.popFirst() else {
          throw Failure(code: Failure.usage, "'\(word)' needs a value. See 'Scripts/bench --help'.")
        }
        return value
      }
      switch word {
      case "--data": names = try value()
      case "--lines": lines = try value()
      case "--json": json = try value()
      case "--oracle": oracle = try value()
      case "--write": folder = try value()
      case "--program": program = try value()
      case "--against": other = try value()
      case "--rounds":
        let text = try value()
        guard let number = Int(text), number > 0 else {
          throw Failure(code: Failure.usage, "'--rounds \(text)' is not a whole number, 1 or more.")
        }
        rounds = number
      case "-h", "--help": wantsHelp = true
      default:
        guard let benchmark = Benchmark.all.first(where: { $0.name == word }) else {
          let known = Benchmark.all.map { $0.name }.joined(separator: ", ")
          throw Failure(
            code: Failure.usage,
            word.hasPrefix("-")
              ? "There is no option '\(word)'. See 'Scripts/bench --help'."
              : "There is no benchmark '\(word)'. There are \(known).")
        }
        benchmarks.append(benchmark)
      }
    }
    if benchmarks.isEmpty { benchmarks = Benchmark.all }
    if oracle == nil, let shared = ProcessInfo.processInfo.environment["MICROGPT_SHARED"] {
      oracle = shared + "/oracle/oracle.py"
    }
  }
}

/// Why the command ends early. Codes are those of sysexits.h.
struct Failure: Error {
  static let usage: Int32 = 64, data: Int32 = 65, input: Int32 = 66, output: Int32 = 73

  let code: Int32
  /// What is wrong, where, and what to do.
  let message: String

  init(code: Int32, _ message: String) { (self.code, self.message) = (code, message) }
}
