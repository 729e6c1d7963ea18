/// What can stand where on a command line: the declarations as the completion scripts need them, without their types.
struct CompletionTable {
  let command: String
  /// What follows the command's name if no subcommand does: the options of the first one, and the command's own.
  let top: Part
  /// The subcommands, and `help`.
  let subcommands: [Part]

  /// A subcommand.
  struct Part {
    let name: String
    let abstract: String
    let options: [Item]
    let arguments: [Value]
  }

  /// An option.
  struct Item {
    /// The short form, if there is one, then the long one.
    let names: [String]
    let help: String
    /// `nil` for a flag.
    let value: Value?
  }

  /// The value of an option, or an argument.
  struct Value {
    let placeholder: String
    /// What it has to be, as help says in parentheses.
    let facts: String?
    let isRequired: Bool
    /// Whether it is an argument that takes all words that remain.
    var isRepeated = false
    let completion: Completion
  }
}

extension CompletionTable {
  init(_ command: Command) {
    func part<S: Subcommand>(_ type: S.Type) -> Part {
      Part(
        name: S.name, abstract: S.abstract,
        options: S.options.flatMap(\.value).map(\.item) + General.everywhere.map(\.item),
        arguments: S.arguments.map(\.value))
    }
    let parts = command.subcommands.map { part($0) }
    let own = General.all.map(\.item), names = Set(own.map(\.names))
    self.command = command.name
    top = Part(
      name: "", abstract: command.abstract,
      options: parts[0].options.filter { !names.contains($0.names) } + own,
      arguments: parts[0].arguments)
    let subject = Value(
      placeholder: "SUBCOMMAND", facts: nil, isRequired: false, completion: .words(parts.map(\.name)))
    subcommands = parts + [Part(name: "help", abstract: "Show help.", options: [], arguments: [subject])]
  }
}

extension Option {
  fileprivate var item: CompletionTable.Item {
    CompletionTable.Item(
      names: (short.map { [$0] } ?? []) + [name], help: help,
      value: placeholder.map {
        CompletionTable.Value(placeholder: $0, facts: facts, isRequired: true, completion: completion)
      })
  }
}

extension Argument {
  fileprivate var value: CompletionTable.Value {
    CompletionTable.Value(
      placeholder: placeholder, facts: nil, isRequired: isRequired, isRepeated: isRepeated,
      completion: completion)
  }
}

/// A word in a shell's single quotes.
///
/// - Parameter apostrophe: How the shell writes a single quote there.
func singleQuoted(_ text: String, apostrophe: String = #"'\''"#) -> String {
  "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: apostrophe) + "'"
}
