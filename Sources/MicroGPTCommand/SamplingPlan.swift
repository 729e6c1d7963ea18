// How `sample` draws from a model: the options of the line, and the file's settings for those that are not given.

import CommandLineOptions
import MicroGPT

/// All settings that decide which lines are drawn.
struct SamplingPlan {
  let prompt: String
  let count: Int
  let temperature: Double
  let source: Source

  /// Where random numbers come from, and the arithmetic that draws with them.
  enum Source {
    /// One stream for all samples, in the exact arithmetic.
    case one(PythonRandom)
    /// A stream for each sample.
    case many(seed: UInt64, Arithmetic)
  }

  /// The seed of samples from weights alone: that of microgpt.py.
  private static let seed: UInt64 = 42

  /// - Throws: `Failure` if the model cannot be sampled like this.
  init(_ options: Sample, _ saved: SavedModel) throws(Failure) {
    let defaults = saved.checkpoint?.sampling ?? Checkpoint.Sampling()
    (count, temperature) = (options.count ?? defaults.count, options.temperature ?? defaults.temperature)
    prompt = options.prompt ?? ""
    try saved.check(prompt)
    switch options.streams ?? defaults.streams {
    case .one:
      if options.engine == .fast {
        throw Failure(
          code: Failure.usage,
          "'--engine fast' needs a stream for each line. Add '--streams many', or leave '--engine fast' out: one "
            + "stream is always exact.")
      }
      if let seed = options.seed {
        source = .one(PythonRandom(seed: seed))
      } else {
        source = .one(saved.checkpoint?.state.random ?? PythonRandom(seed: SamplingPlan.seed))
      }
    case .many:
      source = .many(
        seed: options.seed ?? saved.checkpoint?.state.configuration.seed ?? SamplingPlan.seed,
        options.engine ?? saved.arithmetic)
    }
  }
}

extension SavedModel {
  /// Checks that the model can continue a prompt.
  fileprivate func check(_ prompt: String) throws(Failure) {
    let tokenizer = model.tokenizer, limit = model.configuration.blockSize - 1
    let characters = prompt.unicodeScalars
    for (index, character) in characters.enumerated() where tokenizer.token(of: character) == nil {
      throw Failure(
        code: Failure.usage,
        "Character \(grouped(index + 1)) of the prompt '\(escaped(prompt))', \(named(character)), is not in the "
          + "model's vocabulary: \(vocabulary(tokenizer)).")
    }
    guard characters.count <= limit else {
      throw Failure(
        code: Failure.usage,
        "The prompt '\(escaped(prompt))' has \(counted(characters.count, "character")), but this model can continue "
          + "at most \(grouped(limit)). Shorten it.")
    }
  }

  /// A character with its code point, as in 'é' (U+00E9).
  private func named(_ character: Unicode.Scalar) -> String {
    let code = String(character.value, radix: 16, uppercase: true)
    return "'\(escaped(String(character)))' (U+\(padded(code, 4, with: "0")))"
  }

  /// The characters of a vocabulary: all of them, unless there are hundreds.
  private func vocabulary(_ tokenizer: Tokenizer) -> String {
    var shown = ""
    shown.unicodeScalars.append(contentsOf: tokenizer.characters.prefix(200))
    let rest = tokenizer.characters.count - 200
    return escaped(shown) + (rest > 0 ? " and \(grouped(rest)) more" : "")
  }
}
