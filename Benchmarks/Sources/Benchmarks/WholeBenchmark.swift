// The command as a user runs it: whole processes, from start to exit, of the default run, of a run without steps, of
// --version and of sampling; one program, or two alternating.

import Foundation
import MicroGPT

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

extension Benchmark {
  static let whole = Benchmark(
    name: "whole",
    summary: "The built command: whole runs, start-up and tokens a second, with --against by turns"
  ) { session in
    guard let program = session.options.program else {
      return print("whole: skipped, it needs the command. Run it by Scripts/bench.")
    }
    let programs = [program] + (session.options.other.map { [$0] } ?? [])
    for program in programs where !FileManager.default.isExecutableFile(atPath: program) {
      throw Failure(code: Failure.input, "'\(program)' is not a program. Name one that can be run.")
    }
    try session.withNamesFile { try measureWhole(session, programs, namesFile: $0) }
  }
}

/// A command line whose whole process is timed.
private struct WholeRun {
  let name: String
  let arguments: [String]
  /// The options for a run without samples, which is subtracted to give the tokens a second of sampling alone.
  var baseline: [String]?
  /// The samples that are drawn.
  var samples = 0
}

/// Wall-clock seconds and seconds of CPU time in user mode.
private typealias Times = (wall: Double, user: Double)

private func measureWhole(_ session: Session, _ programs: [String], namesFile: String) throws {
  let data = ["--data", namesFile, "--quiet"]
  let one = 20_000, many = 400_000
  let model = NSTemporaryDirectory() + "microgpt-model-\(getpid()).safetensors"
  defer { unlink(model) }
  _ = try time(programs[0], data + ["--samples", "0", "--save", model])
  // Every token is computed, though a line may begin as an earlier one does.
  let raw = ["sample", model, "--streams", "one", "--memory", "0", "--samples"]
  let runs = [
    WholeRun(name: "default run", arguments: ["--data", namesFile]),
    WholeRun(name: "fast, default run", arguments: ["--data", namesFile, "--engine", "fast"]),
    WholeRun(name: "no steps", arguments: ["--data", namesFile, "--steps", "0"]),
    WholeRun(name: "--version", arguments: ["--version"]),
    WholeRun(
      name: "one stream, \(grouped(one)) samples", arguments: data + ["--samples", "\(one)"],
      baseline: data + ["--samples", "0"], samples: one),
    WholeRun(
      name: "one exact stream, no prefix memory", arguments: raw + ["\(one)"], baseline: raw + ["0"],
      samples: one),
    WholeRun(
      name: "one fast stream, no prefix memory", arguments: raw + ["\(one)", "--engine", "fast"],
      baseline: raw + ["0"], samples: one),
    WholeRun(
      name: "many streams, fast, \(grouped(many)) samples",
      arguments: data + ["--engine", "fast", "--streams", "many", "--samples", "\(many)"],
      baseline: data + ["--engine", "fast", "--samples", "0"], samples: many),
  ]
  let rounds = session.options.rounds ?? 11
  print("whole processes, best and median of \(rounds), milliseconds")
  print("wall".right(53), "median".right(9), "user".right(9), "median".right(9))
  for run in runs {
    var times = programs.map { _ in [Times]() }, baselines = times
    // Each program runs once before the first timing, to load the pages of its file.
    guard programs.allSatisfy({ (try? time($0, run.arguments)) != nil }) else {
      print("\(run.name): skipped, an older program does not know its options")
      continue
    }
    for _ in 0..<rounds {
      for (i, program) in programs.enumerated() {
        if let baseline = run.baseline { baselines[i].append(try time(program, baseline)) }
        times[i].append(try time(program, run.arguments))
      }
    }
    for (i, program) in programs.enumerated() {
      let wall = times[i].map { $0.wall }.sorted(), user = times[i].map { $0.user }.sorted()
      let name = programs.count == 1 ? run.name : "\(i == 0 ? "A" : "B") \(run.name)"
      func milliseconds(_ seconds: Double) -> String { number(seconds * 1000, 2).right(9) }
      var line = name.left(44) + milliseconds(wall[0]) + " " + milliseconds(wall[rounds / 2]) + " "
      line += milliseconds(user[0]) + " " + milliseconds(user[rounds / 2])
      var rates: (whole: Double, sampling: Double)?
      if run.samples > 0 {
        let tokens = Double(try countTokens(program, run.arguments)),
          start = baselines[i].map { $0.wall }.min()!
        rates = (tokens / wall[0], tokens / max(wall[0] - start, 1e-6))
        line +=
          "  \(number(rates!.whole / 1e6, 2)) million tokens/s, \(number(rates!.sampling / 1e6, 2)) without training"
      }
      print(line)
      session.record([
        "benchmark": "whole", "run": .text(run.name), "program": .text(program), "rounds": .count(rounds),
        "wall_milliseconds": .number(wall[0] * 1000),
        "median_wall_milliseconds": .number(wall[rounds / 2] * 1000),
        "user_milliseconds": .number(user[0] * 1000),
        "median_user_milliseconds": .number(user[rounds / 2] * 1000),
        "tokens_per_second": rates.map { .number($0.whole) } ?? .null,
        "sampling_tokens_per_second": rates.map { .number($0.sampling) } ?? .null,
      ])
    }
  }
  if programs.count > 1 { print("A is \(programs[0]), B is \(programs[1]).") }
}

/// The number of tokens that a run draws: each sample's characters and BOS, except after the last position.
private func countTokens(_ program: String, _ arguments: [String]) throws -> Int {
  let path = NSTemporaryDirectory() + "microgpt-samples-\(getpid()).txt"
  defer { unlink(path) }
  _ = try time(program, arguments, output: path)
  let limit = Configuration().blockSize
  var tokens = 0
  for line in try Data(contentsOf: URL(fileURLWithPath: path)).split(separator: UInt8(ascii: "\n"))
  where line.starts(with: Array("sample ".utf8)) {
    let text = String(decoding: line.drop { $0 != UInt8(ascii: ":") }.dropFirst(2), as: UTF8.self)
    tokens += min(text.unicodeScalars.count + 1, limit)
  }
  return tokens
}

/// Runs a program without input, and times it from its start until it has been waited for. Foundation's `Process`
/// would add milliseconds.
private func time(_ program: String, _ arguments: [String], output: String = "/dev/null") throws -> Times {
  #if canImport(Darwin)
    var actions: posix_spawn_file_actions_t?
  #else
    var actions = posix_spawn_file_actions_t()
  #endif
  posix_spawn_file_actions_init(&actions)
  defer { posix_spawn_file_actions_destroy(&actions) }
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, output, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0)
  var words = ([program] + arguments).map { strdup($0) } + [nil]
  defer { for word in words { free(word) } }
  var process = pid_t(), status: Int32 = 0, usage = rusage()
  let start = now()
  guard posix_spawn(&process, program, &actions, nil, &words, environ) == 0 else {
    throw Failure(code: Failure.input, "'\(program)' cannot be run.")
  }
  while wait4(process, &status, 0, &usage) < 0 { if errno != EINTR { break } }
  let wall = now() - start
  guard status == 0 else {
    throw Failure(code: Failure.data, "'\(program) \(arguments.joined(separator: " "))' failed.")
  }
  return (wall, Double(usage.ru_utime.tv_sec) + Double(usage.ru_utime.tv_usec) * 1e-6)
}

private func now() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}
