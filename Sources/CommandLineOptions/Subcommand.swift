/// Command-line options and positional arguments, each declared once, with the property it sets.
///
/// A subcommand is a struct: its properties are the settings, their initial values the defaults, and its tables say
/// how each is written, limited and explained. Parsing, errors, help, completion scripts and the manual page all read
/// those tables. The conventions are swift-argument-parser's, so that it could replace this module: a row of a table
/// becomes an `@Option`, `@Flag` or `@Argument` on the same property, a group an `@OptionGroup`. Not supported: bundled
/// flags (`-abc`).
package protocol Subcommand: Settings {
  static var name: String { get }
  /// One line, and an optional paragraph, for help.
  static var abstract: String { get }
  static var discussion: String { get }
  /// The positional arguments, in their order on the line.
  static var arguments: [Argument<Self>] { get }
  /// The options, under the headings that help groups them by.
  static var options: KeyValuePairs<String, [Option<Self>]> { get }
  /// What each example does, then its command line. Errors quote the first as a model.
  static var examples: KeyValuePairs<String, String> { get }
  /// Rejects settings that are valid individually but not together.
  func validate() throws(UsageError)
  /// Does the work.
  ///
  /// - Parameter given: The options on the command line, for those whose presence matters.
  func run(given: GivenOptions) throws
}

extension Subcommand {
  package static var discussion: String { "" }
  package static var arguments: [Argument<Self>] { [] }
  package static var options: KeyValuePairs<String, [Option<Self>]> { [:] }
  package func validate() throws(UsageError) {}
}

/// Properties, with their defaults, that options set.
package protocol Settings {
  init()
}

/// Options that several subcommands share.
///
/// Each subcommand has the group as a property and lists it among its options:
///
///     var sampling = SamplingOptions()
///     static var options: KeyValuePairs<String, [Option<Self>]> { ["SAMPLING": .group(\.sampling)] }
///
/// Its defaults are the same for all subcommands.
package protocol OptionGroup: Settings {
  static var options: [Option<Self>] { get }
}

/// The options that a command line gives, including those given with their default values.
package struct GivenOptions: Equatable {
  private struct Given: Equatable {
    let name: String
    /// The value as it was written; empty for a flag.
    var text: String
    /// Where else than on the line it was given.
    var place: String?
  }

  private var options: [Given] = []

  package init(_ names: [String] = []) { for name in names { insert(name, "") } }

  /// Their long names, each once, in the order of the line.
  package var names: [String] { options.map(\.name) }

  /// Whether the option of this long name, such as `--steps`, was given.
  package func contains(_ name: String) -> Bool { options.contains { $0.name == name } }

  /// What a message about the option begins with: where it was given, or nothing if on the line.
  package func prefix(_ name: String) -> String {
    options.first { $0.name == name }?.place.map { "\($0): " } ?? ""
  }

  /// The option's value as it was written; of several, the last.
  package func text(of name: String) -> String { options.first { $0.name == name }?.text ?? "" }

  mutating func insert(_ name: String, _ text: String, from place: String? = nil) {
    if let index = options.firstIndex(where: { $0.name == name }) {
      (options[index].text, options[index].place) = (text, place)
    } else {
      options.append(Given(name: name, text: text, place: place))
    }
  }
}

/// A command line that cannot be run: what is wrong, where, and what to write instead.
///
/// A sentence, like swift-argument-parser's `ValidationError`, and not an enum, because no code distinguishes these
/// mistakes: they are for the person who typed them.
package struct UsageError: Error, Equatable, CustomStringConvertible {
  package let description: String
  package init(_ description: String) { self.description = description }
}
