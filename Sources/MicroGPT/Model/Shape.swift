// The sizes that every part of the engine needs, by the letters of the shape legend in Configuration.swift.

/// A model's sizes.
struct Shape: Sendable, Equatable {
  /// Positions at most, *T*.
  let positions: Int
  /// Channels, *C*.
  let channels: Int
  /// Heads, *H*.
  let heads: Int
  /// Channels of one head, *D*.
  let headWidth: Int
  /// Layers, *L*.
  let layers: Int
  /// Tokens of the vocabulary, *V*.
  let vocabulary: Int

  init(_ configuration: Configuration, vocabularySize: Int) {
    positions = configuration.blockSize
    channels = configuration.embedding
    heads = configuration.heads
    headWidth = configuration.headWidth
    layers = configuration.layers
    vocabulary = vocabularySize
  }
}
