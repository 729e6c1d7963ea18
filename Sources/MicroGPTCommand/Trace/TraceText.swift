// A trace in a terminal: numbers in columns, attention as shaded cells, as wide as the terminal is.

import MicroGPT

/// Draws sections as lines of text.
struct TraceText {
  /// The columns of the terminal.
  let width: Int
  /// Whether cells are colored; else attention is shaded by characters.
  let color: Bool

  /// The lines of a section, each with its end.
  func text(_ section: TraceSection) -> String {
    "\n" + heading(section) + "\n" + section.blocks.map { "\n" + text($0) }.joined()
  }

  /// The lines of a block, each with its end.
  func text(_ block: TraceSection.Block) -> String { plainBlanks(lines(block)) }

  /// Sentences, wrapped.
  func text(_ sentence: String) -> String { plainBlanks(wrapped(sentence, indent: 0, hanging: 0)) }

  private func heading(_ section: TraceSection) -> String {
    let place = section.place ?? ""
    let line = { (count: Int) in String(repeating: "─", count: max(2, count)) }
    let title = color ? "\u{1b}[1m\(section.title)\u{1b}[0m" : section.title
    let used = 4 + columns(section.title)
    if place.isEmpty { return "── \(title) \(line(width - used))" }
    let rest = width - used - columns(place) - 1
    if rest >= 2 { return "── \(title) \(line(rest)) \(place)" }
    return "── \(title) \(line(width - used))\n\(place)"
  }

  private func lines(_ block: TraceSection.Block) -> String {
    switch block {
    case .sentence(let text): wrapped(text, indent: 0, hanging: 0)
    case .formula(let lines): lines.map { wrapped($0, indent: 4, hanging: 6) }.joined()
    case .vectors(let matrices): vectors(matrices)
    case .attention(let attention): self.attention(attention)
    case .units(let units): self.units(units)
    case .table(let table): self.table(table)
    }
  }

  // MARK: - Words

  /// The text in lines of at most `width` columns, broken at blanks.
  private func wrapped(_ text: String, indent: Int, hanging: Int) -> String {
    var lines = "", line = String(repeating: " ", count: indent), isEmpty = true
    for word in text.split(separator: " ", omittingEmptySubsequences: false) {
      if !isEmpty, columns(line) + 1 + columns(String(word)) > width {
        lines += line.trimmingEnd + "\n"
        line = String(repeating: " ", count: hanging) + word
      } else {
        line += (isEmpty ? "" : " ") + word
      }
      isEmpty = false
    }
    return lines + line.trimmingEnd + "\n"
  }

  /// The text with plain blanks for those that keep a number and its sign, such as 12 %, together.
  private func plainBlanks(_ text: String) -> String {
    String(String.UnicodeScalarView(text.unicodeScalars.map { $0 == "\u{a0}" ? " " : $0 }))
  }

  private func table(_ table: TraceSection.Table) -> String {
    let all = [table.header] + table.rows
    let widths = table.header.indices.map { column in all.map { columns($0[column]) }.max() ?? 0 }
    // As many columns as fit.
    var shown = 0, used = 2
    while shown < widths.count, used + widths[shown] <= width - (shown + 1 < widths.count ? 2 : 0) {
      used += widths[shown] + 2
      shown += 1
    }
    shown = max(shown, 1)
    return all.map { row in
      let cells = (0..<shown).map { column in
        let filler = String(repeating: " ", count: widths[column] - columns(row[column]))
        return table.words.contains(column) ? row[column] + filler : filler + row[column]
      }
      return ("  " + cells.joined(separator: "  ") + (shown < widths.count ? " …" : "")).trimmingEnd + "\n"
    }.joined()
  }

  // MARK: - Numbers

  /// How a number is written: `-0.26` or, to save room, `-.26`, with the blank before it.
  private enum Number: Int {
    case full = 6, brief = 5

    func text(_ value: Double) -> String {
      guard value.isFinite else { return fixed(value, 0) }
      switch (self, abs(value)) {
      case (.full, ..<9.995): return fixed(value, 2)
      case (.full, ..<99.95), (.brief, 0.995..<9.95): return fixed(value, 1)
      case (.brief, ..<0.995):
        let digits = fixed(abs(value), 2).dropFirst()
        return (value < 0 && digits != ".00" ? "-" : "") + digits
      case (_, ..<999.5), (.full, ..<9999.5): return fixed(value, 0)
      // 1e5 rather than C's 1e+05.
      default:
        let parts = significant(value, 1).split(separator: "e")
        return "\(parts[0])e\(Int(parts[1])!)"
      }
    }
  }

  private func vectors(_ matrices: [TraceSection.Vectors]) -> String {
    let rows = matrices[0].rows, labels = rows.map(columns).max() ?? 0
    // Each matrix has a blank after it. If not all columns fit, the room is shared evenly, less an ellipsis each.
    let space = width - 2 - labels, all = matrices.reduce(0) { $0 + $1.matrix.columns }
    func cell(_ number: Number) -> Int {
      let longest = matrices.flatMap { $0.matrix.values }.reduce(0) { max($0, number.text($1).utf8.count) }
      return max(number.rawValue, longest + 1)
    }
    let fitting = [Number.full, .brief].first { all * cell($0) + matrices.count - 1 <= space }
    let number = fitting ?? .brief, size = cell(number)
    let shown = matrices.map { matrix in
      fitting != nil
        ? matrix.matrix.columns : min(matrix.matrix.columns, max(1, (space / matrices.count - 4) / size))
    }
    var titles = "  " + String(repeating: " ", count: labels), numbers = titles
    for (matrix, count) in zip(matrices, shown) {
      let isCut = count < matrix.matrix.columns
      var header = ""
      for column in 0..<count {
        header += left(matrix.columns.map { $0[column] } ?? "\(column)", size)
      }
      header += isCut ? "  … " : " "
      let title = "  " + matrix.title + (isCut ? ", \(count) of \(matrix.matrix.columns)" : "")
      titles += right(title, columns(header))
      numbers += right(header, columns(title))
    }
    // Where titles have no room beside each other, the matrices are below each other.
    if matrices.count > 1, columns(titles.trimmingEnd) > width {
      return matrices.map { vectors([$0]) }.joined()
    }
    var out = titles.trimmingEnd + "\n" + numbers.trimmingEnd + "\n"
    let largest = matrices.map { $0.matrix.values.reduce(0) { max($0, abs($1)) } }
    for (row, label) in rows.enumerated() {
      var line = "  " + right(label, labels)
      for (index, matrix) in matrices.enumerated() {
        for column in 0..<shown[index] {
          let value = matrix.matrix[row, column]
          line += shaded(
            left(number.text(value), size), largest[index] > 0 ? value / largest[index] : 0, kind: matrix.kind
          )
        }
        line += shown[index] < matrix.matrix.columns ? "  … " : " "
      }
      out += line.trimmingEnd + "\n"
    }
    return out
  }

  private func units(_ units: TraceSection.Units) -> String {
    let labels = max(units.rows.map(columns).max() ?? 0, columns(units.title)), all = units.hidden.columns
    let counts = "  \(all) of \(all)"
    let shown = min(all, max(1, width - 4 - labels - columns(counts) - 2)), isCut = shown < all
    var out = ""
    for (row, label) in units.rows.enumerated() {
      let awake = units.hidden.row(row).prefix(shown).map { $0 > 0 ? "█" : "·" }.joined()
      let count = units.hidden.row(row).count { $0 > 0 }
      out += "  \(right(label, labels))  \(awake)\(isCut ? " …" : "")  \(count) of \(all)\n"
    }
    return out
  }

  /// How a weight of attention is drawn.
  private enum Cell: Int {
    /// `▓ 0.62`, `▓.62`, `▓▓` or `▓`.
    case wide = 8, medium = 5, narrow = 2, tiny = 1
  }

  private func attention(_ attention: TraceSection.Attention) -> String {
    let labels = attention.rows.map(columns).max() ?? 0, space = width - 3 - labels
    let count = attention.weights.columns
    let cell = [Cell.wide, .medium, .narrow].first { count * $0.rawValue <= space } ?? .tiny
    let shown = min(count, max(1, space - (count > space ? 2 : 0))), size = cell.rawValue
    var header = "  " + String(repeating: " ", count: labels) + " "
    for token in attention.tokens.prefix(shown) {
      header += left(String(token.unicodeScalars.prefix(size)), size)
    }
    var out = "  \(attention.title)\n" + header.trimmingEnd + "\n"
    for (row, label) in attention.rows.enumerated() {
      var line = "  \(right(label, labels)) "
      for column in 0..<min(shown, row + 1) {
        let weight = attention.weights[row, column]
        line += drawn(weight, cell)
      }
      out += line.trimmingEnd + (row >= shown ? " …" : "") + "\n"
    }
    return out
  }

  private func drawn(_ weight: Double, _ cell: Cell) -> String {
    let shade = weight < 0.05 ? " " : weight < 0.25 ? "░" : weight < 0.5 ? "▒" : weight < 0.75 ? "▓" : "█"
    let mark = color ? " " : shade
    let digits = fixed(weight, 2)
    switch cell {
    case .wide: return " " + tinted(" \(mark) \(digits)", weight)
    case .medium:
      return " " + tinted(mark + (digits.hasPrefix("0") ? String(digits.dropFirst()) : "1.0"), weight)
    case .narrow: return tinted(mark + mark, weight)
    case .tiny: return tinted(mark, weight)
    }
  }

  // MARK: - Color

  // The colors are of medium lightness, so that strong ones stand out on dark terminals and on light ones.

  /// The text on a color for a weight from 0 to 1.
  private func tinted(_ text: String, _ weight: Double) -> String {
    background(text, [nil, 144, 180, 179, 173, 166][weight.isFinite ? min(5, Int(weight * 5.999)) : 0])
  }

  /// The text on a color for a value from -1 to 1, where 0 has none.
  private func shaded(_ text: String, _ value: Double, kind: TraceSection.Vectors.Kind) -> String {
    let colors: (below: [Int?], above: [Int?]) =
      switch kind {
      case .value: ([nil, 109, 110, 68, 33], [nil, 144, 180, 173, 166])
      case .gradient: ([nil, 108, 107, 71, 34], [nil, 139, 140, 134, 128])
      }
    let level = value.isFinite ? min(4, Int(abs(value) * 4.999)) : 0
    return background(text, value < 0 ? colors.below[level] : colors.above[level])
  }

  /// The text in black on a color of the 256, or as it is.
  private func background(_ text: String, _ number: Int?) -> String {
    guard color, let number else { return text }
    return "\u{1b}[48;5;\(number);38;5;16m\(text)\u{1b}[0m"
  }

  // MARK: - Columns

  /// The columns that a text without colors takes.
  private func columns(_ text: String) -> Int { displayWidth(text) }

  /// The text, with blanks before it.
  private func left(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - columns(text))) + text
  }

  /// The text, with blanks after it.
  private func right(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - columns(text)))
  }
}

extension String {
  fileprivate var trimmingEnd: String {
    String(self[..<(lastIndex { $0 != " " }.map { index(after: $0) } ?? startIndex)])
  }
}
