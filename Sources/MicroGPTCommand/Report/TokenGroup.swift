// Kinds of characters, which a picture of all tokens shows in different colors.

import MicroGPT

/// Kinds of tokens that have a color each.
enum TokenGroup: Int, CaseIterable {
  case letter, vowel, digit, other, boundary

  var name: String {
    switch self {
    case .letter: "other letters"
    case .vowel: "a, e, i, o, u"
    case .digit: "digits"
    case .other: "other characters"
    case .boundary: "start and end"
    }
  }
}

extension Tokenizer {
  /// The kind of a token.
  func group(of token: Int) -> TokenGroup {
    guard token < characters.count else { return .boundary }
    let character = characters[token]
    if "aeiouAEIOU".unicodeScalars.contains(character) { return .vowel }
    if character.properties.isAlphabetic { return .letter }
    return character.properties.numericType == nil ? .other : .digit
  }
}
