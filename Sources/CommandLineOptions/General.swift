/// The options of the command itself, which print something instead of running a subcommand.
///
/// Like help they are answered despite mistakes elsewhere in the line.
struct General: Settings {
  var version = false
  var help = false
  var manual = false
  var shell: Shell?

  /// Those that every subcommand's page of help shows.
  static var everywhere: [Option<Self>] {
    [
      .flag("--version", \.version, "Show the version"),
      .flag("--help", \.help, "Show this help").short("-h"),
    ]
  }

  /// Those that are about the command as a whole.
  static var onlyWhole: [Option<Self>] {
    [
      .flag("--manual", \.manual, "Print the manual page, for man"),
      .choice("--completion-script", "SHELL", \.shell, "Print a script that completes lines in SHELL"),
    ]
  }

  static var all: [Option<Self>] { onlyWhole + everywhere }

  /// The names that a misspelled one may stand for. Those that only the whole command has must begin alike: otherwise
  /// `--clip` would be taken for an abbreviation of `--completion-script`.
  static func names(like given: String) -> [String] {
    everywhere.map(\.name) + onlyWhole.map(\.name).filter { $0.prefix(4) == given.prefix(4) }
  }

  /// Reads these options and ignores all other words.
  ///
  /// - Parameter words: The words before `--`.
  /// - Throws: `UsageError` if a value is missing or is none of the choices.
  init(_ words: ArraySlice<String>) throws(UsageError) {
    self.init()
    let options = General.all
    for index in words.indices {
      let name = optionName(words[index])
      guard let option = options.option(named: name) else { continue }
      var value: String?
      if option.placeholder != nil {
        let next = words[(index + 1)...].first.flatMap { looksLikeOption($0) ? nil : $0 }
        value = name == words[index] ? next : String(words[index].dropFirst(name.count + 1))
        guard value?.isEmpty == false else { throw option.missingValue() }
      }
      try option.read(&self, value ?? "")
    }
  }

  init() {}
}
