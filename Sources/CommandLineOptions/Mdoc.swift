/// Text in the mdoc language of manual pages.
///
/// A line that begins with a dot or an apostrophe is a macro, and a backslash begins an escape, so both are escaped in
/// text. A plain hyphen may be printed as another character, which cannot be copied back to a shell; in options and
/// command lines it is therefore written as a minus sign, `\-`.
struct Mdoc {
  private var lines: [String] = []

  var text: String { lines.joined(separator: "\n") }

  /// Adds a line as it is.
  mutating func line(_ line: String) { lines.append(line) }

  /// Adds a macro with the words of `arguments`.
  mutating func macro(_ name: String, _ arguments: String...) {
    let words = arguments.flatMap { $0.split(separator: " ").map { Mdoc.argument(String($0)) } }
    line((["." + name] + words).joined(separator: " "))
  }

  /// Adds a paragraph, if there is any text. A sentence begins on a new line, from which man sees where sentences end.
  mutating func paragraph(_ text: String) {
    if text.isEmpty { return }
    if lines.last?.hasPrefix(".Sh") == false, lines.last?.hasPrefix(".Ss") == false { macro("Pp") }
    sentences(text)
  }

  /// Adds a list of entries: words of a macro's line, and a text.
  mutating func list(_ entries: [(label: String, text: String)]) {
    line(".Bl -tag -width Ds")
    for entry in entries {
      line(".It " + entry.label)
      sentences(entry.text)
    }
    line(".El")
  }

  /// Adds command lines, each after what it does.
  mutating func examples(_ examples: [(key: String, value: String)]) {
    for (title, command) in examples {
      paragraph(title)
      line(".Bd -literal -offset indent")
      line(Mdoc.begin(Mdoc.escaped(command, isCode: true)))
      line(".Ed")
    }
  }

  private mutating func sentences(_ text: String) {
    var current = "", width = 0
    func isEnd(_ word: Substring) -> Bool { word.last == "." || word.last == "?" || word.last == "!" }
    for word in text.split(separator: " ") {
      let isOption = word.drop { "('".contains($0) }.first == "-"
      let escaped = Mdoc.escaped(String(word), isCode: isOption)
      if !current.isEmpty, width + 1 + escaped.count > 76 {
        line(Mdoc.begin(current))
        (current, width) = ("", 0)
      }
      current += (current.isEmpty ? "" : " ") + escaped
      width = current.count
      if isEnd(word) {
        line(Mdoc.begin(current))
        (current, width) = ("", 0)
      }
    }
    if !current.isEmpty { line(Mdoc.begin(current)) }
  }

  /// A word on a macro's line, where short words may be macros and lone punctuation is set apart.
  static func argument(_ word: String) -> String {
    let escaped = escaped(word, isCode: true)
    let isAmbiguous =
      word.count == 1 && word.first?.isPunctuation == true || word.count < 4 && word.first?.isLetter == true
    return (isAmbiguous ? #"\&"# : "") + (escaped.contains(" ") ? "\"\(escaped)\"" : escaped)
  }

  /// Escapes a line's beginning, which a macro could have.
  private static func begin(_ line: String) -> String {
    line.first == "." ? #"\&"# + line : line
  }

  /// Text that prints as it is.
  ///
  /// - Parameter isCode: Whether hyphens are minus signs.
  private static func escaped(_ text: String, isCode: Bool) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\\": result += #"\e"#
      case "'": result += #"\(aq"#
      case "\"": result += #"\(dq"#
      case "`": result += #"\(ga"#
      case "^": result += #"\(ha"#
      case "~": result += #"\(ti"#
      case "-" where isCode: result += #"\-"#
      case _ where !scalar.isASCII:
        let digits = String(scalar.value, radix: 16, uppercase: true)
        result += "\\[u\(String(repeating: "0", count: max(0, 4 - digits.count)))\(digits)]"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
