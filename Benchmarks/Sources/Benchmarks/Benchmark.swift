// The list of benchmarks. Each is declared in a file of its own; a line here puts it on the command line.

/// A benchmark: what it is called on the command line, and what it does.
struct Benchmark: Sendable {
  let name: String
  /// What help says about it.
  let summary: String
  let run: @Sendable (Session) throws -> Void

  /// In the order in which they run.
  static let all: [Benchmark] = [
    fast, exact, lines, kernels, sampling, whole, cpython, sizes,
  ]
}
