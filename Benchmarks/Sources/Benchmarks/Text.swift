// Numbers and columns as the tables print them.

import Foundation

func number(_ value: Double, _ digits: Int) -> String { String(format: "%.\(digits)f", value) }

/// About three significant digits: 0.86, 31.1, 958.
func short(_ value: Double) -> String { number(value, value < 9.995 ? 2 : value < 99.95 ? 1 : 0) }

/// With a comma between thousands: 32,033.
func grouped(_ value: Int) -> String {
  var digits = String(value), place = digits.count - 3
  while place > 0 {
    digits.insert(",", at: digits.index(digits.startIndex, offsetBy: place))
    place -= 3
  }
  return digits
}

extension String {
  /// Padded with blanks on the left, or on the right, to a width.
  func right(_ width: Int) -> String { String(repeating: " ", count: max(0, width - count)) + self }
  func left(_ width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}

/// A table in Markdown: the cells of the heading, then those of the rows.
func markdownTable(_ heading: [String], _ rows: [[String]]) -> String {
  func line(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |\n" }
  return line(heading) + "|" + String(repeating: "---|", count: heading.count) + "\n"
    + rows.map(line).joined()
}

/// A paragraph in lines of at most 118 columns.
func wrapped(_ text: String) -> String {
  var lines = [""]
  for word in text.split(whereSeparator: { $0 == " " || $0 == "\n" }) {
    let line = lines[lines.count - 1]
    if line.isEmpty {
      lines[lines.count - 1] = String(word)
    } else if line.count + 1 + word.count <= 118 {
      lines[lines.count - 1] += " " + word
    } else {
      lines.append(String(word))
    }
  }
  return lines.joined(separator: "\n") + "\n"
}
