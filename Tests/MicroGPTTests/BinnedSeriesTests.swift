import Testing

@testable import MicroGPT

@Suite("Numbers of a run, in bins") struct BinnedSeriesTests {
  private func series(_ values: [Double], capacity: Int, after earlier: Int = 0) -> BinnedSeries {
    var series = BinnedSeries(capacity: capacity)
    for (index, value) in values.enumerated() { series.add(value, at: earlier + index + 1) }
    return series
  }

  @Test("as many numbers as there are bins are kept as they are")
  func single() {
    let series = series([3, 1, 2, 5], capacity: 4, after: 10)
    #expect(series.width == 1)
    #expect(series.bins.map(\.sum) == [3, 1, 2, 5] && series.bins.map(\.first) == [11, 12, 13, 14])
  }

  @Test("with one more, bins are merged two by two")
  func merged() {
    let series = series([3, 1, 2, 5, 7], capacity: 4)
    #expect(series.width == 2)
    #expect(series.bins.map(\.mean) == [2, 3.5, 7])
    #expect(series.bins.map(\.least) == [1, 2, 7] && series.bins.map(\.most) == [3, 5, 7])
    #expect(series.bins.map(\.first) == [1, 3, 5] && series.bins.map(\.last) == [2, 4, 5])
  }

  @Test("no number is lost, and memory does not grow", arguments: [1, 7, 8, 9, 100, 1000, 12_345])
  func conserved(count: Int) {
    let values = (1...count).map { Double($0 * 7919 % 1000) }, series = series(values, capacity: 8)
    #expect(series.bins.count <= 8)
    #expect(series.bins.reduce(0) { $0 + $1.count } == count)
    #expect(series.bins.reduce(0) { $0 + $1.sum } == values.reduce(0, +))
    #expect(series.bins.map(\.least).min() == values.min() && series.bins.map(\.most).max() == values.max())
    #expect(series.bins.dropLast().allSatisfy { $0.count == series.width })
    for (bin, next) in zip(series.bins, series.bins.dropFirst()) { #expect(bin.last + 1 == next.first) }
  }

  @Test("quantiles are those of the sorted numbers")
  func quantiles() {
    let series = series([5, 1, 4, 2, 3], capacity: 8)
    #expect([0, 0.1, 0.5, 0.95, 1].map { series.quantile($0) } == [1, 1, 3, 5, 5])
  }
}
