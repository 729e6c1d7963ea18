// Curves over steps: lines, dots and bands, with horizontal lines to compare with. However many points there are, a column
// of the picture shows at most the least and the greatest of them.

/// Several series of values over a common axis.
public struct LineChart: Picture {
  /// A point of a series.
  public struct Point: Sendable, Equatable {
    /// Where, and how much.
    public var x, y: Double

    /// A point.
    public init(_ x: Double, _ y: Double) { (self.x, self.y) = (x, y) }
  }

  /// A range of values at one place.
  public struct Extent: Sendable, Equatable {
    /// Where, and from what to what.
    public var x, low, high: Double

    /// A range.
    public init(_ x: Double, _ low: Double, _ high: Double) { (self.x, self.low, self.high) = (x, low, high) }
  }

  /// What is drawn of a series.
  public enum Marks: Sendable {
    /// A line through the points, which rise in `x`. A value that is not finite interrupts it.
    case line([Point])
    /// A dot for each point.
    case dots([Point])
    /// The area between the lower and the upper ends, which rise in `x`.
    case band([Extent])
    /// A line with a ring at each point, for a few points.
    case marked([Point])
  }

  /// Values that belong together.
  public struct Series: Sendable {
    /// What the key calls it.
    public var name: String
    /// Its color and pattern, by number; series of the same number belong together.
    public var color: Int
    /// Its values.
    public var marks: Marks

    /// A series.
    public init(_ name: String, color: Int, _ marks: Marks) {
      (self.name, self.color, self.marks) = (name, color, marks)
    }
  }

  /// A horizontal line to compare with.
  public struct Reference: Sendable {
    /// Where it lies.
    public var value: Double
    /// What it means.
    public var label: String

    /// A line.
    public init(_ value: Double, _ label: String) { (self.value, self.label) = (value, label) }
  }

  /// What the picture shows, for readers who do not see it.
  public var title: String
  /// The series, drawn in this order.
  public var series: [Series]
  /// Lines to compare with.
  public var references: [Reference] = []
  /// What the axes measure.
  public var xLabel, yLabel: String
  /// How values lie on the axes.
  public var xScale = Scale.linear, yScale = Scale.linear
  /// Values that the vertical axis has to show besides those of the series, such as 0.
  public var including: [Double] = []
  /// The size of the picture.
  public var size: (width: Int, height: Int) = (600, 300)

  /// A chart of `series`.
  public init(title: String, x: String, y: String, _ series: [Series]) {
    (self.title, xLabel, yLabel, self.series) = (title, x, y, series)
  }

  /// Adds the contents of the `svg` element.
  public func draw(into markup: inout Markup) {
    let isWide = size.width > 500
    let left = isWide ? 54.0 : 52, right = Double(size.width) - 12
    let top = isWide ? 30.0 : 28, bottom = Double(size.height) - (isWide ? 46 : 44)
    let x = Axis(
      range(series.flatMap(\.places), xScale), xScale, from: left, to: right, ticks: isWide ? 8 : 5,
      isTight: true)
    let heights = series.flatMap(\.heights) + references.map(\.value) + including
    let y = Axis(
      range(heights, yScale), yScale, from: bottom, to: top, ticks: max(3, min(7, size.height / 45)),
      isTight: false)

    markup.grid(y, from: left, to: right)
    for tick in x.ticks {
      guard let at = x[tick] else { continue }
      markup.point("<path class=\"axis\" d=\"M", at, bottom)
      markup.raw("v5\"/>")
      // A label at the end of the axis ends there.
      let isLast = at > right - (isWide ? 30 : 20)
      markup.label(isLast ? "tick end" : "tick middle", isLast ? at + 12 : at, bottom + (isWide ? 22 : 18)) {
        $0.tick(tick)
      }
    }
    markup.line("axis", from: left, to: right, at: bottom)
    markup.label("tick end", right, Double(size.height) - 6, xLabel)
    markup.label("tick", 0, 14, yLabel)
    markup.raw("\n")

    for one in series { one.draw(into: &markup, x, y) }
    markup.references(references, y, from: left, to: right)
  }

  /// Adds the key as HTML.
  public func drawKey(into markup: inout Markup) {
    if series.count < 2 { return }
    markup.raw("<ul class=\"key\">")
    for one in series {
      markup.raw("<li><svg width=\"28\" height=\"12\" viewBox=\"0 0 28 12\" aria-hidden=\"true\">")
      switch one.marks {
      case .line: one.path(into: &markup, "line") { $0.raw("M1 6H27") }
      case .dots: one.path(into: &markup, "dots") { $0.raw("M4 8h0M11 4h0M17 7h0M24 5h0") }
      case .band: one.path(into: &markup, "band") { $0.raw("M1 1H27V11H1z") }
      case .marked:
        one.path(into: &markup, "line") { $0.raw("M1 6H27") }
        markup.raw("<circle class=\"ring s")
        markup.integer(one.color % 9)
        markup.raw("\" cx=\"14\" cy=\"6\" r=\"4\"/>")
      }
      markup.raw("</svg>")
      markup.text(one.name)
      markup.raw("</li>")
    }
    markup.raw("</ul>\n")
  }
}

extension LineChart.Series {
  /// Where its values lie.
  fileprivate var places: [Double] {
    switch marks {
    case .line(let points), .dots(let points), .marked(let points): points.map(\.x)
    case .band(let extents): extents.map(\.x)
    }
  }

  /// How much they are.
  fileprivate var heights: [Double] {
    switch marks {
    case .line(let points), .dots(let points), .marked(let points): points.map(\.y)
    case .band(let extents): extents.flatMap { [$0.low, $0.high] }
    }
  }

  /// Adds a path in the color of the series.
  fileprivate func path(into markup: inout Markup, _ kind: StaticString, _ commands: (inout Markup) -> Void) {
    markup.raw("<path class=\"")
    markup.raw(kind)
    markup.raw(" s")
    markup.integer(color % 9)
    markup.raw("\" d=\"")
    commands(&markup)
    markup.raw("\"/>")
  }

  fileprivate func draw(into markup: inout Markup, _ x: Axis, _ y: Axis) {
    switch marks {
    case .line(let points):
      path(into: &markup, "line") { drawLine(points, into: &$0, x, y) }
    case .dots(let points):
      path(into: &markup, points.count > 150 ? "dots" : "few dots") { markup in
        for column in Columns(points, x, y) {
          markup.point("M", column.x, column.low)
          if column.count > 2 {
            // More than two points fill the range between the least and the greatest.
            markup.raw("V")
            markup.place(column.high)
            continue
          }
          markup.raw("h0")
          if column.count == 1 { continue }
          markup.point("M", column.x, column.high)
          markup.raw("h0")
        }
      }
    case .band(let extents):
      path(into: &markup, "band") { drawBand(extents, into: &$0, x, y) }
    case .marked(let points):
      path(into: &markup, "line") { drawLine(points, into: &$0, x, y) }
      for point in points {
        guard let at = x[point.x], let height = y[point.y] else { continue }
        markup.raw("<circle class=\"ring s")
        markup.integer(color % 9)
        markup.raw("\" cx=\"")
        markup.place(at)
        markup.raw("\" cy=\"")
        markup.place(height)
        markup.raw("\" r=\"4\"><title>")
        markup.figure(point.x)
        markup.raw(": ")
        markup.figure(point.y)
        markup.raw("</title></circle>")
      }
    }
    markup.raw("\n")
  }

  private func drawLine(_ points: [LineChart.Point], into markup: inout Markup, _ x: Axis, _ y: Axis) {
    // Few points are drawn where they are.
    if points.count <= 500 {
      var isDown = false
      for point in points {
        guard let at = x[point.x], let height = y[point.y] else {
          isDown = false
          continue
        }
        markup.point(isDown ? "L" : "M", at, height)
        isDown = true
      }
      return
    }
    var isDown = false
    for column in Columns(points, x, y) {
      markup.point(isDown && !column.isAfterGap ? "L" : "M", column.x, column.first)
      // Within a column the line goes to its least, its greatest and its last value.
      for height in [column.low, column.high, column.last] where column.low != column.high {
        markup.raw("V")
        markup.place(height)
      }
      isDown = true
    }
  }

  private func drawBand(_ extents: [LineChart.Extent], into markup: inout Markup, _ x: Axis, _ y: Axis) {
    let low = Columns(extents.map { LineChart.Point($0.x, $0.low) }, x, y).map { ($0.x, $0.low, $0.high) }
    let high = Columns(extents.map { LineChart.Point($0.x, $0.high) }, x, y).map { ($0.x, $0.low, $0.high) }
    // Places grow downward: the upper edge is the least place of the upper ends.
    var command: StaticString = "M"
    for (x, edge, _) in high {
      markup.point(command, x, edge)
      command = "L"
    }
    for (x, _, edge) in low.reversed() { markup.point("L", x, edge) }
    if !high.isEmpty { markup.raw("z") }
  }
}

/// The points of a series by columns of the picture, each a unit wide.
struct Columns: Sequence, IteratorProtocol {
  /// The points of a column.
  struct Column: Equatable {
    /// The place of the column: of its point if there is one, else its middle.
    var x: Double
    /// The places of the first and last point, of the one with the least place and of the one with the greatest.
    var first, last, low, high: Double
    /// Whether a point that cannot be drawn came before.
    var isAfterGap: Bool
    /// The number of points.
    var count = 1
  }

  private let points: [LineChart.Point]
  private let x, y: Axis
  private var index = 0

  /// The columns of `points` on two axes.
  init(_ points: [LineChart.Point], _ x: Axis, _ y: Axis) { (self.points, self.x, self.y) = (points, x, y) }

  mutating func next() -> Column? {
    var column: Column?, number = 0.0, isAfterGap = false
    while index < points.count {
      let point = points[index]
      guard let at = x[point.x], let height = y[point.y] else {
        if column != nil { return column }
        isAfterGap = true
        index += 1
        continue
      }
      if var known = column {
        if at.rounded() != number { return known }
        (known.x, known.last) = (number, height)
        known.count += 1
        known.low = Swift.min(known.low, height)
        known.high = Swift.max(known.high, height)
        column = known
      } else {
        number = at.rounded()
        column = Column(x: at, first: height, last: height, low: height, high: height, isAfterGap: isAfterGap)
      }
      index += 1
    }
    return column
  }
}
