import Testing

@testable import MicroGPT

@Suite struct SamplerSeedTests {
  private static let model = {
    // Names are a corpus, and the default configuration is in its ranges.
    let trainer = try! Trainer(corpus: Corpus(documents: ["emma", "olivia", "ava", "isabella", "emilia"]))
    try! trainer.train(steps: 100)
    return trainer.model
  }()

  @Test("the examples in the documentation hold")
  func documentedExamples() throws {
    let model = SamplerSeedTests.model
    let sampler = Sampler(model, seed: 7)
    let document = try sampler.sample(prompt: "em", temperature: 0.7, filter: TokenFilter(topK: 5))
    #expect(document.hasPrefix("em"))
    #expect(try Sampler(model).sample(prompt: "em").hasPrefix("em"))
  }

  @Test("a seed is that of the random numbers", arguments: [0, 7, UInt64.max])
  func seed(seed: UInt64) throws {
    let model = SamplerSeedTests.model
    let one = Sampler(model, seed: seed), other = Sampler(model, random: PythonRandom(seed: seed))
    for _ in 0..<5 { #expect(try one.sample(temperature: 1) == other.sample(temperature: 1)) }
  }

  @Test("without a seed, two samplers draw other numbers")
  func system() {
    let model = SamplerSeedTests.model
    // Equal by chance once in 2⁶⁴.
    #expect(Sampler(model).random != Sampler(model).random)
  }
}
