@testable import CommandLineOptions
@testable import MicroGPTCommand

/// A command line asks for help or the version where a test expects settings.
struct NotSettings: Error {}

/// The settings that a command line gives.
func settings(_ words: [String]) throws -> any Subcommand {
  guard case .run(let settings, given: _) = try MicroGPT.command.parse(words) else { throw NotSettings() }
  return settings
}

/// The settings of train, or nil if another subcommand would run.
func train(_ words: String...) throws -> Train? {
  try settings(words) as? Train
}

/// The default settings of train with one change.
func changed(_ change: (inout Train) -> Void) -> Train {
  var settings = Train()
  change(&settings)
  return settings
}

/// The options that a command line gives.
func given(_ line: String) throws -> [String] {
  guard case .run(_, let given) = try MicroGPT.command.parse(split(line)) else { throw NotSettings() }
  return given.names
}

/// The page of help that a line asks for, or nil if it asks for something else.
func page(_ line: String) throws -> String? {
  guard case .help(let page) = try MicroGPT.command.parse(split(line)) else { return nil }
  return page
}

/// The message that refuses a command line, or nil if it is accepted.
func refusal(_ words: [String]) -> String? {
  do {
    _ = try MicroGPT.command.parse(words)
    return nil
  } catch {
    return error.description
  }
}

/// The message that refuses a line, split at its spaces.
func refusal(_ line: String) -> String? {
  refusal(split(line))
}

func refusal(_ option: String, _ value: String) -> String? {
  refusal([option, value])
}

func split(_ line: String) -> [String] {
  line.split(separator: " ").map(String.init)
}
