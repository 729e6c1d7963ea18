// Labeled points in two dimensions, both of one scale.

/// Points in a plane, drawn as their labels.
public struct ScatterPlot: Picture {
  /// A labeled point.
  public struct Point: Sendable, Equatable {
    /// What is drawn, such as a letter.
    public var label: String
    /// Where.
    public var x, y: Double
    /// Its color, by number: points of one group share it.
    public var color: Int

    /// A point.
    public init(_ label: String, _ x: Double, _ y: Double, color: Int = 0) {
      (self.label, self.x, self.y, self.color) = (label, x, y, color)
    }
  }

  /// What the picture shows, for readers who do not see it.
  public var title: String
  /// What the axes measure.
  public var xLabel, yLabel: String
  /// The points; those that are not finite are not drawn.
  public var points: [Point]
  /// What the key calls the points of each color, by its number; `nil` for colors that are not used.
  public var groups: [String?] = []
  /// The size of the picture.
  public var size: (width: Int, height: Int) = (600, 400)

  /// A plot of `points`.
  public init(title: String, x: String, y: String, _ points: [Point]) {
    (self.title, xLabel, yLabel, self.points) = (title, x, y, points)
  }

  /// Adds the key as HTML, if there is more than one group.
  public func drawKey(into markup: inout Markup) {
    if groups.count(where: { $0 != nil }) < 2 { return }
    markup.raw("<ul class=\"key\">")
    for (color, group) in groups.enumerated() {
      guard let group else { continue }
      markup.raw("<li><svg width=\"12\" height=\"12\" viewBox=\"0 0 12 12\" aria-hidden=\"true\">")
      markup.raw("<circle class=\"f")
      markup.integer(color % 9)
      markup.raw("\" cx=\"6\" cy=\"6\" r=\"5\"/></svg>")
      markup.text(group)
      markup.raw("</li>")
    }
    markup.raw("</ul>\n")
  }

  /// Adds the contents of the `svg` element.
  public func draw(into markup: inout Markup) {
    let left = 4.0, right = Double(size.width) - 4, top = 26.0, bottom = Double(size.height) - 28
    let drawn = points.filter { $0.x.isFinite && $0.y.isFinite }
    let across = range(drawn.map(\.x) + [0], .linear)!, up = range(drawn.map(\.y) + [0], .linear)!
    // One unit is as long across as up.
    let room = 20.0
    let unit = min(
      (right - left - 2 * room) / max(across.upperBound - across.lowerBound, 1e-300),
      (bottom - top - 2 * room) / max(up.upperBound - up.lowerBound, 1e-300))
    let middleX = (across.lowerBound + across.upperBound) / 2, middleY = (up.lowerBound + up.upperBound) / 2
    func place(_ x: Double, _ y: Double) -> (x: Double, y: Double) {
      ((left + right) / 2 + (x - middleX) * unit, (top + bottom) / 2 - (y - middleY) * unit)
    }
    let zero = place(0, 0)
    markup.point("<path class=\"grid\" d=\"M", left, zero.y)
    markup.raw("H")
    markup.place(right)
    markup.point("M", zero.x, top)
    markup.raw("V")
    markup.place(bottom)
    markup.raw("\"/>")
    markup.label("tick end", right, Double(size.height) - 8, xLabel)
    markup.label("tick", 0, 14, yLabel)
    markup.raw("\n")
    for point in drawn {
      let at = place(point.x, point.y)
      markup.raw("<text class=\"mark middle f")
      markup.integer(point.color % 9)
      markup.raw("\" x=\"")
      markup.place(at.x)
      markup.raw("\" y=\"")
      markup.place(at.y + 5)
      markup.raw("\">")
      markup.text(point.label)
      markup.raw("<title>")
      markup.text(point.label)
      markup.raw(": ")
      markup.figure(point.x)
      markup.raw(", ")
      markup.figure(point.y)
      markup.raw("</title></text>\n")
    }
  }
}
