import Testing

@testable import MicroGPT

@Suite struct ParameterLayoutTests {
  /// Sizes of a model: layers, width, heads, block size and tokens.
  struct Sizes: CustomTestStringConvertible, Sendable {
    let layers, embedding, heads, blockSize, vocabularySize: Int

    var testDescription: String {
      "L \(layers), C \(embedding), H \(heads), T \(blockSize), V \(vocabularySize)"
    }

    var configuration: Configuration {
      var configuration = Configuration()
      (configuration.layers, configuration.embedding) = (layers, embedding)
      (configuration.heads, configuration.blockSize) = (heads, blockSize)
      return configuration
    }
  }

  /// From a model with rows of one number to one larger than the reference's in every size.
  static let sizes = [
    Sizes(layers: 1, embedding: 1, heads: 1, blockSize: 1, vocabularySize: 1),
    Sizes(layers: 1, embedding: 16, heads: 4, blockSize: 16, vocabularySize: 27),
    Sizes(layers: 2, embedding: 3, heads: 3, blockSize: 5, vocabularySize: 2),
    Sizes(layers: 3, embedding: 7, heads: 1, blockSize: 2, vocabularySize: 11),
    Sizes(layers: 1, embedding: 2, heads: 1, blockSize: 64, vocabularySize: 3),
    Sizes(layers: 5, embedding: 32, heads: 8, blockSize: 33, vocabularySize: 100),
    Sizes(layers: 12, embedding: 9, heads: 3, blockSize: 1, vocabularySize: 300),
  ]

  @Test("the matrices are the reference's, in the order of its state dictionary", arguments: sizes)
  func matrices(_ sizes: Sizes) {
    let layout = ParameterLayout(sizes.configuration, vocabularySize: sizes.vocabularySize)
    let (c, t, v) = (sizes.embedding, sizes.blockSize, sizes.vocabularySize)
    var expected = [("wte", v, c), ("wpe", t, c), ("lm_head", v, c)]
    for layer in 0..<sizes.layers {
      expected += ["attn_wq", "attn_wk", "attn_wv", "attn_wo"].map { ("layer\(layer).\($0)", c, c) }
      expected += [("layer\(layer).mlp_fc1", 4 * c, c), ("layer\(layer).mlp_fc2", c, 4 * c)]
    }
    #expect(layout.all.map(\.name) == expected.map(\.0))
    #expect(layout.all.map(\.rows) == expected.map(\.1))
    #expect(layout.all.map(\.columns) == expected.map(\.2))
  }

  @Test("every parameter has the place that leads back to it", arguments: sizes)
  func places(_ sizes: Sizes) {
    let layout = ParameterLayout(sizes.configuration, vocabularySize: sizes.vocabularySize)
    for matrix in layout.all {
      for (row, column) in [
        (0, 0), (0, matrix.columns - 1), (matrix.rows - 1, 0), (matrix.rows - 1, matrix.columns - 1),
      ] {
        let place = layout.place(of: matrix.offset + row * matrix.columns + column)
        #expect(place == (matrix.name, row, column))
      }
    }
  }

  @Test("each matrix begins where the one before it ends", arguments: sizes)
  func offsets(_ sizes: Sizes) {
    let layout = ParameterLayout(sizes.configuration, vocabularySize: sizes.vocabularySize)
    var end = 0
    for matrix in layout.all {
      #expect(matrix.offset == end, "\(matrix.name)")
      #expect(matrix.count == matrix.rows * matrix.columns)
      end += matrix.count
    }
    #expect(layout.count == end)
  }

  @Test("each matrix has the name that belongs to its place")
  func places() {
    var configuration = Configuration()
    configuration.layers = 2
    let layout = ParameterLayout(configuration, vocabularySize: 27)
    #expect(layout.tokenEmbedding.name == "wte")
    #expect(layout.positionEmbedding.name == "wpe")
    #expect(layout.head.name == "lm_head")
    #expect(layout.layers.count == 2)
    for (index, layer) in layout.layers.enumerated() {
      #expect(layer.query.name == "layer\(index).attn_wq")
      #expect(layer.key.name == "layer\(index).attn_wk")
      #expect(layer.value.name == "layer\(index).attn_wv")
      #expect(layer.output.name == "layer\(index).attn_wo")
      #expect(layer.expand.name == "layer\(index).mlp_fc1")
      #expect(layer.contract.name == "layer\(index).mlp_fc2")
    }
  }
}
