import Testing

@testable import Drawing

@Suite("Axes") struct AxisTests {
  private func ticks(
    _ range: ClosedRange<Double>?, _ scale: Scale = .linear, _ count: Int = 6, tight: Bool = false
  )
    -> [String]
  {
    Axis(range, scale, from: 0, to: 100, ticks: count, isTight: tight).ticks.map { tick in
      Markup.string { $0.tick(tick) }
    }
  }

  @Test("linear ticks are round, few, and surround the values")
  func linear() {
    #expect(ticks(1.62...3.44) == ["1.5", "2", "2.5", "3", "3.5"])
    #expect(ticks(0...1) == ["0", "0.2", "0.4", "0.6", "0.8", "1"])
    #expect(ticks(-0.3...0.31) == ["−0.4", "−0.2", "0", "0.2", "0.4"])
    #expect(ticks(0...20e6) == ["0", "5M", "10M", "15M", "20M"])
  }

  @Test("beside an axis that goes up thousands are short")
  func narrow() {
    func label(_ value: Double, _ isNarrow: Bool) -> String {
      Markup.string { $0.tick(value, isNarrow: isNarrow) }
    }
    #expect(
      [1e3, 9e3, 1e4, 2.5e5, -2e4, 3e6].map { label($0, true) } == [
        "1,000", "9,000", "10k", "250k", "−20k", "3M",
      ])
    #expect(label(1e4, false) == "10,000")
  }

  @Test("a tight axis ends at its values")
  func tight() {
    #expect(ticks(1...1000, tight: true) == ["200", "400", "600", "800", "1,000"])
    let axis = Axis(1...1000, .linear, from: 0, to: 999, ticks: 6, isTight: true)
    #expect(axis[1] == 0 && axis[1000] == 999)
  }

  @Test("logarithmic ticks are powers of ten, with round numbers between them where there is room")
  func logarithmic() {
    #expect(ticks(1...1000, .logarithmic, 8) == ["1", "3", "10", "30", "100", "300", "1,000"])
    #expect(ticks(1...1000, .logarithmic, 5) == ["1", "10", "100", "1,000"])
    #expect(ticks(2.1...4.9, .logarithmic, 8) == ["2", "3", "4", "5"])
    #expect(ticks(1e-9...1e9, .logarithmic, 6).count <= 7)
    let axis = Axis(1...100, .logarithmic, from: 0, to: 100, ticks: 6, isTight: true)
    #expect(axis[10].map { abs($0 - 50) < 1e-9 } == true)
  }

  @Test("one value and none still have an axis")
  func degenerate() {
    #expect(ticks(5...5).count > 1 && ticks(0...0).count > 1 && ticks(nil).count > 1)
    #expect(ticks(5...5, .logarithmic).count > 1 && ticks(nil, .logarithmic).count > 1)
    #expect(ticks(1e300...1e300).count > 1 && ticks(1e-300...1e-300).count > 1)
  }

  @Test("what cannot be shown has no place")
  func unplaced() {
    let linear = Axis(0...1, .linear, from: 0, to: 1, ticks: 5, isTight: true)
    let logarithmic = Axis(0.1...1, .logarithmic, from: 0, to: 1, ticks: 5, isTight: true)
    #expect(linear[.nan] == nil && linear[.infinity] == nil && linear[-1] == -1)
    #expect(logarithmic[0] == nil && logarithmic[-1] == nil)
  }

  @Test("ranges leave out what the scale cannot show")
  func ranges() {
    #expect(range([3, .nan, -1, .infinity, 0], .linear) == -1...3)
    #expect(range([3, .nan, -1, .infinity, 0, 2], .logarithmic) == 2...3)
    #expect(range([.nan], .linear) == nil)
  }
}
