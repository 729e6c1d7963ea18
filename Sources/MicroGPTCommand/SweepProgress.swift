// What a sweep says on standard error while its runs are trained: a line for each that has ended or, on a terminal, one
// live line.

/// Follows the runs. Their lines come in the order of the combinations, whichever ends first.
struct SweepProgress {
  private let combinations: SweepCombinations
  private let isQuiet, isLive: Bool
  private var live = LiveLine(color: false)
  /// Outcomes whose lines wait for those of earlier runs.
  private var waiting: [Int: SweepOutcome] = [:]
  private var said = 0, finished = 0
  /// The share of each running run that is done.
  private var shares: [Int: Double] = [:]
  private var lowest = Double.infinity
  private let start = Console.seconds

  init(_ combinations: SweepCombinations, isQuiet: Bool) {
    (self.combinations, self.isQuiet) = (combinations, isQuiet)
    isLive = !isQuiet && Console.isInteractive
    Interruption.hasLiveLine = isLive
  }

  /// A run goes on.
  mutating func show(_ index: Int, share: Double) {
    shares[index] = share
    draw()
  }

  /// A run has ended.
  mutating func finish(_ outcome: SweepOutcome) {
    shares[outcome.index] = nil
    finished += 1
    lowest = min(lowest, outcome.losses?.heldOut ?? .infinity)
    draw()
    waiting[outcome.index] = outcome
    while let next = waiting.removeValue(forKey: said) {
      said += 1
      if !isQuiet, !isLive { Console.remark(line(next)) }
    }
  }

  /// Removes the live line, and says what waits for a run that a signal has stopped.
  mutating func end() {
    live.clear()
    if !isQuiet, !isLive {
      for index in waiting.keys.sorted() { Console.remark(line(waiting[index]!)) }
    }
  }

  /// "run 2 of 12 --embedding 16: held-out loss 2.3456, 0.05 s"
  private func line(_ outcome: SweepOutcome) -> String {
    let run = combinations.runs[outcome.index]
    let options = combinations.varied.map { "\($0.name) \($0.text(run))" }
    let place = ["run \(grouped(outcome.index + 1)) of \(grouped(combinations.runs.count))"] + options
    let result =
      outcome.losses.map { "held-out loss \(fixed($0.heldOut, 4))" } ?? "a loss is not a finite number"
    return "\(place.joined(separator: " ")): \(result), \(duration(outcome.seconds))"
  }

  private mutating func draw() {
    guard isLive else { return }
    let now = Console.seconds
    live.show(at: now) { [self] columns in
      let count = combinations.runs.count, done = Double(finished) + shares.values.reduce(0, +)
      var parts = ["\(finished)/\(count) runs"]
      if lowest < .infinity { parts.append("lowest held-out loss \(fixed(lowest, 4))") }
      if done > 0 { parts.append("\(duration((now - start) * (Double(count) - done) / done)) left") }
      return progressLine(parts, columns: columns, color: false) { Int(Double($0) * done / Double(count)) }
        ?? ""
    }
  }
}
