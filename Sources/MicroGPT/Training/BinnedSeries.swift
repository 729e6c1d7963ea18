// A number for each step of a run, in a bounded amount of memory however long the run is.

/// Numbers of consecutive steps: each by itself, or in bins of equally many steps once there are too many.
package struct BinnedSeries: Sendable, Equatable {
  /// The numbers of some consecutive steps.
  package struct Bin: Sendable, Equatable {
    /// The first and the last step.
    package var first, last: Int
    /// The least and the greatest number.
    package var least, most: Double
    /// How many numbers there are, and their sum.
    package var count = 1, sum: Double

    /// The mean of the numbers.
    package var mean: Double { sum / Double(count) }

    /// Takes in a bin of later steps.
    fileprivate mutating func merge(_ later: Bin) {
      (last, least, most) = (later.last, min(least, later.least), max(most, later.most))
      (count, sum) = (count + later.count, sum + later.sum)
    }
  }

  /// The bins in the order of their steps.
  package private(set) var bins: [Bin] = []
  /// The numbers in each bin but the last, which may have fewer: a power of two.
  package private(set) var width = 1
  /// The most bins.
  private let capacity: Int

  /// An empty series.
  ///
  /// - Precondition: `capacity` is even and positive.
  package init(capacity: Int = 4096) {
    precondition(capacity > 0 && capacity.isMultiple(of: 2), "Bins are merged two by two.")
    self.capacity = capacity
    bins.reserveCapacity(capacity)
  }

  /// Adds the number of a later step.
  package mutating func add(_ value: Double, at step: Int) {
    let bin = Bin(first: step, last: step, least: value, most: value, sum: value)
    if let last = bins.last, last.count < width {
      bins[bins.count - 1].merge(bin)
      return
    }
    if bins.count == capacity {
      for i in 0..<capacity / 2 {
        bins[i] = bins[2 * i]
        bins[i].merge(bins[2 * i + 1])
      }
      bins.removeLast(capacity / 2)
      width *= 2
    }
    bins.append(bin)
  }

  /// The bins' mean below which lies this share of them: exact as long as each step has a bin of its own.
  ///
  /// - Precondition: There is a bin.
  package func quantile(_ share: Double) -> Double {
    let sorted = bins.map { $0.mean }.sorted()
    return sorted[min(Int(share * Double(sorted.count)), sorted.count - 1)]
  }
}
