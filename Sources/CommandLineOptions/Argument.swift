/// A positional argument: a word that no option takes as its value, such as the file in `microgpt sample MODEL`.
///
/// Words fill the arguments in order. An optional argument before a required one takes a word only if enough are
/// left, so that `trace [MODEL] TEXT` reads one word as TEXT and two as both.
package struct Argument<Owner: Settings> {
  /// What stands for the word in help and errors.
  let placeholder: String
  let help: String
  let isRequired: Bool
  let set: (inout Owner, String) -> Void

  /// An argument that every line has.
  package static func required(
    _ placeholder: String, _ path: WritableKeyPath<Owner, String>, _ help: String
  ) -> Self {
    Self(placeholder: placeholder, help: help, isRequired: true) { $0[keyPath: path] = $1 }
  }

  /// An argument that may be left out.
  package static func optional(
    _ placeholder: String, _ path: WritableKeyPath<Owner, String?>, _ help: String
  ) -> Self {
    Self(placeholder: placeholder, help: help, isRequired: false) { $0[keyPath: path] = $1 }
  }

  /// The placeholder, in brackets if it may be left out.
  var usage: String { isRequired ? placeholder : "[\(placeholder)]" }
}

extension Subcommand {
  /// Hands the words to the arguments.
  ///
  /// - Parameter words: No more than there are arguments.
  /// - Returns: The first required argument that has no word, or an empty one; `nil` if there is none.
  mutating func fill(from words: [String]) -> Argument<Self>? {
    var words = words[...]
    var spare = words.count - Self.arguments.count { $0.isRequired }
    for argument in Self.arguments {
      if !argument.isRequired {
        if spare <= 0 { continue }
        spare -= 1
      }
      guard let word = words.popFirst(), !word.isEmpty else { return argument }
      argument.set(&self, word)
    }
    return nil
  }
}
