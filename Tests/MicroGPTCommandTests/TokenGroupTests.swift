import MicroGPT
import Testing

@testable import MicroGPTCommand

@Suite("Kinds of tokens") struct TokenGroupTests {
  @Test("vowels, other letters, digits, other characters and the end of documents are told apart")
  func groups() throws {
    let tokenizer = Tokenizer(characters: Array("aEzé5٣. \n中".unicodeScalars))
    let groups = tokenizer.characters.map { (String($0), tokenizer.group(of: tokenizer.token(of: $0)!)) }
    for (character, group) in groups {
      let expected: TokenGroup =
        switch character {
        case "a", "E": .vowel
        case "z", "é", "中": .letter
        case "5", "٣": .digit
        default: .other
        }
      #expect(group == expected, "\(character)")
    }
    #expect(tokenizer.group(of: tokenizer.bos) == .boundary)
    #expect(Set(TokenGroup.allCases.map(\.name)).count == TokenGroup.allCases.count)
  }
}
