// Which steps of a run are looked at more closely, decided before the first one by numbers alone: a report of the same
// run looks at the same steps on every machine.

import MicroGPT

/// The steps after which a report samples the model, and those whose updates it measures.
struct RecordingPlan: Equatable {
  /// Steps whose updates are measured, in rising order.
  let probes: [Int]
  /// Steps after which samples are drawn, in rising order.
  let samples: [Int]

  /// The most parameters of a model whose updates are measured: it takes two copies of them and of their moments.
  static let largestProbed = 10_000_000

  /// A plan for steps after `earlier`, up to `last`.
  ///
  /// Measuring an update takes about as long as one or two steps, so that a twentieth of the steps costs less than a tenth of
  /// their time.
  init(after earlier: Int, to last: Int, parameters: Int) {
    /// `count * part / whole`, however large `count` is.
    func share(of count: Int, _ part: Int, of whole: Int) -> Int {
      count / whole * part + count % whole * part / whole
    }
    let count = last - earlier
    guard count > 0 else {
      (probes, samples) = ([], [])
      return
    }
    let probed = parameters > RecordingPlan.largestProbed ? 0 : min(100, max(count / 20, min(count, 2)))
    probes =
      probed < 2
      ? Array(repeating: last, count: probed)
      : (0..<probed).map { earlier + 1 + share(of: count - 1, $0, of: probed - 1) }
    // 10, 100, 300, 1,000, 3,000 and so on: as loss does, samples improve by the logarithm of the steps.
    var milestones = [10], power = 100
    while power <= last {
      milestones += [power]
      let (three, overflow) = power.multipliedReportingOverflow(by: 3)
      if overflow { break }
      milestones += [three]
      let (next, isTooLarge) = power.multipliedReportingOverflow(by: 10)
      if isTooLarge { break }
      power = next
    }
    samples = milestones.filter { $0 > earlier && $0 < last } + [last]
  }
}
