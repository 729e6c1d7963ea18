/// The whole command: finds the subcommand that a command line names, then reads its options and arguments.
///
/// Four rules are not obvious. A word that begins with a dash is never the value of the option before it, unless it
/// is `-` alone or a number. If an option is given twice, the last one counts. After `--` every word is an argument,
/// whatever it begins with. A request for help is answered despite mistakes in the line: a user should not have to
/// repair a command line in order to read how to write it.
package struct Command {
  let name: String
  let abstract: String
  /// The first runs if a line names none.
  let subcommands: [any Subcommand.Type]

  package init(name: String, abstract: String, subcommands: [any Subcommand.Type]) {
    self.name = name
    self.abstract = abstract
    self.subcommands = subcommands
  }

  /// What a command line asks for.
  package enum Request {
    case run(any Subcommand, given: GivenOptions)
    case help(String)
    case version
    /// The manual page.
    case manual
    case completionScript(Shell)
  }

  /// Parses the words that follow the program's name.
  package func parse(_ words: [String]) throws(UsageError) -> Request {
    let given = words.prefix { $0 != "--" }.map(optionName)
    if words.first == "help" || given.contains("--help") || given.contains("-h") {
      guard let subject = words.first(where: { !["help", "--help", "-h"].contains($0) }) else {
        return .help(help)
      }
      let subcommand = looksLikeOption(subject) ? subcommands[0] : try subcommand(named: subject)
      return .help(help(for: subcommand))
    }
    let general = try General(words.prefix { $0 != "--" })
    if general.version { return .version }
    if general.manual { return .manual }
    if let shell = general.shell { return .completionScript(shell) }
    guard let first = words.first, !looksLikeOption(first) else {
      return try request(subcommands[0], from: words[...])
    }
    return try request(try subcommand(named: first), from: words.dropFirst())
  }

  private func subcommand(named word: String) throws(UsageError) -> any Subcommand.Type {
    if let subcommand = subcommands.first(where: { $0.name == word }) { return subcommand }
    let names = subcommands.map { $0.name } + ["help"]
    let known = list(names.map { "'\($0)'" }, "and")
    let example = "'\(subcommands[0].examples[0].value)'"
    var advice = "A file or a number follows its option, as in \(example)."
    if word.contains(where: { $0 == "." || $0 == "/" }),
      // An example with one file says it best.
      let reader = subcommands.first(where: { $0.wordLimit == 1 })
        ?? subcommands.first(where: { $0.takesArguments })
    {
      advice = "A file follows its subcommand or option, as in '\(reader.examples[0].value)' or \(example)."
    }
    throw UsageError(
      "Unknown subcommand '\(word)'. "
        + (didYouMean(word, among: names + subcommands[0].optionNames + General.all.map(\.name))
          ?? "The subcommands are \(known). \(advice)"))
  }

  private func request<S: Subcommand>(
    _ type: S.Type, from words: ArraySlice<String>
  ) throws(UsageError) -> Request {
    let table = S.table
    var settings = S()
    var given = GivenOptions()
    var arguments: [String] = []
    var words = words
    /// The flag just before the current word.
    var flag: Option<S>?
    while let word = words.popFirst() {
      if word == "--" {
        guard let next = words.first else { break }
        if !S.takesArguments {
          throw UsageError("Unexpected '\(next)': after '--' nothing is an option. Leave the '--' out.")
        }
        arguments += words
        break
      }
      guard looksLikeOption(word) else {
        if arguments.count == S.wordLimit { throw unexpected(word, in: type, after: flag) }
        arguments.append(word)
        flag = nil
        continue
      }
      let name = optionName(word)
      guard let option = table.option(named: name) else {
        throw unknownOption(name, in: type)
      }
      let joined = name == word ? nil : String(word.dropFirst(name.count + 1))
      if option.placeholder == nil {
        if let joined { throw option.surplus(joined) }
        try option.read(&settings, "")
        given.insert(option.name, "")
        flag = option
      } else {
        if joined == nil, let next = words.first, looksLikeOption(next) {
          throw option.missingValue(before: next)
        }
        guard let value = joined ?? words.popFirst(), !value.isEmpty else { throw option.missingValue() }
        try option.read(&settings, value)
        given.insert(option.name, value)
        flag = nil
      }
    }
    if arguments.count > S.wordLimit {
      throw unexpected(arguments[S.arguments.count], in: type, after: nil)
    }
    if let missing = settings.fill(from: arguments) { throw missingArgument(missing) }
    try settings.validate()
    return .run(settings, given: given)
  }

  private func unknownOption<S: Subcommand>(_ given: String, in type: S.Type) -> UsageError {
    let command = "\(name) \(S.name)"
    if let owner = subcommands.first(where: { $0.optionNames.contains(given) }) {
      return UsageError(
        "'\(command)' takes no '\(given)'; '\(name) \(owner.name)' does. "
          + "Leave it out, or see '\(command) --help'.")
    }
    var advice =
      didYouMean(given, among: S.optionNames + General.names(like: given))
      ?? "See '\(command) --help' for the options it takes."
    if S.takesArguments, !given.hasPrefix("--"), given.count > 2 {
      advice += " If '\(given)' is an argument, write '--' before it."
    }
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
    let advice: String
    if let suggestion = didYouMean(word, among: S.optionNames) {
      advice = suggestion
    } else if S.takesArguments {
      advice = "Write '\(usage(of: type))'; an argument with spaces needs quotes."
    } else if S.optionNames.isEmpty {
      advice = "'\(usage(of: type))' takes no arguments."
    } else {
      advice =
        "A file or a number follows its option, as in '\(S.examples[0].value)'; one with spaces needs quotes."
    }
    return UsageError("Unexpected argument '\(word)'. \(advice)")
  }

  private func missingArgument<S: Subcommand>(_ argument: Argument<S>) -> UsageError {
    UsageError(
      "'\(name) \(S.name)' needs \(argument.placeholder). "
        + "Write '\(usage(of: S.self))', as in '\(S.examples[0].value)'.")
  }

  /// The subcommand with its arguments, without options.
  func usage<S: Subcommand>(of type: S.Type) -> String {
    ([name, S.name] + S.arguments.map(\.usage)).joined(separator: " ")
  }
}

extension Subcommand {
  /// All options, in the order of help.
  fileprivate static var table: [Option<Self>] {
    let groups = options
    var table: [Option<Self>] = []
    // By number, as in `group`.
    for group in 0..<groups.count {
      let options = groups[group].value
      for index in 0..<options.count { table.append(options[index]) }
    }
    return table
  }
  fileprivate static var optionNames: [String] { table.map(\.name) }
  fileprivate static var takesArguments: Bool { !arguments.isEmpty }
}

extension Option {
  fileprivate func surplus(_ value: String) -> UsageError {
    UsageError("'\(name)' takes no value, but was given '\(value)'. Write '\(name)' alone, or leave it out.")
  }

  func missingValue(before next: String? = nil) -> UsageError {
    let placeholder = placeholder ?? ""
    let problem = next.map { ", but '\($0)' looks like an option" } ?? ""
    let meaning = expected.isEmpty ? "" : ", where \(placeholder) is \(expected)"
    var advice = "Write '\(name) \(placeholder)'\(meaning)."
    // A file name may begin with one dash; with two it is unlikely.
    if let next, expected.isEmpty, !next.hasPrefix("--") {
      advice += " If '\(next)' is the value, write '\(name)=\(next)'."
    }
    return UsageError("'\(name)' needs a value\(problem). \(advice)")
  }
}

/// Whether a word is an option and not a value: `-` alone is standard input, `-1` and `-.5` are numbers.
package func looksLikeOption(_ word: String) -> Bool {
  guard let first = word.first, let second = word.dropFirst().first else { return false }
  return dashes.contains(first) && !"0123456789.".contains(second)
}

/// The `--steps` of `--steps=10`.
func optionName(_ word: String) -> String { String(word.prefix { $0 != "=" }) }
