// Two panels of curves over one size, both axes logarithmic, as an SVG: microseconds with the floor, and the
// multiple of the floor.

import Foundation

/// One curve: figures by size.
struct Curve {
  enum Color: Int {
    case blue, orange, green
  }

  let label: String
  let color: Color
  let points: [(size: Int, microseconds: Double, floor: Double)]
}

/// A picture of some curves.
struct Chart {
  let title: String
  /// The axis's title: what the sizes are.
  let axis: String
  let curves: [Curve]

  private static let width = 920.0, height = 420.0
  private static let top = 84.0, bottom = 366.0

  /// The picture, in the reader's light or dark colors.
  var svg: String {
    let (width, height) = (Int(Chart.width), Int(Chart.height))
    var out = """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(width) \(height)" width="\(width)" \
      height="\(height)" font-family="-apple-system, Segoe UI, Helvetica, Arial, sans-serif" font-size="12">
      <style>
      .paper { fill: #ffffff } .ink { fill: #1f2328 } .faint { fill: #59636e } .grid { stroke: #d1d9e0 }
      .axis { stroke: #818b98 } .line { fill: none; stroke-width: 2 } .floor { stroke-dasharray: 2 4 }
      .c0 { stroke: #0969da } .c1 { stroke: #bc4c00 } .c2 { stroke: #1a7f37 }
      .d0 { fill: #0969da } .d1 { fill: #bc4c00 } .d2 { fill: #1a7f37 }
      @media (prefers-color-scheme: dark) {
      .paper { fill: #0d1117 } .ink { fill: #e6edf3 } .faint { fill: #9198a1 } .grid { stroke: #262c36 }
      .axis { stroke: #656c76 }
      .c0 { stroke: #58a6ff } .c1 { stroke: #f0883e } .c2 { stroke: #3fb950 }
      .d0 { fill: #58a6ff } .d1 { fill: #f0883e } .d2 { fill: #3fb950 }
      }
      </style>
      <rect class="paper" width="\(width)" height="\(height)" rx="6"/>
      <text class="ink" x="24" y="30" font-size="16" font-weight="600">\(title)</text>

      """
    out += legend
    out += panel(
      from: 66, to: 436, heading: "Microseconds a step", hasFloor: true
    ) { $0.microseconds }
    out += panel(
      from: 522, to: 892, heading: "Times the floor", hasFloor: false
    ) { $0.microseconds / $0.floor }
    return out + "</svg>\n"
  }

  private var legend: String {
    var out = "", x = 24.0
    for curve in curves {
      let index = curve.color.rawValue
      out += """
        <path class="line c\(index)" d="M\(place(x)) 52h22"/><circle class="d\(index)" cx="\(place(x + 11))" \
        cy="52" r="3"/><text class="ink" x="\(place(x + 28))" y="56">\(curve.label)</text>

        """
      x += 28 + 6.6 * Double(curve.label.count) + 22
    }
    return out + """
      <path class="line floor axis" d="M\(place(x)) 52h22"/><text class="ink" x="\(place(x + 28))" \
      y="56">the floor</text>

      """
  }

  private func panel(
    from left: Double, to right: Double, heading: String, hasFloor: Bool,
    _ value: ((size: Int, microseconds: Double, floor: Double)) -> Double
  ) -> String {
    let points = curves.flatMap { $0.points }, sizes = Array(Set(points.map { $0.size })).sorted()
    var values = points.map(value)
    if hasFloor { values += points.map { $0.floor } } else { values.append(1) }
    let y = Axis(values, from: Chart.bottom, to: Chart.top)
    let x = Axis(sizes.map { Double($0) }, from: left + 10, to: right - 10, isTight: true)

    var out = "<text class=\"faint\" x=\"\(place(left))\" y=\"\(place(Chart.top - 8))\">\(heading)</text>\n"
    for tick in y.ticks {
      let at = place(y[tick])
      out += """
        <path class="grid" d="M\(place(left)) \(at)H\(place(right))"/><text class="faint" \
        x="\(place(left - 8))" y="\(place(y[tick] + 4))" text-anchor="end">\(label(tick))</text>

        """
    }
    for size in sizes {
      out += "<path class=\"axis\" d=\"M\(place(x[Double(size)])) \(place(Chart.bottom))v4\"/>"
    }
    for size in labeled(sizes, x) {
      out += """
        <text class="faint" x="\(place(x[Double(size)]))" y="\(place(Chart.bottom + 18))" \
        text-anchor="middle">\(grouped(size))</text>

        """
    }
    out += """
      <path class="axis" d="M\(place(left)) \(place(Chart.bottom))H\(place(right))"/>
      <text class="faint" x="\(place((left + right) / 2))" y="\(place(Chart.bottom + 40))" \
      text-anchor="middle">\(axis)</text>

      """
    for curve in curves {
      let index = curve.color.rawValue
      func path(_ value: ((size: Int, microseconds: Double, floor: Double)) -> Double) -> String {
        "M"
          + curve.points.map { "\(place(x[Double($0.size)])) \(place(y[value($0)]))" }.joined(separator: "L")
      }
      if hasFloor { out += "<path class=\"line floor c\(index)\" d=\"\(path { $0.floor })\"/>\n" }
      out += "<path class=\"line c\(index)\" d=\"\(path(value))\"/>\n"
      for point in curve.points {
        out += """
          <circle class="d\(index)" cx="\(place(x[Double(point.size)]))" cy="\(place(y[value(point)]))" \
          r="2.6"><title>\(grouped(point.size)): \(short(value(point)))</title></circle>

          """
      }
    }
    return out
  }

  /// The sizes that are labeled on the axis: powers of two first, others if there is room between them.
  private func labeled(_ sizes: [Int], _ x: Axis) -> [Int] {
    var chosen: [Int] = []
    func width(_ size: Int) -> Double { 7 * Double(grouped(size).count) }
    for size in sizes.filter({ $0 & ($0 - 1) == 0 }) + sizes.filter({ $0 & ($0 - 1) != 0 }) {
      let isFree = chosen.allSatisfy {
        abs(x[Double($0)] - x[Double(size)]) > (width($0) + width(size)) / 2 + 5
      }
      if isFree { chosen.append(size) }
    }
    return chosen.sorted()
  }

  private func label(_ tick: Double) -> String {
    let digits = tick == tick.rounded() ? 0 : (tick * 10).rounded() == tick * 10 ? 1 : 2
    return digits == 0 ? grouped(Int(tick)) : number(tick, digits)
  }

  private func place(_ value: Double) -> String { number(value, 1) }
}

/// A logarithmic axis between two places of a picture.
private struct Axis {
  let ticks: [Double]
  private let low, high, from, to: Double

  /// - Parameter isTight: Whether the axis ends at its values rather than at a tick.
  init(_ values: [Double], from: Double, to: Double, isTight: Bool = false) {
    (self.from, self.to) = (from, to)
    let least = values.min()!, most = values.max()!
    let decades = (Int(floor(log10(least) + 1e-9))...Int(ceil(log10(most) - 1e-9)))
    // The number of ticks in a decade leaves room for their labels.
    let digits: [Double] = decades.count > 4 ? [1] : decades.count > 2 ? [1, 2, 5] : [1, 1.5, 2, 3, 5, 7]
    let all = decades.flatMap { decade in digits.map { $0 * pow(10, Double(decade)) } }
    let start = all.last { $0 <= least * 1.0001 } ?? least, end = all.first { $0 >= most * 0.9999 } ?? most
    (low, high) = isTight ? (least, most) : (start, end)
    ticks = all.filter { $0 >= start && $0 <= end && $0 == ($0 * 1e6).rounded() / 1e6 }
  }

  subscript(value: Double) -> Double {
    high > low ? from + (to - from) * Foundation.log(value / low) / Foundation.log(high / low) : from
  }
}
