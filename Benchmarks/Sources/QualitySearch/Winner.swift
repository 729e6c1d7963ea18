// The winning settings, as lines of `Quality/winners.jsonl`, and runs of the command with them.

import Foundation
import MicroGPT

/// What is recorded of a winner.
struct Winner: Codable {
  /// Which comparison it won, for tables and the chart.
  let title: String
  /// Whether the chart has a line for it.
  let isDrawn: Bool
  let setting: Setting
  let steps: Int
  /// "exact" or "fast".
  let engine: String

  var options: String {
    let options = setting.options(steps: steps)
    return engine == "fast" ? options : options.replacingOccurrences(of: "--engine fast ", with: "")
  }

  static func read(_ path: String) throws -> [Winner] {
    try Data(contentsOf: URL(fileURLWithPath: path)).split(separator: UInt8(ascii: "\n")).map { line in
      try JSONDecoder().decode(Winner.self, from: line)
    }
  }
}

/// A run of the command: its time, and the losses that it logged.
struct CommandRun {
  let cpuSeconds, seconds, last100: Double
  let heldOut: Double?

  /// Runs `microgpt train` quietly and without samples, as a user would.
  init(program: String, data: String, options: String, seed: UInt64, holdsOut: Bool) throws {
    let log = FileManager.default.temporaryDirectory.appendingPathComponent("quality-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: log) }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments =
      ["train", "--data", data, "--quiet", "--samples", "0", "--seed", "\(seed)", "--log", log.path]
      + options.split(separator: " ").map(String.init) + (holdsOut ? ["--held-out", "0.1"] : [])
    process.standardOutput = FileHandle.nullDevice
    let before = CommandRun.childSeconds, start = Date()
    try process.run()
    process.waitUntilExit()
    seconds = Date().timeIntervalSince(start)
    cpuSeconds = CommandRun.childSeconds - before
    guard process.terminationStatus == 0 else {
      throw CocoaError(.executableLoad, userInfo: [NSLocalizedDescriptionKey: "\(program) failed."])
    }
    var losses: [Double] = [], heldOut: Double?
    for line in try Data(contentsOf: log).split(separator: UInt8(ascii: "\n")) {
      guard let object = try JSONSerialization.jsonObject(with: line) as? [String: Any] else { continue }
      if let loss = object["loss"] as? Double { losses.append(loss) }
      heldOut = object["held_out_loss"] as? Double ?? heldOut
    }
    last100 = losses.suffix(100).reduce(0, +) / Double(min(100, losses.count))
    self.heldOut = heldOut
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

/// The median of some numbers and, of several, their range.
func summary(_ values: [Double], decimals: Int) -> String {
  let sorted = values.sorted(), count = values.count
  func text(_ value: Double) -> String { String(format: "%.\(decimals)f", value) }
  guard count > 1 else { return values.first.map(text) ?? "-" }
  let median = (sorted[(count - 1) / 2] + sorted[count / 2]) / 2
  return "\(text(median)) (\(text(sorted[0])) to \(text(sorted[count - 1])))"
}
