import Testing

@testable import MicroGPTCommand

/// Curves in bins against the losses themselves.
@Suite("Curves of losses") struct LossCurveTests {
  /// Losses that fall and vary, the same each time.
  private func loss(_ step: Int) -> Double {
    2 + 2 / Double(step).squareRoot() + Double(step * 7919 % 1009) / 1009 / 10
  }

  private func curve(_ count: Int, from first: Int = 1) -> LossCurve {
    var curve = LossCurve()
    for step in first..<(first + count) { curve.add(loss(step), at: step) }
    return curve
  }

  @Test("the first 1,024 losses have a bin each, and every doubling adds 512", arguments: [0, 1, 999_999])
  func widths(before: Int) {
    let curve = curve(10_000, from: before + 1)
    #expect(curve.count == 10_000)
    var start = before + 1
    for (index, bin) in curve.bins.enumerated() {
      let width = index < 1024 ? 1 : 2 << ((index - 1024) / 512)
      #expect(bin.first == start && (bin.last == start + width - 1 || index == curve.bins.count - 1))
      start = bin.last + 1
    }
    #expect(start == before + 10_001)
  }

  @Test("a curve of ten million losses has 7,779 bins; a debug build tries 100,000")
  func size() {
    let count = _isDebugAssertConfiguration() ? 100_000 : 10_000_000
    let bins = curve(count).bins.count
    #expect(_isDebugAssertConfiguration() ? bins == 4366 : bins == 7779)
  }

  @Test("a bin has the mean of its losses and lies in the middle of its steps")
  func means() {
    let curve = curve(5000)
    for (bin, point) in zip(curve.bins, curve.points) {
      let losses = (bin.first...bin.last).map(loss)
      #expect(abs(point.loss - losses.reduce(0, +) / Double(losses.count)) < 1e-12)
      #expect(point.step == Double(bin.first + bin.last) / 2)
    }
  }

  @Test("a loss is reached at its first step, or in a wide bin at one at most a 512th later")
  func reaching() {
    let curve = curve(20_000)
    for target in Array(stride(from: 2.01, to: 2.1, by: 0.0025)) + stride(from: 2.1, to: 3.6, by: 0.1) {
      let first = (1...20_000).first { loss($0) <= target }
      guard let first, let step = curve.step(reaching: target) else {
        #expect(first == nil && curve.step(reaching: target) == nil)
        continue
      }
      #expect(loss(step) <= target)
      #expect(step == first || (first > 1024 && step > first && step - first <= first / 512))
    }
    #expect(curve.step(reaching: 1) == nil)
  }

  @Test("what does not count as reached is drawn all the same")
  func notReached() {
    var curve = LossCurve()
    curve.add(1, at: 1, isReached: false)
    curve.add(3, at: 2)
    curve.add(2, at: 3)
    #expect(curve.step(reaching: 2.5) == 3)
    #expect(curve.points.map(\.loss) == [1, 3, 2])
  }
}

/// The figures by which runs compare.
@Suite("Losses of a run") struct RunLossesTests {
  @Test("the last smoothed loss is the live line's, and the lowest counts from the fiftieth")
  func smoothed() {
    var losses = RunLosses(), average = SmoothedLoss(), lowest: (Double, Int)?
    for step in 1...200 {
      // The lowest of all comes first, by chance.
      let loss = step == 1 ? 0.5 : 4 - Double(step % 120) / 60
      losses.add(loss, at: step)
      average.add(loss)
      if step >= 50, average.value < lowest?.0 ?? .infinity { lowest = (average.value, step) }
      #expect(losses.last == average.value)
      #expect((losses.lowest != nil) == (step >= 50))
    }
    #expect(losses.lowest == RunLosses.Measured(loss: lowest!.0, step: lowest!.1))
    #expect(losses.first == RunLosses.Measured(loss: 0.5, step: 1))
    #expect(losses.smoothed.step(reaching: 0.6) == nil)
    #expect(losses.smoothed.step(reaching: 4) == 50)
  }

  @Test("losses that are not finite are counted and left out")
  func notFinite() {
    var losses = RunLosses(), finite = RunLosses()
    for step in 1...60 {
      losses.add(step % 20 == 0 ? .nan : step == 30 ? .infinity : 2, at: step)
      if step % 20 != 0, step != 30 { finite.add(2, at: step) }
    }
    #expect(losses.notFinite == 4 && losses.firstNotFinite == 20)
    #expect(abs(losses.last! - 2) < 1e-12 && losses.lastStep == 60)
    #expect(losses.smoothed == finite.smoothed)
    losses.addHeldOut(.nan)
    #expect(losses.lastHeldOut == nil)
  }

  @Test("the held-out loss at the end is that of the last step, and drawn once")
  func heldOut() {
    var losses = RunLosses()
    losses.add(3, heldOut: 2.5, at: 1)
    losses.add(3, heldOut: 2.25, at: 2)
    losses.add(3, heldOut: 2.75, at: 3)
    losses.addHeldOut(2.75)
    #expect(losses.lastHeldOut == RunLosses.Measured(loss: 2.75, step: 3))
    #expect(losses.lowestHeldOut == RunLosses.Measured(loss: 2.25, step: 2))
    #expect(losses.heldOut.bins.map(\.first) == [1, 2, 3])
    losses.add(3, at: 4)
    losses.addHeldOut(2)
    #expect(losses.lowestHeldOut == RunLosses.Measured(loss: 2, step: 4))
    #expect(losses.heldOut.count == 4)
  }
}
