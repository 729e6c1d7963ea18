// Samples drawn one by one, from one stream of random numbers or from many.

import MicroGPT

/// The samples of a plan, in their order.
struct SampleDraws {
  private let plan: SamplingPlan
  private let sampler: Sampler?
  private let batch: BatchSampler?
  private var remaining: Int

  /// - Throws: `SamplerError` if the model cannot be sampled.
  init(_ plan: SamplingPlan, _ model: Model, _ instructions: InstructionSet) throws(SamplerError) {
    (self.plan, remaining) = (plan, plan.count)
    switch plan.source {
    case .one(let random):
      sampler = Sampler(model, random: random, instructionSet: instructions)
      batch = nil
    case .many(let seed, let arithmetic):
      sampler = nil
      batch = try BatchSampler(
        model, seed: seed, numbers: 0..<plan.count, prompt: plan.prompt, temperature: plan.temperature,
        engine: arithmetic, instructionSet: instructions)
    }
  }

  /// Appends the next sample to `text`, as UTF-8.
  ///
  /// - Returns: Whether there was one.
  /// - Throws: `SamplerError` if the model computes no finite numbers, or the temperature is too small.
  mutating func next(appendingTo text: inout [UInt8]) throws(SamplerError) -> Bool {
    guard remaining > 0 else { return false }
    remaining -= 1
    if let batch { return try batch.next(appendingTo: &text) }
    let sample = try sampler!.sample(prompt: plan.prompt, temperature: plan.temperature)
    text.append(contentsOf: sample.utf8)
    return true
  }
}
