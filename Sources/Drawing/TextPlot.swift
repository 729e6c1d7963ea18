// Curves as text, for terminals and files: each character is a block of two by four dots, by the Braille patterns of Unicode.

/// Curves over each other, with labeled axes, in lines of text.
///
///     let plot = TextPlot(curves: [.init(mark: "A", points: [(1, 3.3), (500, 2.6), (1000, 2.4)])], title: "loss by step")
///     for line in plot.lines(width: 72, height: 16, isColored: false) { print(line) }
///
/// Curves are told apart by color, and by their marks, which stand at their ends and, without color, along the curves too. A
/// character that two curves cross shows the dots of both, in the color of the later one. Points that share a column of dots are
/// drawn as their mean.
public struct TextPlot: Sendable {
  /// A curve.
  public struct Curve: Sendable {
    /// The character that stands for the curve, one column wide; `nil` if it needs none.
    public var mark: Character?
    /// Its points, from left to right; a point that has no finite place on the axes interrupts it.
    public var points: [(x: Double, y: Double)]

    /// A curve through these points.
    public init(mark: Character?, points: [(x: Double, y: Double)]) {
      (self.mark, self.points) = (mark, points)
    }
  }

  /// The curves.
  public var curves: [Curve]
  /// What the plot shows, in the line above it.
  public var title: String
  /// How the values of x lie on their axis.
  public var scale: Scale

  /// A plot of these curves.
  ///
  /// - Parameters:
  ///   - curves: The curves.
  ///   - title: What the plot shows.
  ///   - scale: How the values of x lie on their axis.
  public init(curves: [Curve], title: String, scale: Scale = .linear) {
    (self.curves, self.title, self.scale) = (curves, title, scale)
  }

  /// The smallest plot: fewer columns or lines are taken for these.
  public static let least = (width: 24, height: 6)

  /// The plot, without blanks at the ends of lines.
  ///
  /// If few values are far above all others, as the losses before a run has learned anything, the plot ends below them, and
  /// the line above it says so.
  ///
  /// - Parameters:
  ///   - width: The most columns of a line.
  ///   - height: The number of lines, those of the title and of the axis included.
  ///   - isColored: Whether to color the curves, by the escape sequences of terminals.
  public func lines(width: Int, height: Int, isColored: Bool) -> [String] {
    let (width, height) = (max(width, TextPlot.least.width), max(height, TextPlot.least.height))
    let rows = height - 3
    let xRange = range(curves.flatMap(\.points).map(\.x), scale)
    // The labels to the left depend on the values, and the columns that are left on the labels. A few columns more or less
    // make no difference to means.
    let curves = curves.map { curve in
      Curve(
        mark: curve.mark, points: TextPlot.averaged(curve.points, over: 2 * (width - 8), in: xRange, scale))
    }
    let (yRange, cut) = TextPlot.shownRange(curves)
    let vertical = Axis(
      yRange, .linear, from: Double(4 * rows - 1), to: 0, ticks: max(3, rows / 2), isTight: true)
    let labels = vertical.ticks.isEmpty ? [] : TextPlot.aligned(vertical.ticks.map(figure))
    let gutter = labels.map(\.count).max() ?? 0
    // Marks stand to the right of the ends.
    let margin = curves.contains { $0.mark != nil } ? 3 : 0
    let columns = width - gutter - 2 - margin
    let horizontal = Axis(
      xRange, scale, from: 0, to: Double(2 * columns - 1),
      ticks: max(2, columns / (scale == .linear ? 12 : 6)), isTight: true)

    var canvas = Canvas(rows: rows, columns: columns + margin, drawn: columns)
    for (index, curve) in curves.enumerated() { canvas.draw(curve, index, horizontal, vertical) }
    for (index, curve) in curves.enumerated() {
      if let mark = curve.mark {
        canvas.place(mark, index, of: curves.count, isAlong: !isColored && curves.count > 1)
      }
    }

    var ticks: [Int: String] = [:]
    for (tick, label) in zip(vertical.ticks, labels) {
      if let place = vertical[tick] { ticks[Int(place.rounded()) / 4] = label }
    }
    let title = cut.map { "\(self.title) (up to \(figure($0)) is cut off)" } ?? self.title
    var lines = [title]
    for row in 0..<rows {
      let label = ticks[row] ?? "", blanks = String(repeating: " ", count: gutter - label.count)
      let start = "\(blanks)\(label) \(label.isEmpty ? "│" : "┤")"
      lines.append(start + canvas.text(row, isColored: isColored))
    }
    return lines + axis(horizontal, gutter: gutter, columns: columns, width: width)
  }

  /// The text in the color of a curve.
  ///
  /// - Parameters:
  ///   - text: The text.
  ///   - curve: The index of the curve.
  public static func colored(_ text: String, curve: Int) -> String {
    "\u{1b}[\(colors[curve % colors.count])m\(text)\u{1b}[0m"
  }

  /// Cyan, yellow, magenta, green, blue and red, whose tones each terminal chooses for its ground.
  private static let colors = [36, 33, 35, 32, 34, 31]

  /// The values of y from the lowest to the highest that is shown, and the highest of all if that is not shown.
  private static func shownRange(_ curves: [Curve]) -> (ClosedRange<Double>?, cut: Double?) {
    let values = curves.flatMap(\.points).map(\.y).filter(\.isFinite).sorted()
    guard let low = values.first, let high = values.last else { return (nil, nil) }
    let usual = values[values.count * 15 / 16] - low
    guard usual > 0, high - low > 4 * usual else { return (low...high, nil) }
    return (low...(low + 2 * usual), high)
  }

  /// Points on an axis of so many parts: those that share a part become one, in their middle.
  ///
  /// A line through thousands of points that vary would fill its picture; through their means it shows how they go.
  ///
  /// - Parameters:
  ///   - points: The points, from left to right.
  ///   - parts: The number of parts.
  ///   - range: The least and the greatest value of x on the axis; those of the points if it is `nil`.
  ///   - scale: How the values of x lie on the axis.
  /// - Returns: At most one point for each part, and as many interruptions as there were, without points that have no
  ///   place on the axis.
  public static func averaged(
    _ points: [(x: Double, y: Double)], over parts: Int, in range: ClosedRange<Double>? = nil, _ scale: Scale
  ) -> [(x: Double, y: Double)] {
    let range = range ?? Drawing.range(points.map(\.x), scale)
    let axis = Axis(range, scale, from: 0, to: Double(parts - 1), ticks: 2, isTight: true)
    var averaged: [(x: Double, y: Double)] = []
    var part = 0.0, x = 0.0, y = 0.0, count = 0.0
    func end() {
      if count > 0 { averaged.append((x / count, y / count)) }
      (x, y, count) = (0, 0, 0)
    }
    for point in points {
      guard let place = axis[point.x], point.y.isFinite else {
        end()
        if axis[point.x] != nil { averaged.append((point.x, .nan)) }
        continue
      }
      if place.rounded() != part { end() }
      part = place.rounded()
      (x, y, count) = (x + point.x, y + point.y, count + 1)
    }
    end()
    return averaged
  }

  /// Figures with the same number of digits after the point.
  private static func aligned(_ labels: [String]) -> [String] {
    if labels.contains(where: { $0.contains("e") }) { return labels }
    let decimals = labels.map { label in label.drop { $0 != "." }.dropFirst().count }
    let most = decimals.max() ?? 0
    return zip(labels, decimals).map { label, count -> String in
      let point = count == 0 && most > 0 ? "." : ""
      return label + point + String(repeating: "0", count: most - count)
    }
  }

  /// The line of the axis, and that of its labels.
  private func axis(_ axis: Axis, gutter: Int, columns: Int, width: Int) -> [String] {
    var line = Array(repeating: Character("─"), count: columns)
    var labels: [Character] = []
    for tick in axis.ticks {
      guard let place = axis[tick] else { continue }
      let column = Int(place.rounded()) / 2
      var markup = Markup()
      markup.tick(tick)
      let label = String(decoding: markup.bytes, as: UTF8.self)
      // Under its tick, but within the lines.
      let start = max(0, min(gutter + 2 + column - (label.count - 1) / 2, width - label.count))
      guard labels.isEmpty || start > labels.count else { continue }
      line[column] = "┬"
      labels += String(repeating: " ", count: start - labels.count) + label
    }
    return [String(repeating: " ", count: gutter + 1) + "└" + String(line), String(labels)]
  }
}

/// Characters of two by four dots, with marks over them.
struct Canvas {
  private struct Cell {
    /// The dots, as Unicode numbers them.
    var dots: UInt8 = 0
    var mark: Character?
    /// The index of the curve that was drawn last.
    var curve = 0
  }

  private let rows, columns: Int
  /// The columns that curves are drawn in; the others are for marks.
  private let drawn: Int
  private var cells: [Cell]
  /// By curve: the row of each of its columns, where it has one.
  private var places: [[Int?]] = []

  /// The bits of the dots in a character, from top to bottom, on the left and on the right.
  private static let bits: [[UInt8]] = [[0x01, 0x02, 0x04, 0x40], [0x08, 0x10, 0x20, 0x80]]

  init(rows: Int, columns: Int, drawn: Int) {
    (self.rows, self.columns, self.drawn) = (rows, columns, drawn)
    cells = Array(repeating: Cell(), count: rows * columns)
  }

  /// Draws lines from point to point.
  mutating func draw(_ curve: TextPlot.Curve, _ index: Int, _ horizontal: Axis, _ vertical: Axis) {
    places.append(Array(repeating: nil, count: drawn))
    var last: (x: Double, y: Double)?
    for point in curve.points {
      guard let x = horizontal[point.x], let y = vertical[point.y] else {
        last = nil
        continue
      }
      line(from: last ?? (x, y), to: (x, y), index)
      last = (x, y)
    }
  }

  /// Draws the part of a line that is not above the plot.
  private mutating func line(from start: (x: Double, y: Double), to end: (x: Double, y: Double), _ curve: Int)
  {
    let rise = end.y - start.y
    /// How much of the line comes before the edge of the plot, from 0 to 1.
    let edge = max(0, min(1, (-0.5 - start.y) / rise))
    if max(start.y, end.y) < -0.5 { return }
    let first = start.y < -0.5 ? edge : 0, last = end.y < -0.5 ? edge : 1
    let length = max((end.x - start.x).magnitude, rise.magnitude) * (last - first)
    let count = max(1, Int(length.rounded(.up)))
    for i in 0...count {
      let share = first + (last - first) * Double(i) / Double(count)
      dot(start.x + (end.x - start.x) * share, start.y + rise * share, curve)
    }
  }

  private mutating func dot(_ x: Double, _ y: Double, _ curve: Int) {
    let x = max(0, min(Int(x.rounded()), 2 * drawn - 1)), y = max(0, min(Int(y.rounded()), 4 * rows - 1))
    let cell = y / 4 * columns + x / 2
    cells[cell].dots |= Canvas.bits[x % 2][y % 4]
    cells[cell].curve = curve
    places[curve][x / 2] = y / 4
  }

  /// Places the mark of a curve to the right of its end and, if asked to, along it.
  ///
  /// - Parameters:
  ///   - mark: The mark.
  ///   - index: The index of the curve.
  ///   - count: The number of curves. Those that go together have their marks at different columns.
  ///   - isAlong: Whether marks stand along the curve.
  mutating func place(_ mark: Character, _ index: Int, of count: Int, isAlong: Bool) {
    guard let end = places[index].lastIndex(where: { $0 != nil }), let row = places[index][end] else {
      return
    }
    let candidates = [(0, 1), (0, 2), (0, 3), (-1, 1), (1, 1), (-1, 2), (1, 2), (-1, 3), (1, 3)]
    let free = candidates.map { (row: row + $0, column: end + $1) }.first {
      0..<rows ~= $0.row && $0.column < columns && cells[$0.row * columns + $0.column].mark == nil
    }
    if let free { set(mark, index, row: free.row, column: free.column) }
    guard isAlong else { return }
    let period = max(16, 4 * count)
    for column in stride(from: period / 4 + index * period / count, to: end - 3, by: period) {
      if let row = places[index][column] { set(mark, index, row: row, column: column) }
    }
  }

  private mutating func set(_ mark: Character, _ curve: Int, row: Int, column: Int) {
    cells[row * columns + column].mark = mark
    cells[row * columns + column].curve = curve
  }

  /// A row, without blanks at its end.
  func text(_ row: Int, isColored: Bool) -> String {
    let line = cells[(row * columns)..<((row + 1) * columns)]
    guard let end = line.lastIndex(where: { $0.dots != 0 || $0.mark != nil }) else { return "" }
    var text = "", color: Int?
    for cell in line[...end] {
      let isBlank = cell.dots == 0 && cell.mark == nil
      if isColored, !isBlank, cell.curve != color {
        text += (color == nil ? "" : "\u{1b}[0m") + TextPlot.colored("", curve: cell.curve).dropLast(4)
        color = cell.curve
      }
      if isBlank {
        text += " "
      } else {
        text.append(cell.mark ?? Character(Unicode.Scalar(0x2800 + UInt32(cell.dots))!))
      }
    }
    return color == nil ? text : text + "\u{1b}[0m"
  }
}
