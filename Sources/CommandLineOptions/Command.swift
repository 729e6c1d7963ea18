/// The command as a whole: finds the subcommand that a line of words names, then reads its options into settings.
///
/// Three rules are not obvious. A word that begins with a dash is never the value of the option before it,
/// unless it is `-` alone or a number. Of an option given twice, the last counts. Help wins over every mistake
/// beside it: nobody should have to repair a command line to read how to write it.
package struct Command {
  let name: String
  let abstract: String
  /// Where a line names none, the first runs.
  let subcommands: [any Subcommand.Type]

  package init(name: String, abstract: String, subcommands: [any Subcommand.Type]) {
    self.name = name
    self.abstract = abstract
    self.subcommands = subcommands
  }

  /// What a line of words asks for.
  package enum Request {
    case run(any Subcommand)
    case help(String)
    case version
  }

  /// Reads the words that follow the program's name.
  package func parse(_ words: [String]) throws(UsageError) -> Request {
    let given = words.prefix { $0 != "--" }.map(optionName)
    if words.first == "help" || given.contains("--help") || given.contains("-h") {
      guard let subject = words.first(where: { !["help", "--help", "-h"].contains($0) }) else {
        return .help(help)
      }
      let subcommand = looksLikeOption(subject) ? subcommands[0] : try subcommand(named: subject)
      return .help(help(for: subcommand))
    }
    if given.contains("--version") { return .version }
    guard let first = words.first, !looksLikeOption(first) else {
      return .run(try settings(for: subcommands[0], from: words[...]))
    }
    return .run(try settings(for: try subcommand(named: first), from: words.dropFirst()))
  }

  private func subcommand(named word: String) throws(UsageError) -> any Subcommand.Type {
    if let subcommand = subcommands.first(where: { $0.name == word }) { return subcommand }
    let names = subcommands.map { $0.name } + ["help"]
    let known = list(names.map { "'\($0)'" }, "and")
    let example = subcommands[0].examples[0].value
    let advice =
      didYouMean(word, among: names + subcommands[0].optionNames + ["--version"])
      ?? "The subcommands are \(known). A file or a number follows its option, as in '\(example)'."
    throw UsageError("Unknown subcommand '\(word)'. \(advice)")
  }

  private func settings<S: Subcommand>(
    for type: S.Type, from words: ArraySlice<String>
  ) throws(UsageError) -> S {
    let table = S.table
    var settings = S()
    var words = words
    /// The flag just before the word at hand.
    var flag: Option<S>?
    while let word = words.popFirst() {
      if word == "--" {
        guard let next = words.first else { break }
        throw UsageError("Unexpected '\(next)': after '--' nothing is an option. Leave the '--' out.")
      }
      guard looksLikeOption(word) else { throw unexpected(word, in: type, after: flag) }
      let given = optionName(word)
      guard let option = table.first(where: { $0.name == given || $0.short == given }) else {
        throw unknownOption(given, in: type)
      }
      let joined = given == word ? nil : String(word.dropFirst(given.count + 1))
      if option.placeholder == nil {
        if let joined { throw option.surplus(joined) }
        try option.read(&settings, "")
        flag = option
      } else {
        if joined == nil, let next = words.first, looksLikeOption(next) {
          throw option.missingValue(before: next)
        }
        guard let value = joined ?? words.popFirst(), !value.isEmpty else { throw option.missingValue() }
        try option.read(&settings, value)
        flag = nil
      }
    }
    try settings.validate()
    return settings
  }

  private func unknownOption<S: Subcommand>(_ given: String, in type: S.Type) -> UsageError {
    let command = "\(name) \(S.name)"
    if let owner = subcommands.first(where: { $0.optionNames.contains(given) }) {
      return UsageError(
        "'\(command)' takes no '\(given)'; '\(name) \(owner.name)' does. "
          + "Leave it out, or see '\(command) --help'.")
    }
    let advice =
      didYouMean(given, among: S.optionNames + ["--help", "--version"])
      ?? "See '\(command) --help' for the options it takes."
    return UsageError("Unknown option '\(given)'. \(advice)")
  }

  private func unexpected<S: Subcommand>(
    _ word: String, in type: S.Type, after flag: Option<S>?
  ) -> UsageError {
    if word == "help" || subcommands.contains(where: { $0.name == word }) {
      let line = word == "help" ? "\(name) help \(S.name)" : "\(name) \(word)"
      return UsageError(
        "Unexpected '\(word)'. A line has one subcommand and it comes first, as in '\(line)'.")
    }
    if let flag { return flag.surplus(word) }
    let advice =
      didYouMean(word, among: S.optionNames)
      ?? "A file or a number follows its option, as in '\(S.examples[0].value)'; "
      + "one with spaces needs quotes."
    return UsageError("Unexpected argument '\(word)'. \(advice)")
  }
}

extension Subcommand {
  fileprivate static var table: [Option<Self>] { options.flatMap(\.value) }
  fileprivate static var optionNames: [String] { table.map(\.name) }
}

extension Option {
  fileprivate func surplus(_ value: String) -> UsageError {
    UsageError("'\(name)' takes no value, but was given '\(value)'. Write '\(name)' alone, or leave it out.")
  }

  fileprivate func missingValue(before next: String? = nil) -> UsageError {
    let placeholder = placeholder ?? ""
    let problem = next.map { ", but '\($0)' reads as an option" } ?? ""
    let meaning = expected.isEmpty ? "" : ", where \(placeholder) is \(expected)"
    var advice = "Write '\(name) \(placeholder)'\(meaning)."
    // The name of a file can begin with a dash, but hardly ever with two.
    if let next, expected.isEmpty, !next.hasPrefix("--") {
      advice += " If '\(next)' is the value, write '\(name)=\(next)'."
    }
    return UsageError("'\(name)' needs a value\(problem). \(advice)")
  }
}

/// Whether a word is an option and not a value: `-` alone is standard input, `-1` and `-.5` are numbers.
private func looksLikeOption(_ word: String) -> Bool {
  guard let first = word.first, let second = word.dropFirst().first else { return false }
  return dashes.contains(first) && !"0123456789.".contains(second)
}

/// The `--steps` of `--steps=10`.
private func optionName(_ word: String) -> String { String(word.prefix { $0 != "=" }) }
