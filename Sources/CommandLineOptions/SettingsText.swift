/// Values of options from elsewhere than the command line: lines `key = value` of a file, or a list in the code.
///
///     # A wider model.
///     embedding = 64
///     learning_rate = 0.002  # less than for width 16
///     log = "run #3.jsonl"
///     quiet = true
///
/// A key is an option's long name without its dashes; `_` stands for `-`, as in the keys of checkpoints. A flag is
/// `true` or `false`. `#` begins a comment, at the start of a line or after a blank. A value with ` #` in it needs
/// quotes.
package struct SettingsText {
  package struct Entry: Equatable {
    /// The key with hyphens: `block-size` for `block_size` too.
    package let key: String
    package let value: String
    /// Where it stands, as messages begin with it: "Line 3 of run.conf".
    package let place: String
  }

  package private(set) var entries: [Entry] = []

  /// The lines of a file.
  ///
  /// - Parameter name: The file, as messages name it.
  /// - Throws: `UsageError` at the first line that is not `key = value`, or whose key has been set before.
  package init(_ text: String, name: String) throws(UsageError) {
    var numbers: [String: Int] = [:], number = 0
    // Editors on Windows may begin a file with a byte-order mark.
    let lines = text.drop { $0 == "\u{FEFF}" }.split(omittingEmptySubsequences: false) { $0.isNewline }
    for line in lines {
      number += 1
      let place = "Line \(number) of \(name)", line = trimmed(line)
      if line.isEmpty || line.first == "#" { continue }
      let written = trimmed(line.prefix { $0 != "=" })
      guard written.count < line.count, !written.isEmpty, line.contains("=") else {
        throw UsageError("\(place): '\(line)' is not 'key = value'. Write for example 'steps = 2000'.")
      }
      guard let value = unquoted(trimmed(line.drop { $0 != "=" }.dropFirst())) else {
        throw UsageError(
          "\(place): a quote is not closed, or something follows it. Write '\(written) = \"value\"'.")
      }
      let key = String(written.map { $0 == "_" ? "-" : $0 })
      if let first = numbers.updateValue(number, forKey: key) {
        throw UsageError("\(place): '\(written)' is already set on line \(first). Leave one of them out.")
      }
      entries.append(Entry(key: key, value: value, place: place))
    }
  }

  /// Values in the code.
  ///
  /// - Parameter name: What they are, as messages name them.
  package init(_ values: KeyValuePairs<String, String>, name: String) {
    entries = values.map { Entry(key: $0, value: $1, place: name) }
  }
}

extension Subcommand {
  /// The settings of a command line that has others beneath it: the defaults, then the entries of each text, then the
  /// options of the line. Whatever comes later counts.
  ///
  /// Arguments are not options: this is for subcommands without any.
  ///
  /// - Returns: The settings, which are not validated yet, and the options that the line or a text gives.
  /// - Throws: `UsageError` at the first entry that the options refuse, beginning with its place.
  package static func settings(
    _ texts: [SettingsText], beneath line: GivenOptions
  ) throws(UsageError) -> (settings: Self, given: GivenOptions) {
    let table = options.flatMap(\.value)
    var settings = Self(), given = GivenOptions()
    for text in texts {
      for entry in text.entries {
        guard let option = table.first(where: { $0.name == "--" + entry.key }) else {
          let names = table.map { String($0.name.dropFirst(2)) }
          let advice =
            didYouMean(entry.key, among: names)
            ?? "A key is an option of '\(name)' without its dashes, such as '\(names[0])'."
          throw UsageError("\(entry.place): Unknown key '\(entry.key)'. \(advice)")
        }
        let isOn: Bool
        do throws(UsageError) { isOn = try option.read(&settings, entry) } catch {
          throw UsageError("\(entry.place): \(error)")
        }
        if isOn { given.insert(option.name, entry.value, from: entry.place) }
      }
    }
    for name in line.names {
      guard let option = table.first(where: { $0.name == name }) else { continue }
      try option.read(&settings, line.text(of: name))
      given.insert(name, line.text(of: name))
    }
    return (settings, given)
  }
}

extension Option {
  /// Reads the value of an entry.
  ///
  /// - Returns: Whether the option is given by it, which a flag that is `false` is not.
  fileprivate func read(_ owner: inout Owner, _ entry: SettingsText.Entry) throws(UsageError) -> Bool {
    if placeholder == nil {
      guard let isOn = Bool(entry.value) else {
        throw UsageError(
          "'\(entry.key) = \(entry.value)' is neither on nor off. "
            + "Write '\(entry.key) = true' or '\(entry.key) = false'.")
      }
      if isOn { try read(&owner, "") }
      return isOn
    }
    guard !entry.value.isEmpty else {
      let meaning = expected.isEmpty ? "" : ", where \(placeholder!) is \(expected)"
      throw UsageError("'\(entry.key)' needs a value. Write '\(entry.key) = \(placeholder!)'\(meaning).")
    }
    try read(&owner, entry.value)
    return true
  }
}

/// The text without blanks at its ends.
private func trimmed(_ text: Substring) -> Substring {
  var text = text.drop { $0.isWhitespace }
  while text.last?.isWhitespace == true { text.removeLast() }
  return text
}

/// A value without its quotes and the comment that follows it; `nil` if a quote is not closed.
private func unquoted(_ text: Substring) -> String? {
  if text.first == "\"" {
    let rest = text.dropFirst()
    guard let end = rest.firstIndex(of: "\"") else { return nil }
    let comment = trimmed(rest[end...].dropFirst())
    return comment.isEmpty || comment.first == "#" ? String(rest[..<end]) : nil
  }
  var before: Character = " "
  let value = text.prefix { character in
    defer { before = character }
    return !(character == "#" && before.isWhitespace)
  }
  return String(trimmed(value))
}
