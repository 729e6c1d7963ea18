import MicroGPT
import Testing

@testable import MicroGPTCommand

@Suite("Attention maps") struct AttentionMapsTests {
  private func model(layers: Int, heads: Int) throws -> Model {
    var configuration = Configuration()
    (configuration.layers, configuration.heads, configuration.blockSize) = (layers, heads, 40)
    return try Trainer(
      corpus: Corpus(documents: ["emma", "ava o", "olivia"]), configuration: configuration
    ).model
  }

  @Test("a map has the trace's attention, with cells only up to each row's own position")
  func values() throws {
    let model = try model(layers: 2, heads: 4)
    let maps = try #require(AttentionMaps(model, Array("ava".unicodeScalars), most: 24))
    #expect(maps.maps.map { [$0.layer, $0.head] } == (0..<8).map { [$0 / 4, $0 % 4] })
    let trace = try model.trace("ava")
    for (layer, head, map) in maps.maps {
      let expected = try #require(trace["layer\(layer).head\(head).attention"])
      #expect(map.rows == 4 && map.columns == 4 && map.limit == 1)
      #expect(map.rowLabels == ["•", "a", "v", "a"] && map.columnLabels == map.rowLabels)
      for row in 0..<4 {
        for column in 0..<4 {
          let value = map.values[row * 4 + column]
          #expect(column > row ? value.isNaN : value == expected[row, column])
        }
      }
    }
  }

  @Test(
    "of many heads those of the first and the last layer are shown, in number at most as asked for",
    arguments: [(1, 16, [0]), (4, 8, [0, 3]), (6, 4, [0, 1, 2, 3, 4, 5])])
  func most(layers: Int, heads: Int, expected: [Int]) throws {
    let maps = try #require(
      AttentionMaps(try model(layers: layers, heads: heads), Array("ava".unicodeScalars), most: 24))
    #expect(Array(Set(maps.maps.map(\.layer))).sorted() == expected)
    #expect(maps.maps.count <= 24)
  }

  @Test("long documents are cut, and unknown characters have no map")
  func documents() throws {
    let model = try model(layers: 1, heads: 4)
    let long = Array(String(repeating: "av", count: 30).unicodeScalars)
    let maps = try #require(AttentionMaps(model, long, most: 24))
    #expect(maps.text.unicodeScalars.count == AttentionMaps.longest)
    #expect(maps.maps[0].map.rows == AttentionMaps.longest + 1)
    #expect(AttentionMaps(model, Array("xyz".unicodeScalars), most: 24) == nil)
  }

  @Test("labels of tokens are their characters, spaces and ends in sight")
  func labels() throws {
    let tokenizer = try model(layers: 1, heads: 4).tokenizer
    #expect(
      (0..<tokenizer.vocabularySize).map { tokenizer.label($0) } == [
        "␣", "a", "e", "i", "l", "m", "o", "v", "•",
      ])
  }
}
