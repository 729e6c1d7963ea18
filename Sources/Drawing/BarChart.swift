// One bar for each of a few dozen things.

/// A bar for each label, in the order given.
public struct BarChart: Picture {
  /// A labeled bar.
  public struct Bar: Sendable, Equatable {
    /// What stands below it, if there is room; the title that a pointer shows has it too.
    public var label: String
    /// Its height, 0 or more.
    public var value: Double
    /// What its figure says besides the value, such as on how many it is measured.
    public var note: String

    /// A bar.
    public init(_ label: String, _ value: Double, note: String = "") {
      (self.label, self.value, self.note) = (label, value, note)
    }
  }

  /// What the picture shows, for readers who do not see it.
  public var title: String
  /// What the bars measure.
  public var yLabel: String
  /// The bars; those that are not finite are left out.
  public var bars: [Bar]
  /// Lines to compare with.
  public var references: [LineChart.Reference] = []
  /// The size of the picture.
  public var size: (width: Int, height: Int) = (600, 240)

  /// A chart of `bars`.
  public init(title: String, y: String, _ bars: [Bar]) { (self.title, yLabel, self.bars) = (title, y, bars) }

  /// Adds the contents of the `svg` element.
  public func draw(into markup: inout Markup) {
    let left = 54.0, right = Double(size.width) - 12, top = 30.0, bottom = Double(size.height) - 28
    let drawn = bars.filter { $0.value.isFinite }
    let y = Axis(
      range(drawn.map(\.value) + references.map(\.value) + [0], .linear), .linear, from: bottom, to: top,
      ticks: 6, isTight: false)
    markup.grid(y, from: left, to: right)
    markup.label("tick", 0, 14, yLabel)
    let pitch = (right - left) / Double(max(drawn.count, 1)), width = min(pitch * 0.7, 40)
    for (index, bar) in drawn.enumerated() {
      let middle = left + (Double(index) + 0.5) * pitch
      markup.point("\n<path class=\"bar\" d=\"M", middle - width / 2, bottom)
      markup.raw("V")
      markup.place(y[bar.value] ?? bottom)
      markup.raw("H")
      markup.place(middle + width / 2)
      markup.raw("V")
      markup.place(bottom)
      markup.raw("z\"><title>")
      markup.text(bar.label)
      markup.raw(": ")
      markup.figure(bar.value)
      markup.text(bar.note)
      markup.raw("</title></path>")
      // A label that is wider than its bar would cover its neighbors'.
      let isShort = 6 * Double(bar.label.unicodeScalars.count) <= max(pitch, 12)
      markup.label("letter middle", middle, bottom + 17, isShort ? bar.label : "…")
    }
    markup.line("axis", from: left, to: right, at: y[0] ?? bottom)
    markup.references(references, y, from: left, to: right)
  }
}
