/// The help pages, at most 80 columns wide, written from the same table that parsing reads.

extension Command {
  /// The page of the whole command: its subcommands, with one example of each.
  var help: String {
    let rows = subcommands.enumerated().map { index, subcommand in
      Row(label: index == 0 ? "\(subcommand.name) (default)" : subcommand.name, text: subcommand.abstract)
    }
    return page(
      abstract, usage: "\(name) [SUBCOMMAND] [OPTIONS]",
      discussion: "See '\(name) help SUBCOMMAND' for the options of each.",
      sections: [("SUBCOMMANDS", rows)], general: General.all, examples: subcommands.map { $0.examples[0] })
  }

  /// The page of one subcommand: its arguments and options, with all examples.
  func help<S: Subcommand>(for type: S.Type) -> String {
    let isDefault = S.name == subcommands[0].name
    let hasOptions = S.options.contains { !$0.value.isEmpty }
    let subcommand = isDefault ? "[\(S.name)]" : S.name
    let words = [name, subcommand] + S.arguments.map(\.usage) + (hasOptions ? ["[OPTIONS]"] : [])
    var sections = S.options.map { title, options in (title, options.map(\.row)) }
    if !S.arguments.isEmpty { sections.insert(("ARGUMENTS", S.arguments.map(\.row)), at: 0) }
    return page(
      S.abstract, usage: words.joined(separator: " "), discussion: S.discussion, sections: sections,
      general: General.everywhere, examples: Array(S.examples))
  }

  private func page(
    _ overview: String, usage: String, discussion: String, sections: [(title: String, rows: [Row])],
    general: [Option<General>], examples: [(key: String, value: String)]
  ) -> String {
    let sections = sections + [("GENERAL", general.map(\.row))]
    let width = sections.flatMap(\.rows).map(\.label.count).max() ?? 0
    var paragraphs = ["OVERVIEW: \(overview)", "USAGE: \(usage)"]
    if !discussion.isEmpty { paragraphs.append(wrapped(discussion, indent: 0)) }
    paragraphs += sections.map { title, rows in
      "\(title):\n" + rows.map { $0.printed(width: width) }.joined(separator: "\n")
    }
    paragraphs.append("EXAMPLES:\n" + examples.map { "  \($0.key)\n    \($0.value)" }.joined(separator: "\n"))
    return paragraphs.joined(separator: "\n\n")
  }
}

/// A label and, in the next column, its meaning.
private struct Row {
  let label: String
  let text: String
  /// Limits and default, which stay on one line if that has room for them.
  var facts: String?

  func printed(width: Int) -> String {
    let padding = String(repeating: " ", count: width - label.count)
    return "  \(label)\(padding)  " + wrapped(text, then: facts, indent: width + 4)
  }
}

extension Argument {
  fileprivate var row: Row { Row(label: placeholder, text: help, facts: isRequired ? nil : "(optional)") }
}

extension Option {
  fileprivate var row: Row {
    let label = (short.map { "\($0), " } ?? "") + name + (placeholder.map { " \($0)" } ?? "")
    return Row(label: label, text: help, facts: facts.map { "(\($0))" })
  }
}

/// Breaks words into lines that end by column 80, with `indent` blanks before every line but the first.
private func wrapped(_ text: String, then last: String? = nil, indent: Int) -> String {
  var lines = [""]
  let words = { (text: String) in text.split(separator: " ").map(String.init) }
  let end = last.map { indent + $0.count <= 80 ? [$0] : words($0) } ?? []
  for word in words(text) + end {
    let line = lines.removeLast()
    let longer = line.isEmpty ? word : "\(line) \(word)"
    lines += line.isEmpty || indent + longer.count <= 80 ? [longer] : [line, word]
  }
  return lines.joined(separator: "\n" + String(repeating: " ", count: indent))
}
