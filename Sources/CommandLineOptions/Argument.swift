/// A positional argument: a word that no option takes as its value, such as the file in `microgpt sample MODEL`.
///
/// Words fill the arguments in order. An optional argument before a required one takes a word only if enough remain,
/// so that `trace [MODEL] TEXT` reads one word as TEXT and two as both. The last argument may take all words that
/// remain, as in `microgpt compare LOG...`. `Owner` is as for `Option`.
package struct Argument<Owner> {
  /// The word's placeholder in help and errors.
  let placeholder: String
  let help: String
  let isRequired: Bool
  /// Whether it takes all words that remain.
  var isRepeated = false
  /// What a shell offers for it.
  let completion: Completion
  let set: (inout Owner, String) -> Void

  /// A required argument, which is a file unless `completion` says otherwise.
  package static func required(
    _ placeholder: String, _ path: WritableKeyPath<Owner, String>, _ help: String,
    completion: Completion = .files
  ) -> Self {
    Self(placeholder: placeholder, help: help, isRequired: true, completion: completion) {
      $0[keyPath: path] = $1
    }
  }

  /// An optional argument, which is a file unless `completion` says otherwise.
  package static func optional(
    _ placeholder: String, _ path: WritableKeyPath<Owner, String?>, _ help: String,
    completion: Completion = .files
  ) -> Self {
    Self(placeholder: placeholder, help: help, isRequired: false, completion: completion) {
      $0[keyPath: path] = $1
    }
  }

  /// An argument that takes all words that remain, one at least: files, unless `completion` says otherwise.
  ///
  /// - Precondition: It is the last one of its subcommand.
  package static func several(
    _ placeholder: String, _ path: WritableKeyPath<Owner, [String]>, _ help: String,
    completion: Completion = .files
  ) -> Self {
    Self(placeholder: placeholder, help: help, isRequired: true, isRepeated: true, completion: completion) {
      $0[keyPath: path].append($1)
    }
  }

  /// The placeholder, in brackets if it may be left out, with an ellipsis if it stands for several words.
  var usage: String { (isRequired ? placeholder : "[\(placeholder)]") + (isRepeated ? "..." : "") }
}

extension Subcommand {
  /// The number of words that the arguments take at most.
  static var wordLimit: Int { arguments.last?.isRepeated == true ? .max : arguments.count }

  /// Assigns the words to the arguments.
  ///
  /// - Parameter words: No more than `wordLimit`.
  /// - Returns: The first required argument whose word is missing or empty; `nil` if there is none.
  mutating func fill(from words: [String]) -> Argument<Self>? {
    // Most lines have none; `isEmpty` would have the runtime build a conformance, as in `group`.
    if Self.arguments.count == 0 { return nil }
    var words = words[...]
    var spare = words.count - Self.arguments.count { $0.isRequired }
    for argument in Self.arguments {
      if !argument.isRequired {
        if spare <= 0 { continue }
        spare -= 1
      }
      guard let word = words.popFirst(), !word.isEmpty else { return argument }
      argument.set(&self, word)
      while argument.isRepeated, let word = words.popFirst() {
        if word.isEmpty { return argument }
        argument.set(&self, word)
      }
    }
    return nil
  }
}
