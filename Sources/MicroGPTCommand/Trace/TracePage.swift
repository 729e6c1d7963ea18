// `trace --html`: the same sections as one page, with vectors and attention as heat maps and the lines of microgpt.swift.

import Drawing
import MicroGPT

/// Draws sections as a page.
struct TracePage {
  private var page: Page

  /// - Parameter introduction: What is traced, before the first section.
  init(_ document: String, introduction: [String], _ sections: [TraceSection]) {
    page = Page(
      title: "'\(escaped(document))' through a GPT", lead: Prose(introduction.joined(separator: " ")))
    for section in sections { add(section) }
  }

  /// The page, which needs no other file.
  ///
  /// - Parameter line: The command line that makes it.
  func bytes(madeBy line: String) -> [UInt8] { page.bytes(footer: "Made by \(code: escaped(line)).") }

  private mutating func add(_ section: TraceSection) {
    page.heading(section.title)
    if let lines = section.stage.algorithm?.lines {
      page.listing(lines.map(listing).joined(separator: "\n\n"))
    }
    for block in section.blocks { add(block) }
  }

  /// Lines of microgpt.swift with their numbers, without the indentation that they share.
  private func listing(_ lines: AlgorithmStage.Lines) -> String {
    let indentation = lines.code.map { line in line.utf8.prefix { $0 == UInt8(ascii: " ") }.count }.min() ?? 0
    return zip(lines.numbers, lines.code).map { number, line in
      padded(number, 3) + "  " + line.dropFirst(indentation)
    }.joined(separator: "\n")
  }

  private mutating func add(_ block: TraceSection.Block) {
    switch block {
    case .sentence(let text): page.paragraph(Prose(text))
    case .formula(let lines): page.code(lines.joined(separator: "\n"))
    case .vectors(let matrices):
      let pictures = matrices.map { picture(of: $0) }
      page.row { page in
        // Where each cell has its number, no key is needed.
        for (picture, heading) in pictures {
          page.figure(picture, heading: heading, hasKey: !picture.hasFigures)
        }
      }
    case .attention(let attention):
      let (picture, heading) = picture(of: attention)
      page.figure(picture, heading: heading, hasKey: !picture.hasFigures)
    case .units(let units):
      let (picture, heading) = picture(of: units)
      page.figure(picture, heading: heading, caption: "\(counts(units)).")
    case .table(let table): page.table(self.table(table))
    }
  }

  /// The most rows and columns that a picture or a table shows: with more, cells are too small and pages too large.
  private static let most = 64

  /// The first rows and columns of a matrix, and what they are of.
  private func part(_ matrix: Tensor) -> (part: Tensor, note: String) {
    let (rows, columns) = (min(matrix.rows, TracePage.most), min(matrix.columns, TracePage.most))
    if rows == matrix.rows, columns == matrix.columns { return (matrix, "") }
    let values = (0..<rows).flatMap { matrix.row($0).prefix(columns) }
    return (
      Tensor(name: matrix.name, rows: rows, columns: columns, values: values),
      ", \(rows) × \(columns) of \(grouped(matrix.rows)) × \(grouped(matrix.columns))"
    )
  }

  private func picture(of vectors: TraceSection.Vectors) -> (map: HeatMap, heading: Prose) {
    let (matrix, note) = part(vectors.matrix)
    var map = HeatMap(
      title: vectors.title, rows: matrix.rows, columns: matrix.columns, matrix.values,
      vectors.kind == .value ? .values : .gradients)
    map.rowLabels = vectors.rows
    map.columnLabels = vectors.columns ?? (0..<matrix.columns).map { "\($0)" }
    setCells(of: &map)
    return (map, Prose(vectors.title + note))
  }

  private func picture(of attention: TraceSection.Attention) -> (map: HeatMap, heading: Prose) {
    let (weights, note) = part(attention.weights)
    var map = HeatMap(
      title: attention.title, rows: weights.rows, columns: weights.columns,
      (0..<weights.values.count).map { index in
        let (row, column) = index.quotientAndRemainder(dividingBy: weights.columns)
        return column > row ? .nan : weights[row, column]
      }, .sequential, limit: 1)
    map.rowLabels = attention.rows
    map.columnLabels = attention.tokens
    setCells(of: &map)
    return (map, Prose(attention.title + note))
  }

  /// Cells with numbers if there are few columns, with labels if there is room.
  private func setCells(of map: inout HeatMap) {
    map.hasFigures = map.columns <= 16
    // On a telephone a wider picture's labels would be too small to read.
    (map.cell, map.rowHeight) = map.hasFigures ? (34, nil) : map.columns <= 40 ? (16, 18) : (8, 18)
    if map.columns > 40 { map.columnLabels = [] }
  }

  private func picture(of units: TraceSection.Units) -> (map: HeatMap, heading: Prose) {
    let (hidden, note) = part(units.hidden)
    var map = HeatMap(
      title: "Hidden units", rows: hidden.rows, columns: hidden.columns, hidden.values, .values)
    map.rowLabels = units.rows
    (map.cell, map.rowHeight) = (8, 18)
    return (map, Prose("Hidden units that are awake" + note))
  }

  private func counts(_ units: TraceSection.Units) -> String {
    let labels = units.rows.prefix(TracePage.most).enumerated().map { row, label in
      "\(units.hidden.row(row).count { $0 > 0 }) at \(label)"
    }
    return "Awake: " + labels.joined(separator: ", ") + "; of \(units.hidden.columns)"
  }

  private func table(_ table: TraceSection.Table) -> Table {
    // A column for each of many positions is cut, as it is in a terminal.
    let shown = min(table.header.count, TracePage.most)
    func cut(_ cells: [String]) -> [String] { cells.count > shown ? cells.prefix(shown) + ["…"] : cells }
    var drawn = Table(
      cut(table.header).enumerated().map { index, heading in
        table.words.contains(index) ? .text(heading) : .number(heading)
      })
    drawn.fillsLine = false
    for row in table.rows { drawn.row(cut(row).map { Prose($0) }) }
    return drawn
  }
}
