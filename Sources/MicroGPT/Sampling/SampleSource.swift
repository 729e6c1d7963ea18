// The interface between a batch sampler and the engine that draws its documents, as TrainingEngine is for a trainer.

/// What a batch sampler asks of an engine: windows of documents that are drawn together.
struct SampleSource {
  /// What a window is filled with.
  struct Request {
    /// The number of the first document, and how many there are.
    var first, count: Int
    /// BOS and the prompt, `[startCount]`.
    var start: UnsafePointer<Int32>
    var startCount: Int
    var temperature: Double
    /// Whether the temperature is 0. This is decided before denormals are flushed: the temperature may be subnormal,
    /// and the compiler would move the comparison to where it counts as zero.
    var isGreedy: Bool
    var filter: TokenFilter
  }

  /// The most documents of a window.
  let capacity: Int
  /// Draws the documents of a request.
  let fill: (Request) throws(SamplerError) -> Void
  /// The tokens of a document, by its distance from the first; valid until the next call of `fill`.
  let document: (Int) -> UnsafeBufferPointer<Int32>
}
