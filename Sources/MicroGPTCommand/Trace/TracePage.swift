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
      let pictures = matrices.map { (picture(of: $0), Prose($0.title)) }
      page.row { page in
        // Where each cell has its number, no key is needed.
        for (picture, heading) in pictures {
          page.figure(picture, heading: heading, hasKey: !picture.hasFigures)
        }
      }
    case .attention(let attention):
      let picture = picture(of: attention)
      page.figure(picture, heading: Prose(attention.title), hasKey: !picture.hasFigures)
    case .units(let units):
      page.figure(
        picture(of: units), heading: "Hidden units that are awake",
        caption: "\(counts(units)).")
    case .table(let table): page.table(self.table(table))
    }
  }

  private func picture(of vectors: TraceSection.Vectors) -> HeatMap {
    let matrix = vectors.matrix
    var map = HeatMap(
      title: vectors.title, rows: matrix.rows, columns: matrix.columns, matrix.values,
      vectors.kind == .value ? .values : .gradients)
    map.rowLabels = vectors.rows
    map.columnLabels = vectors.columns ?? (0..<matrix.columns).map { "\($0)" }
    map.hasFigures = matrix.columns <= 16
    map.cell = map.hasFigures ? 34 : matrix.columns <= 40 ? 22 : 12
    // More labels than that have no room.
    if matrix.columns > 40 { map.columnLabels = [] }
    return map
  }

  private func picture(of attention: TraceSection.Attention) -> HeatMap {
    let weights = attention.weights
    var map = HeatMap(
      title: attention.title, rows: weights.rows, columns: weights.columns,
      (0..<weights.values.count).map { index in
        let (row, column) = index.quotientAndRemainder(dividingBy: weights.columns)
        return column > row ? .nan : weights[row, column]
      }, .sequential, limit: 1)
    map.rowLabels = attention.rows
    map.columnLabels = attention.tokens
    map.hasFigures = weights.columns <= 16
    map.cell = map.hasFigures ? 34 : weights.columns <= 40 ? 22 : 12
    if weights.columns > 40 { map.columnLabels = [] }
    return map
  }

  private func picture(of units: TraceSection.Units) -> HeatMap {
    var map = HeatMap(
      title: "Hidden units", rows: units.hidden.rows, columns: units.hidden.columns, units.hidden.values,
      .values)
    map.rowLabels = units.rows
    map.cell = 11
    return map
  }

  private func counts(_ units: TraceSection.Units) -> String {
    "Awake: "
      + units.rows.enumerated().map { row, label in
        "\(units.hidden.row(row).count { $0 > 0 }) at \(label)"
      }.joined(separator: ", ") + "; of \(units.hidden.columns)"
  }

  private func table(_ table: TraceSection.Table) -> Table {
    var drawn = Table(
      table.header.enumerated().map { index, heading in
        table.words.contains(index) ? .text(heading) : .number(heading)
      })
    drawn.fillsLine = false
    for row in table.rows { drawn.row(row.map { Prose($0) }) }
    return drawn
  }
}
