// An axis of a picture: where values lie between two places, and which of them are labeled.

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// How values lie on an axis.
public enum Scale: Sendable {
  /// Equal differences are equally far apart.
  case linear
  /// Equal ratios are equally far apart; values of 0 and less are not drawn.
  case logarithmic
}

/// A linear or logarithmic axis between two places.
struct Axis {
  /// The values that are labeled, in rising order.
  let ticks: [Double]
  private let scale: Scale
  /// The least and the greatest value, or their logarithms.
  private let low, high: Double
  private let from, to: Double

  /// An axis for the values in `range`.
  ///
  /// - Parameters:
  ///   - range: The least and the greatest value, finite, and positive if the scale is logarithmic; `nil` if there are none.
  ///   - scale: How values lie between the places.
  ///   - from: The place of the least value.
  ///   - to: The place of the greatest.
  ///   - count: The most ticks.
  ///   - isTight: Whether the axis ends at its values instead of at the next ticks.
  init(
    _ range: ClosedRange<Double>?, _ scale: Scale, from: Double, to: Double, ticks count: Int, isTight: Bool
  ) {
    (self.from, self.to, self.scale) = (from, to, scale)
    var least = range?.lowerBound ?? (scale == .linear ? 0 : 1), most = range?.upperBound ?? 1
    switch scale {
    case .linear:
      if most - least <= 1e-12 * max(most.magnitude, least.magnitude) {
        let margin = most == 0 ? 1 : most.magnitude / 2
        (least, most) = (least - margin, most + margin)
      }
      let step = Axis.step(most - least, count)
      // A hair of tolerance, so that a range which ends at a tick does not go on to the next.
      let first = isTight ? ceil(least / step - 1e-9) : floor(least / step + 1e-9)
      let last = isTight ? floor(most / step + 1e-9) : ceil(most / step - 1e-9)
      ticks = stride(from: first, through: last, by: 1).map { $0 * step }
      (low, high) = isTight ? (least, most) : (first * step, last * step)
    case .logarithmic:
      if most <= least { (least, most) = (least / 2, most * 2) }
      let all = Axis.powers(from: least, through: most, count)
      ticks = isTight ? all.filter { $0 >= least * (1 - 1e-9) && $0 <= most * (1 + 1e-9) } : all
      low = log(isTight ? least : min(ticks.first ?? least, least))
      high = log(isTight ? most : max(ticks.last ?? most, most))
    }
  }

  /// The place of a value, or `nil` if it has none.
  subscript(value: Double) -> Double? {
    guard value.isFinite, scale == .linear || value > 0 else { return nil }
    let at = scale == .linear ? value : log(value)
    return from + (to - from) * ((at - low) / (high - low))
  }

  /// 1, 2, 2.5 or 5 times a power of ten, so that at most `count` ticks fit into a range.
  private static func step(_ range: Double, _ count: Int) -> Double {
    let least = range / Double(max(count - 1, 1)), power = pow(10, floor(log10(least)))
    return [1, 2, 2.5, 5, 10].first { $0 * power >= least * (1 - 1e-9) }! * power
  }

  /// Ticks at powers of ten, and between them if there is room; the first and last are at or outside the range.
  private static func powers(from least: Double, through most: Double, _ count: Int) -> [Double] {
    let first = Int(floor(log10(least) + 1e-9)), last = Int(ceil(log10(most) - 1e-9))
    for digits in [[1, 1.5, 2, 3, 4, 5, 6, 7, 8], [1, 2, 3, 5], [1, 2, 5], [1, 3]] as [[Double]] {
      let all = (first...max(last, first)).flatMap { decade in digits.map { power($0, decade) } }
      let start = all.lastIndex { $0 <= least * (1 + 1e-9) } ?? 0
      let end = all.firstIndex { $0 >= most * (1 - 1e-9) } ?? all.count - 1
      if end - start < count { return Array(all[start...max(end, start)]) }
    }
    let stride = max(1, (last - first + count - 1) / count)
    return Swift.stride(from: first, through: last + stride - 1, by: stride).map { power(1, $0) }
  }

  /// `digit` times a power of ten; division keeps 0.001 what its text says.
  private static func power(_ digit: Double, _ exponent: Int) -> Double {
    exponent < 0 ? digit / pow(10, Double(-exponent)) : digit * pow(10, Double(exponent))
  }
}

extension Markup {
  /// Adds the label of a tick: a short figure, a million as 1M, a hundred-thousandth as 1e-5.
  ///
  /// - Parameters:
  ///   - value: The value that is labeled.
  ///   - isNarrow: Whether the label stands beside an axis that goes up, where ten thousand are 10k.
  mutating func tick(_ value: Double, isNarrow: Bool = false) {
    for (unit, name) in [(1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")] {
      guard value.magnitude >= (unit == 1e3 ? 10_000 : unit), unit > 1e3 || isNarrow else { continue }
      figure(value / unit)
      return text(name)
    }
    figure(value, smallest: 0.001)
  }
}

/// The least and the greatest of the values that an axis of this scale can show; `nil` if there are none.
func range(_ values: some Sequence<Double>, _ scale: Scale) -> ClosedRange<Double>? {
  var least = Double.infinity, most = -Double.infinity
  for value in values where value.isFinite && (scale == .linear || value > 0) {
    least = min(least, value)
    most = max(most, value)
  }
  return least <= most ? least...most : nil
}

extension Markup {
  /// Adds a horizontal line of a chart.
  ///
  /// - Parameters:
  ///   - kind: The class of the line.
  ///   - left: Where it begins.
  ///   - right: Where it ends.
  ///   - y: Its height.
  mutating func line(_ kind: StaticString, from left: Double, to right: Double, at y: Double) {
    raw("<path class=\"")
    raw(kind)
    point("\" d=\"M", left, y)
    raw("H")
    place(right)
    raw("\"/>")
  }

  /// Adds a line and a label for each tick of a vertical axis.
  mutating func grid(_ y: Axis, from left: Double, to right: Double) {
    for tick in y.ticks {
      guard let at = y[tick] else { continue }
      line("grid", from: left, to: right, at: at)
      label("tick end", left - 6, at + 4) { $0.tick(tick, isNarrow: true) }
    }
  }

  /// Adds the lines that the values of a chart are compared with.
  mutating func references(
    _ references: [LineChart.Reference], _ y: Axis, from left: Double, to right: Double
  ) {
    for reference in references {
      guard let at = y[reference.value] else { continue }
      line("reference", from: left, to: right, at: at)
      label("halo end", right, at - 6, reference.label)
    }
  }
}
