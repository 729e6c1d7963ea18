// What each head looks at while a model reads a document.

import Drawing
import MicroGPT

/// The attention of a model's heads in one document.
struct AttentionMaps {
  /// The document's characters that the model reads.
  let text: String
  /// The maps, each with its layer and head from 0.
  let maps: [(layer: Int, head: Int, map: HeatMap)]

  /// The most characters that a map has room for.
  static let longest = 20

  /// The maps of a document.
  ///
  /// - Parameters:
  ///   - model: The model.
  ///   - document: Its characters, of which the first are read.
  ///   - most: The most maps; of a model with more heads those of its first and last layer.
  /// - Returns: `nil` if the model cannot read the document, or computes no finite numbers.
  init?(_ model: Model, _ document: [Unicode.Scalar], most: Int) {
    let configuration = model.configuration
    text = String(String.UnicodeScalarView(document.prefix(AttentionMaps.longest)))
    guard let trace = try? model.trace(text) else { return nil }
    let labels = trace.tokens.dropLast().map { model.tokenizer.label($0) }
    let layers: [Int] =
      configuration.layers * configuration.heads <= most
      ? Array(0..<configuration.layers) : configuration.layers == 1 ? [0] : [0, configuration.layers - 1]
    var maps: [(Int, Int, HeatMap)] = []
    for layer in layers {
      for head in 0..<min(configuration.heads, max(most / layers.count, 1)) {
        guard let attention = trace["layer\(layer).head\(head).attention"],
          attention.values.allSatisfy(\.isFinite)
        else { return nil }
        // A position does not see those after it: there are no cells.
        let values = attention.values.indices.map { place in
          place % attention.columns > place / attention.columns ? .nan : attention.values[place]
        }
        var map = HeatMap(
          title: "Attention of head \(head) in layer \(layer) while reading \(text)", rows: attention.rows,
          columns: attention.columns, values, .sequential, limit: 1)
        (map.rowLabels, map.columnLabels) = (labels, labels)
        maps.append((layer, head, map))
      }
    }
    self.maps = maps
  }
}

extension Tokenizer {
  /// A token as a label of a picture, where BOS is one character, too.
  func label(_ token: Int) -> String { name(of: token, bos: "•") }
}
