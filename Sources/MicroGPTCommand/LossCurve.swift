// The losses of a run in memory that a long run does not fill: curves in bins, and the figures by which runs compare.

/// A curve of a run's losses in bins, which grow wider along the run.
///
/// The first 1,024 losses have a bin each. From then on every doubling of the run adds 512 bins, so that a bin is never wider
/// than a 512th of what precedes it: fine enough for a plot, on a linear axis and on a logarithmic one. Ten million
/// losses take 7,779 bins, less than 400 KB.
struct LossCurve: Equatable {
  /// Consecutive losses.
  struct Bin: Equatable {
    /// The steps of the first and the last of them.
    let first: Int
    fileprivate(set) var last: Int
    /// The mean of them.
    var mean: Double { sum / Double(count) }
    /// The lowest of those that count as reached, infinite if none does, and its step.
    fileprivate(set) var lowest: Double
    fileprivate(set) var lowestStep: Int
    fileprivate var sum: Double
    fileprivate var count: Int
  }

  private(set) var bins: [Bin] = []
  /// The number of losses, and of those that the last bin has room for.
  private(set) var count = 0
  private var room = 0

  /// Adds the loss of a step, which is a later one than those before.
  ///
  /// - Parameters:
  ///   - loss: The loss, finite.
  ///   - step: The number of the step.
  ///   - isReached: Whether the run counts as having reached this loss.
  mutating func add(_ loss: Double, at step: Int, isReached: Bool = true) {
    let lowest = isReached ? loss : .infinity
    if room == 0 {
      room = 1 << max(0, Int.bitWidth - 1 - max(count, 1).leadingZeroBitCount - 9)
      bins.append(Bin(first: step, last: step, lowest: lowest, lowestStep: step, sum: loss, count: 1))
    } else {
      let i = bins.count - 1
      bins[i].last = step
      bins[i].sum += loss
      bins[i].count += 1
      if lowest < bins[i].lowest { (bins[i].lowest, bins[i].lowestStep) = (lowest, step) }
    }
    count += 1
    room -= 1
  }

  /// Where to draw each bin: the middle of its steps, and its mean.
  var points: [(step: Double, loss: Double)] {
    bins.map { (step: (Double($0.first) + Double($0.last)) / 2, loss: $0.mean) }
  }

  /// A step at which this loss or a lower one was reached: the first, or in a wide bin the lowest that follows it there.
  func step(reaching loss: Double) -> Int? { bins.first { $0.lowest <= loss }?.lowestStep }
}

/// What the losses of a run come to, as they are taken or read one after the other.
struct RunLosses {
  /// A loss and the step at which it was measured.
  struct Measured: Equatable {
    let loss: Double
    let step: Int
  }

  /// The number of losses from which on a smoothed one tells more of the run than of a few documents.
  static let settling = 50

  /// The smoothed losses, and those on the held-out documents.
  private(set) var smoothed = LossCurve(), heldOut = LossCurve()
  /// The first loss, as it is.
  private(set) var first: Measured?
  /// The lowest smoothed loss from the fiftieth on.
  private(set) var lowest: Measured?
  /// The lowest and the last loss on the held-out documents.
  private(set) var lowestHeldOut, lastHeldOut: Measured?
  /// The number of steps whose loss is not finite, and the first of them.
  private(set) var notFinite = 0, firstNotFinite: Int?
  /// The last step.
  private(set) var lastStep: Int?
  private var average = SmoothedLoss()

  /// The last smoothed loss.
  var last: Double? { smoothed.count > 0 ? average.value : nil }

  /// Adds a step and, if the model was measured after it, the loss on the held-out documents.
  mutating func add(_ loss: Double, heldOut: Double? = nil, at step: Int) {
    lastStep = step
    if loss.isFinite {
      average.add(loss)
      if first == nil { first = Measured(loss: loss, step: step) }
      let isReached = smoothed.count + 1 >= RunLosses.settling
      smoothed.add(average.value, at: step, isReached: isReached)
      if isReached, average.value < lowest?.loss ?? .infinity {
        lowest = Measured(loss: average.value, step: step)
      }
    } else {
      notFinite += 1
      firstNotFinite = firstNotFinite ?? step
    }
    if let heldOut { addHeldOut(heldOut) }
  }

  /// Adds the loss on the held-out documents after the last step.
  mutating func addHeldOut(_ loss: Double) {
    guard loss.isFinite else { return }
    let measured = Measured(loss: loss, step: lastStep ?? 0)
    // At the end of a run the model is measured again, perhaps after a step at which it has just been measured.
    if lastHeldOut?.step != measured.step { heldOut.add(loss, at: measured.step) }
    lastHeldOut = measured
    if loss < lowestHeldOut?.loss ?? .infinity { lowestHeldOut = measured }
  }
}
