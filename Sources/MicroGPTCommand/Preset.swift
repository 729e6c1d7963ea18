// Settings under a name: option values that were found by search, read through the same path as those of a file.

import CommandLineOptions

/// A named set of option values.
enum Preset: String, CaseIterable {
  /// The defaults, which are microgpt.py's.
  case microgpt
  /// The makemore names in about ten seconds of one core.
  case names
  /// Shakespeare's plays, and other texts of a million characters, in about a minute of one core.
  case shakespeare

  /// The keys and values, as in a file of settings. Documentation/Log.md says how they were found.
  var values: KeyValuePairs<String, String> {
    switch self {
    case .microgpt: [:]
    case .names:
      [
        "engine": "fast", "layers": "3", "embedding": "64", "heads": "8", "batch-size": "32", "steps": "5500",
        "learning-rate": "0.003", "beta1": "0.8", "beta2": "0.995", "weight-decay": "0.1", "init-std": "0.1",
        "held-out": "0.1",
      ]
    case .shakespeare:
      [
        "documents": "stream", "engine": "fast", "layers": "4", "embedding": "64", "heads": "4",
        "block-size": "64", "batch-size": "16", "steps": "4500", "learning-rate": "0.008",
        "weight-decay": "0.1", "held-out": "0.1",
      ]
    }
  }

  /// Whether it suits only texts of a kind that the command neither has nor downloads.
  var needsText: Bool { self == .shakespeare }

  var text: SettingsText { SettingsText(values, name: "Preset \(rawValue)") }

  /// What each preset sets, as help says it.
  static var help: String {
    allCases.map { preset in
      let options = preset.values.map { "--\($0) \($1)" }.joined(separator: " ")
      return "'--preset \(preset.rawValue)' stands for \(options.isEmpty ? "the defaults" : options)"
    }.joined(separator: "; ") + "."
  }
}
