// The winning settings, as lines of `Quality/winners.jsonl`, and runs of the command with them.

import Foundation
import MicroGPT

/// What is recorded of a winner.
struct Winner: Codable {
  /// Which comparison it won, for tables and the chart.
  let title: String
  /// The CPU seconds that a run may take, if it won within a budget.
  let budget: Double?
  /// Whether the chart has a line for it.
  let isDrawn: Bool
  let setting: Setting
  let steps: Int
  /// "exact" or "fast".
  let engine: String

  var arithmetic: Arithmetic { Arithmetic(rawValue: engine) ?? .fast }

  var options: String {
    let options = setting.options(steps: steps)
    return engine == "fast" ? options : options.replacingOccurrences(of: "--engine fast ", with: "")
  }

  static func read(_ path: String) throws -> [Winner] {
    try Data(contentsOf: URL(fileURLWithPath: path)).split(separator: UInt8(ascii: "\n")).map { line in
      try JSONDecoder().decode(Winner.self, from: line)
    }
  }

  static func write(_ winners: [Winner], to path: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    let lines = try winners.map { try encoder.encode($0) + [UInt8(ascii: "\n")] }
    try Data(lines.joined()).write(to: URL(fileURLWithPath: path))
  }

  /// The winners of the budgets in some results, and those that were recorded before for no budget or for another.
  static func chosen(from results: Results, keeping recorded: [Winner], seeds: Int) -> [Winner] {
    let budgets = Set(results.trials.map(\.budget))
    var winners = recorded.filter { winner in winner.budget.map { !budgets.contains($0) } ?? true }
    for budget in budgets {
      for (loss, title, isDrawn) in [
        (\Trial.training, "best", true), (\Trial.heldOut, "best held out", false),
      ] {
        guard
          let best = results.confirmed(budget: budget, by: loss).first(where: {
            $0.refusal(seeds: seeds) == nil
          })
        else { continue }
        let title = "\(title) in \(String(format: "%g", budget)) s"
        winners.append(
          Winner(
            title: title, budget: budget,
            isDrawn: recorded.first { $0.title == title }?.isDrawn ?? isDrawn,
            setting: best.run.setting, steps: best.run.steps, engine: "fast"))
      }
    }
    // Swift's sort keeps the order of equals.
    return winners.sorted { ($0.budget ?? 0) < ($1.budget ?? 0) }
  }

  /// The loss on documents of a run that learned from others. It is the same as the command's `--held-out` gives.
  func loss(on documents: Corpus, learning corpus: Corpus, seed: UInt64) throws -> Double {
    let trainer = try Trainer(
      corpus: corpus, configuration: setting.configuration(steps: steps, seed: seed), engine: arithmetic)
    try trainer.train()
    return try trainer.evaluate(documents).loss
  }
}

/// A run of the command: its time, and the losses that it logged.
struct CommandRun {
  let cpuSeconds, seconds, last100: Double

  /// Runs `microgpt train` quietly and without samples, as a user would.
  init(program: String, data: String, options: String, seed: UInt64) throws {
    let log = FileManager.default.temporaryDirectory.appendingPathComponent("quality-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: log) }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments =
      ["train", "--data", data, "--quiet", "--samples", "0", "--seed", "\(seed)", "--log", log.path]
      + options.split(separator: " ").map(String.init)
    process.standardOutput = FileHandle.nullDevice
    let before = CommandRun.childSeconds, start = Date()
    try process.run()
    process.waitUntilExit()
    seconds = Date().timeIntervalSince(start)
    cpuSeconds = CommandRun.childSeconds - before
    guard process.terminationStatus == 0 else {
      throw Failure("\(program) failed with code \(process.terminationStatus).")
    }
    var losses: [Double] = []
    for line in try Data(contentsOf: log).split(separator: UInt8(ascii: "\n")) {
      guard let object = try JSONSerialization.jsonObject(with: line) as? [String: Any] else { continue }
      if let loss = object["loss"] as? Double { losses.append(loss) }
    }
    last100 = losses.suffix(100).reduce(0, +) / Double(min(100, losses.count))
  }

  /// CPU seconds, of user and system, of all children that have ended.
  private static var childSeconds: Double {
    var usage = rusage()
    #if canImport(Darwin)
      getrusage(RUSAGE_CHILDREN, &usage)
    #else
      getrusage(__rusage_who_t(RUSAGE_CHILDREN.rawValue), &usage)
    #endif
    func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) * 1e-6 }
    return seconds(usage.ru_utime) + seconds(usage.ru_stime)
  }
}
