// The reference's run, 1,000 steps at width 16, under CPython and in the exact arithmetic, alternating: seconds of
// training only, and whether the losses have the same bits.

import Foundation
import MicroGPT
import Peak

extension Benchmark {
  static let cpython = Benchmark(
    name: "cpython", summary: "1,000 steps of the reference under python3, beside the exact arithmetic"
  ) { session in
    guard let oracle = session.options.oracle, FileManager.default.isReadableFile(atPath: oracle) else {
      let path = session.options.oracle.map { ": '\($0)' is not there" } ?? ""
      return print("cpython: skipped, the reference is missing\(path). Name it by --oracle FILE.")
    }
    guard let python = Python() else { return print("cpython: skipped, there is no python3.") }
    try session.withNamesFile { try comparison(session, python, oracle, namesFile: $0) }
  }

  /// The best of equally many runs on each side: other programs slow down a long run more often than a short one.
  private static func comparison(
    _ session: Session, _ python: Python, _ oracle: String, namesFile: String
  ) throws {
    let names = try session.names.get(), steps = 1000, rounds = session.options.rounds ?? 3
    let arguments = [oracle, "--data", namesFile, "--samples", "0"]
    /// Seconds of the reference's whole run, of its run without steps, and of our steps.
    var whole: [Double] = [], start: [Double] = [], ours: [Double] = []
    var losses: [Double] = [], expected: [Double] = []
    for round in 1...rounds {
      start.append(try python.run(arguments + ["--steps", "0"]).seconds)
      let run = try python.run(arguments + ["--steps", "\(steps)"])
      whole.append(run.seconds)
      expected = try Self.losses(run.output)
      let trainer = try Trainer(corpus: names, instructionSet: session.set)
      losses = []
      let begin = peak_seconds()
      while let step = try trainer.step() { losses.append(step.loss) }
      ours.append(peak_seconds() - begin)
      print(
        "cpython round \(round): \(number(whole.last!, 2)) s, of these \(number(start.last!, 2)) s before the "
          + "first step; exact arithmetic \(number(ours.last! * 1000, 2)) ms")
    }
    let theirs = (whole.min()! - start.min()!) / Double(steps), best = ours.min()! / Double(steps)
    let isSame = losses.map(\.bitPattern) == expected.map(\.bitPattern)
    print(
      "\(python.version), best of \(rounds) on each side: \(number(theirs * 1e6, 0)) us a step; exact arithmetic \(number(best * 1e6, 2)): "
        + "\(grouped(Int(theirs / best))) times as fast, "
        + (isSame ? "\(steps) losses the same to the last bit" : "BUT THE LOSSES ARE NOT THE SAME"))
    session.record([
      "benchmark": "cpython", "python": .text(python.version), "width": 16, "batch": 1,
      "isa": .text(session.set.rawValue), "steps": .count(steps), "rounds": .count(rounds),
      "cpython_microseconds": .number(theirs * 1e6), "microseconds": .number(best * 1e6),
      "times_as_fast": .number(theirs / best), "same_bits": .flag(isSame),
    ])
  }

  /// The losses that the reference writes, in the format of Python's `float.hex`.
  private static func losses(_ json: Data) throws -> [Double] {
    struct Run: Decodable { let losses: [String] }
    let run = try JSONDecoder().decode(Run.self, from: json)
    return run.losses.map { Double($0) ?? .nan }
  }
}

/// The system's Python, or the first in the search path.
private struct Python {
  let path: String
  let version: String

  init?() {
    let folders = ProcessInfo.processInfo.environment["PATH"]?.split(separator: ":").map(String.init) ?? []
    let places = (["/usr/bin"] + folders).map { $0 + "/python3" }
    guard let path = places.first(where: { FileManager.default.isExecutableFile(atPath: $0) }) else {
      return nil
    }
    let python = Python(path: path, version: "")
    guard let run = try? python.run(["-c", "import platform; print(platform.python_version())"]) else {
      return nil
    }
    let text = String(decoding: run.output, as: UTF8.self)
    self = Python(path: path, version: "CPython " + text.trimmingCharacters(in: .whitespacesAndNewlines))
  }

  private init(path: String, version: String) { (self.path, self.version) = (path, version) }

  /// Runs a program and waits for it.
  ///
  /// - Returns: What it printed, and the seconds of CPU time that it took.
  func run(_ arguments: [String]) throws -> (output: Data, seconds: Double) {
    let process = Process(), pipe = Pipe()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = arguments
    process.standardOutput = pipe
    let before = peak_children_seconds()
    try process.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw Failure(code: Failure.data, "'\(path) \(arguments.joined(separator: " "))' failed.")
    }
    return (output, peak_children_seconds() - before)
  }
}
