// Settings that stand beneath those of the command line: a preset's, then those of a file.

import CommandLineOptions
import MicroGPTFiles

/// Which settings the command line begins with.
struct PresetOptions: OptionGroup, Equatable {
  var preset: Preset?
  /// The file of lines `key = value`, `-` for standard input.
  var file: String?

  /// Whether there are settings to be read beneath those of the line.
  var isEmpty: Bool { preset == nil && file == nil }

  static var options: [Option<Self>] {
    [
      .choice("--preset", "NAME", \.preset, "Begin with the settings of this name"),
      .text(
        "--config", "FILE", \.file,
        "Read settings from FILE: lines 'key = value', a key being an option without its dashes; they override the preset, and the command line overrides both"
      ),
    ]
  }
}

/// A subcommand whose command line can name settings to begin with.
///
/// Its `validate` accepts everything as long as there are settings to be read.
protocol Presettable: Subcommand {
  var presets: PresetOptions { get set }
  var data: DataOptions { get }
  /// Whether standard input is read for something else than the settings.
  var readsStandardInput: Bool { get }
}

extension Presettable {
  /// The settings with those of the preset and the file beneath them, validated, and the options given by any of them.
  ///
  /// - Parameter line: The options on the command line.
  /// - Throws: `FileError` if the file cannot be read, `Failure` if a line of it is wrong, `UsageError` if the settings
  ///   do not fit together.
  func completed(_ line: GivenOptions) throws -> (settings: Self, given: GivenOptions) {
    if presets.isEmpty { return (self, line) }
    var texts: [SettingsText] = []
    var (settings, given) = (self, line)
    if let file = presets.file {
      do {
        texts = [try SettingsText(contentsOf: file)]
        (settings, given) = try Self.settings(texts, beneath: line)
      } catch let error as UsageError {
        throw Failure(code: Failure.data, error.description)
      }
    }
    if let preset = settings.presets.preset {
      (settings, given) = try Self.settings([preset.text] + texts, beneath: line)
      if preset.needsText, settings.data.file == nil, !fileExists("input.txt") {
        throw UsageError(
          "'--preset \(preset.rawValue)' is for a text of your own. Name it with --data, such as tiny Shakespeare: "
            + "https://raw.githubusercontent.com/karpathy/char-rnn/master/data/tinyshakespeare/input.txt")
      }
    }
    settings.presets = PresetOptions()
    try settings.validate()
    try checkStandardInput(presets.file, settings.readsStandardInput ? "-" : nil)
    return (settings, given)
  }
}

extension SettingsText {
  /// The lines of a file, or of standard input for `-`.
  ///
  /// - Throws: `FileError` if it cannot be read, `UsageError` if a line is wrong.
  fileprivate init(contentsOf path: String) throws {
    let bytes = try readFile(path), text = String(decoding: bytes, as: UTF8.self)
    let name = path == "-" ? "standard input" : path
    guard text.utf8.elementsEqual(bytes) else {
      throw UsageError("\(name) is not valid UTF-8. Save it with the encoding UTF-8 and try again.")
    }
    try self.init(text, name: name)
    if let entry = entries.first(where: { $0.key == "config" }) {
      throw UsageError("\(entry.place): A file of settings cannot name another one. Leave 'config' out.")
    }
  }
}
