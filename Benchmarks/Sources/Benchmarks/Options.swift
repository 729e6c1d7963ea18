// The command line of the benchmarks.

import Foundation

/// What a line of words asks for.
struct Options {
  var names = "input.txt"
  var lines: String?
  var json: String?
  var oracle: String?
  var folder: String?
  var rounds = 2
  var wantsHelp = false
  private(set) var benchmarks: [Benchmark] = []

  /// - Throws: `Failure` if a word is not understood.
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

  static var help: String {
    let width = Benchmark.all.map { $0.name.count }.max()! + 2
    let names = Benchmark.all.map {
      "  " + $0.name.padding(toLength: width, withPad: " ", startingAt: 0) + $0.summary
    }
    return """
      OVERVIEW: Measure training against the floor of its arithmetic, on one core.

      USAGE: Scripts/bench [OPTIONS] [NAME ...]

      BENCHMARKS (all of them, where none is named):
      \(names.joined(separator: "\n"))

      OPTIONS:
        --data FILE     The names to learn, one a line (default: input.txt)
        --lines FILE    A text of longer lines; benchmarks that need one are left out without it
        --json FILE     Write the figures to FILE, one JSON object a line
        --oracle FILE   The reference in Python (default: oracle/oracle.py in the folder MICROGPT_SHARED)
        --rounds N      How often to run the reference (default: 2)
        --write FOLDER  Write the table and the pictures of the benchmark 'sizes' to FOLDER
        -h, --help      Show this help

      MICROGPT_ISA=avx2 or baseline keeps the processor from its widest instructions. Times are CPU time.
      """
  }
}

/// An end of the command before its work is done. Codes are those of sysexits.h.
struct Failure: Error {
  static let usage: Int32 = 64, data: Int32 = 65, input: Int32 = 66, output: Int32 = 73

  let code: Int32
  /// What is wrong, where, and what to do.
  let message: String

  init(code: Int32, _ message: String) { (self.code, self.message) = (code, message) }
}
