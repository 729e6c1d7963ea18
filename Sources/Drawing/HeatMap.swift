// A matrix as cells: the stronger the color, the larger the number. Zero has the ground's color, so that what is dead
// disappears.

/// A matrix of numbers as colored cells with labels at its rows and columns.
public struct HeatMap: Picture {
  /// Which colors stand for which numbers.
  public enum Palette: Sendable {
    /// From the ground's color at 0 to blue: shares and probabilities.
    case sequential
    /// Blue for negative numbers, orange for positive ones.
    case values
    /// Green for negative numbers, violet for positive ones.
    case gradients
  }

  /// What the picture shows, for readers who do not see it.
  public var title: String
  /// The numbers of rows and columns.
  public let rows, columns: Int
  /// The numbers, row after row; one that is not a number has no cell.
  public var values: [Double]
  /// The colors.
  public var palette: Palette
  /// The number that has the full color; larger ones have it too. By default the largest size of the values, or 1 if all
  /// are 0.
  public var limit: Double
  /// A label at each row, from the first on; empty if there are none.
  public var rowLabels: [String] = []
  /// A label above each column.
  public var columnLabels: [String] = []
  /// The width of a cell, and its height unless `rowHeight` is another.
  public var cell = 16
  /// The height of a row, for maps whose cells are narrower than labels are high.
  public var rowHeight: Int?
  /// Whether each cell shows its number, to a hundredth, on screens wide enough for it; takes a cell of 32 or more.
  public var hasFigures = false

  /// A heat map of a matrix.
  ///
  /// - Precondition: There are `rows * columns` values.
  public init(
    title: String, rows: Int, columns: Int, _ values: [Double], _ palette: Palette, limit: Double? = nil
  ) {
    precondition(
      values.count == rows * columns,
      "A matrix of \(rows) rows and \(columns) columns has \(rows * columns) values, not \(values.count).")
    (self.title, self.rows, self.columns, self.values, self.palette) = (title, rows, columns, values, palette)
    let largest = values.lazy.filter { $0.isFinite }.map { $0.magnitude }.max() ?? 0
    self.limit = limit ?? (largest > 0 ? largest : 1)
  }

  private var height: Int { rowHeight ?? cell }

  /// The room for the labels at the left and above.
  private var margin: (left: Int, top: Int) {
    let longest = rowLabels.map(\.unicodeScalars.count).max() ?? 0
    return (longest == 0 ? 1 : 8 * longest + 11, columnLabels.isEmpty ? 1 : 18)
  }

  /// The cells and the room for their labels.
  public var size: (width: Int, height: Int) {
    (margin.left + columns * cell + 1, margin.top + rows * height + 1)
  }

  /// Adds the contents of the `svg` element.
  public func draw(into markup: inout Markup) {
    let (left, top) = margin
    for (row, label) in rowLabels.prefix(rows).enumerated() {
      markup.label(
        "letter end", Double(left - 5), Double(top + row * height) + Double(height) / 2 + 4, label)
    }
    for (column, label) in columnLabels.prefix(columns).enumerated() {
      markup.label(
        "letter middle", Double(left + column * cell) + Double(cell) / 2, Double(top - 5), label)
    }
    markup.raw("<path class=\"frame\" d=\"M")
    frame(into: &markup, left, top)
    markup.raw("\"/>\n")
    for row in 0..<rows {
      for column in 0..<columns {
        let value = values[row * columns + column]
        if value.isNaN { continue }
        // On a paler cell its number can be read.
        let share = min(value.magnitude / limit, 1) * (hasFigures ? 0.6 : 1)
        markup.raw(value < 0 ? "<path class=\"n" : "<path class=\"p")
        switch palette {
        case .sequential: markup.raw("s")
        case .values: markup.raw("v")
        case .gradients: markup.raw("g")
        }
        markup.raw("\" fill-opacity=\"")
        markup.share(share)
        markup.raw("\" d=\"M")
        markup.integer(left + column * cell)
        markup.raw(" ")
        markup.integer(top + row * height)
        markup.raw("h")
        markup.integer(cell)
        markup.raw("v")
        markup.integer(height)
        markup.raw("h-")
        markup.integer(cell)
        markup.raw("z\"><title>")
        name(row, column, into: &markup)
        markup.figure(value)
        markup.raw("</title></path>")
        if hasFigures {
          markup.label(
            "number middle", Double(left + column * cell) + Double(cell) / 2,
            Double(top + row * height) + Double(height) / 2 + 4
          ) { value.magnitude < 100 ? $0.twoDecimals(value) : $0.figure(value) }
        }
      }
      markup.raw("\n")
    }
  }

  /// Adds the outline of the cells: rows may end early, where values are not numbers.
  private func frame(into markup: inout Markup, _ left: Int, _ top: Int) {
    for row in 0..<rows {
      let count = (0..<columns).last { !values[row * columns + $0].isNaN }.map { $0 + 1 } ?? 0
      if count == 0 { continue }
      markup.raw(row == 0 ? "" : "M")
      markup.integer(left)
      markup.raw(" ")
      markup.integer(top + row * height)
      markup.raw("h")
      markup.integer(count * cell)
      markup.raw("v")
      markup.integer(height)
      markup.raw("h-")
      markup.integer(count * cell)
      markup.raw("z")
    }
  }

  /// Adds which row and column a cell is in.
  private func name(_ row: Int, _ column: Int, into markup: inout Markup) {
    if row < rowLabels.count { markup.text(rowLabels[row]) } else { markup.integer(row) }
    markup.raw(", ")
    if column < columnLabels.count { markup.text(columnLabels[column]) } else { markup.integer(column) }
    markup.raw(": ")
  }

  /// Adds the key as HTML.
  public func drawKey(into markup: inout Markup) {
    let steps = palette == .sequential ? Array(0...10) : Array(-10...10)
    let least: Double = palette == .sequential ? 0 : -limit
    let scale = HeatMap(
      title: "Colors", rows: 1, columns: steps.count, steps.map { Double($0) / 10 * limit }, palette,
      limit: limit)
    var small = scale
    small.cell = palette == .sequential ? 14 : 8
    markup.raw("<p class=\"scale\"><span>")
    markup.figure(least)
    markup.raw("</span>")
    small.drawElement(into: &markup)
    markup.raw("<span>")
    markup.figure(limit)
    markup.raw("</span></p>\n")
  }
}
