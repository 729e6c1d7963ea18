// The interface between a sampler and the engine that draws its tokens, as SampleSource is for a batch sampler.

/// What a sampler asks of an engine: tokens drawn one after the other, from one stream of random numbers.
struct StreamSource {
  /// How tokens are drawn.
  struct Request {
    var temperature: Double
    /// Whether the temperature is 0; see `SampleSource.Request`.
    var isGreedy: Bool
    var filter: TokenFilter
  }

  /// The tokens of a document, which begin with `Tokenizer.start`, `[T]`.
  let tokens: UnsafeMutableBufferPointer<Int32>
  /// Draws the tokens that follow the first `start` ones, up to BOS or until there are `limit` besides the one at the
  /// start.
  ///
  /// Returns the last token, which is not written to `tokens`, and the position that it follows.
  let draw:
    (_ start: Int, _ limit: Int, Request, inout PythonRandom) throws(SamplerError) -> (
      token: Int, position: Int
    )
  /// Draws the token that follows all *T* tokens, which have replaced those of the last call.
  let drawNext: (Request, inout PythonRandom) throws(SamplerError) -> Int
  /// The probabilities of the token that follows the first `count` ones, `[V]`; `nil` are all, as in `drawNext`.
  let probabilities: (_ count: Int?, Request) throws(SamplerError) -> [Double]
}
