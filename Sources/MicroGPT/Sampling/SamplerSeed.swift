// Samplers for callers that keep no random numbers of their own.

extension Sampler {
  /// A sampler that draws from a seed.
  ///
  ///     let sampler = Sampler(model, seed: 7)
  ///     try sampler.sample(prompt: "em", temperature: 0.7, filter: TokenFilter(topK: 5))
  ///
  /// - Parameters:
  ///   - model: The model.
  ///   - seed: The same seed and calls give the same documents: the random numbers are `PythonRandom(seed: seed)`.
  public convenience init(_ model: Model, seed: UInt64) {
    self.init(model, random: PythonRandom(seed: seed))
  }

  // A bare target, for which Embedded Swift compiles, may have no source of random numbers.
  #if !hasFeature(Embedded)
    /// A sampler whose documents differ from run to run: the system gives the seed.
    ///
    ///     try Sampler(model).sample(prompt: "em")
    public convenience init(_ model: Model) {
      var system = SystemRandomNumberGenerator()
      self.init(model, seed: system.next())
    }
  #endif
}
