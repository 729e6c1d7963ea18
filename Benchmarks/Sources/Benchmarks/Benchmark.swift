// The list of benchmarks. Each is declared in its own file; a line here makes it available on the command line.

/// A benchmark: its name on the command line, and its function.
struct Benchmark: Sendable {
  let name: String
  /// Its description in help.
  let summary: String
  let run: @Sendable (Session) throws -> Void

  /// In the order in which they run.
  static let all: [Benchmark] = [
    fast, exact, lines, kernels, sampling, whole, cpython, sizes,
  ]
}
