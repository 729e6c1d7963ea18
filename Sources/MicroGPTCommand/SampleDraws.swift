// Samples drawn one by one, from one stream of random numbers or from many.

import MicroGPT

/// The samples of a plan, in their order: all of the first prompt, then those of the next.
struct SampleDraws {
  private let plan: SamplingPlan
  private let model: Model
  private let instructions: InstructionSet
  /// For one stream.
  private let sampler: Sampler?
  /// For many streams, with the current prompt.
  private var batch: BatchSampler?
  /// Whether a signal has ended the last sample before its length.
  private(set) var isCut = false
  /// The index of the current prompt, and the number of samples that it still gets.
  private var prompt = 0, remaining: Int

  /// - Throws: `SamplerError` if the model cannot be sampled.
  init(_ plan: SamplingPlan, _ model: Model, _ instructions: InstructionSet) throws(SamplerError) {
    (self.plan, self.model, self.instructions, remaining) = (plan, model, instructions, plan.count)
    if case .one(let random, let arithmetic) = plan.source {
      sampler = Sampler(
        model, random: random, engine: arithmetic, prefixMemory: plan.memory << 20,
        instructionSet: instructions)
    } else {
      sampler = nil
      batch = try batch(0)
    }
  }

  /// The samples of a prompt from many streams. Their numbers go on over the prompts, so that no two share a stream.
  private func batch(_ prompt: Int) throws(SamplerError) -> BatchSampler? {
    guard case .many(let seed, let arithmetic) = plan.source else { return nil }
    let (first, isTooMany) = prompt.multipliedReportingOverflow(by: plan.count)
    precondition(!isTooMany && first <= Int.max - plan.count, "There are too many samples to be counted.")
    return try BatchSampler(
      model, seed: seed, numbers: first..<first + plan.count, prompt: plan.prompts[prompt],
      temperature: plan.temperature, filter: plan.filter, engine: arithmetic, instructionSet: instructions)
  }

  /// Whether all samples are drawn.
  var isAtEnd: Bool { plan.count == 0 || remaining == 0 && prompt + 1 == plan.prompts.count }

  /// Appends the next sample to `text`, as UTF-8.
  ///
  /// - Returns: Its prompt, or `nil` after the last.
  /// - Throws: `SamplerError` if the model computes no finite numbers, or the temperature is too small.
  mutating func next(appendingTo text: inout [UInt8]) throws(SamplerError) -> String? {
    while remaining == 0 {
      if isAtEnd { return nil }
      (prompt, remaining) = (prompt + 1, plan.count)
      if batch != nil { batch = try batch(prompt) }
    }
    remaining -= 1
    let prompt = plan.prompts[prompt]
    if let batch {
      _ = try batch.next(appendingTo: &text)
    } else {
      var isCut = false
      try sampler!.sample(
        appendingTo: &text, prompt: prompt, temperature: plan.temperature, filter: plan.filter,
        length: plan.length,
        until: {
          isCut = Interruption.number != nil
          return isCut
        })
      self.isCut = isCut
    }
    return prompt
  }
}
