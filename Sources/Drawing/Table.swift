// A table of a page.

/// Rows of cells under a row of headings.
public struct Table: Sendable {
  /// A column.
  public struct Column: Sendable {
    /// Its heading.
    public var heading: String
    /// Whether it has numbers, which end at the right.
    public var isNumber: Bool

    /// A column of text.
    public static func text(_ heading: String) -> Column { Column(heading: heading, isNumber: false) }
    /// A column of numbers.
    public static func number(_ heading: String) -> Column { Column(heading: heading, isNumber: true) }
  }

  /// Whether the last column, if it is text, takes the rest of the line.
  public var fillsLine = true
  private let columns: [Column]
  private var rows: [[Prose]] = []

  /// A table without rows. If all headings are empty, it has none.
  public init(_ columns: Column...) { self.init(columns) }

  /// The same for a number of columns that data decide.
  public init(_ columns: [Column]) { self.columns = columns }

  /// Whether there are no rows.
  public var isEmpty: Bool { rows.isEmpty }

  /// Adds a row of as many cells as there are columns.
  public mutating func row(_ cells: Prose...) { row(cells) }

  /// The same for a number of columns that data decide.
  public mutating func row(_ cells: [Prose]) {
    precondition(
      cells.count == columns.count,
      "A row of this table has \(columns.count) cells, not \(cells.count).")
    rows.append(cells)
  }

  func write(into markup: inout Markup) {
    // Numbers stay beside each other.
    markup.raw(
      !fillsLine || columns.last?.isNumber == true
        ? "<div class=\"table\"><table class=\"compact\">\n" : "<div class=\"table\"><table>\n")
    if columns.contains(where: { !$0.heading.isEmpty }) {
      markup.raw("<thead><tr>")
      for column in columns {
        markup.raw(column.isNumber ? "<th class=\"number\">" : "<th>")
        markup.text(column.heading)
        markup.raw("</th>")
      }
      markup.raw("</tr></thead>\n")
    }
    markup.raw("<tbody>\n")
    for row in rows {
      markup.raw("<tr>")
      for (column, cell) in zip(columns, row) {
        markup.raw(column.isNumber ? "<td class=\"number\">" : "<td>")
        markup.add(cell.markup)
        markup.raw("</td>")
      }
      markup.raw("</tr>\n")
    }
    markup.raw("</tbody></table></div>\n")
  }
}
