// How lines are drawn from a model: by `train` at its end, and by `sample` with the options of the line and the file's
// settings for those that are not given.

import CommandLineOptions
import MicroGPT
import MicroGPTFiles

/// All settings that decide which lines are drawn.
struct SamplingPlan {
  /// How samples begin: `count` of them with each.
  var prompts = [""]
  let count: Int
  let temperature: Double
  var filter = TokenFilter()
  /// The most characters of a sample, if not as many as the block has positions.
  var length: Int?
  /// Megabytes for the prefixes of one stream.
  var memory = 8
  let source: Source

  /// Where random numbers come from, and the arithmetic that draws with them.
  enum Source {
    /// One stream for all samples.
    case one(PythonRandom, Arithmetic)
    /// A stream for each sample.
    case many(seed: UInt64, Arithmetic)
  }
}

extension SamplingPlan {
  /// The seed of samples from weights alone: that of microgpt.py.
  private static let seed: UInt64 = 42

  /// - Throws: `Failure` if the model cannot be sampled like this, `FileError` if the prompts cannot be read.
  init(_ options: Sample, _ saved: SavedModel) throws {
    let defaults = saved.checkpoint?.sampling ?? Checkpoint.Sampling()
    (count, temperature) = (options.count ?? defaults.count, options.temperature ?? defaults.temperature)
    filter = try TokenFilter(topK: options.topK, topP: options.topP, minP: options.minP)
    length = options.length
    memory = options.memory ?? memory
    prompts = try options.prompts.map(SamplingPlan.lines) ?? [options.prompt ?? ""]
    for prompt in prompts { try saved.check(prompt, length: length) }
    switch options.streams ?? defaults.streams {
    case .one:
      // Exact even if the model was not trained so, as at the end of its training.
      let random = options.seed.map { PythonRandom(seed: $0) } ?? saved.checkpoint?.state.random
      source = .one(random ?? PythonRandom(seed: SamplingPlan.seed), options.engine ?? .exact)
    case .many:
      for case (let name, let value?) in [("length", options.length), ("memory", options.memory)] {
        throw Failure(
          code: Failure.usage,
          "'--\(name) \(value)' needs one stream. Add '--streams one', or leave '--\(name) \(value)' out.")
      }
      source = .many(
        seed: options.seed ?? saved.checkpoint?.state.configuration.seed ?? SamplingPlan.seed,
        options.engine ?? saved.arithmetic)
    }
  }

  /// The prompts in a file: its lines, read as a text to learn from is.
  private static func lines(_ path: String) throws -> [String] {
    let name = path == "-" ? "standard input" : path
    var source = TextSource(bytes: try readFile(path), name: name, reason: "")
    let corpus = try source.takeCorpus(to: "begin lines with", advice: "Put a prompt on each line.")
    return corpus.indices.map { corpus.text(at: $0) }
  }
}

extension SavedModel {
  /// Checks that the model can continue a prompt.
  fileprivate func check(_ prompt: String, length: Int?) throws(Failure) {
    let tokenizer = model.tokenizer, limit = (length ?? model.configuration.blockSize) - 1
    let characters = prompt.unicodeScalars
    for (index, character) in characters.enumerated() where tokenizer.token(of: character) == nil {
      throw Failure(
        code: Failure.usage,
        "Character \(grouped(index + 1)) of the prompt '\(escaped(prompt))', \(named(character)), is not in the "
          + "model's vocabulary: \(tokenizer.shown).")
    }
    guard characters.count <= limit else {
      let reason = length.map { "with '--length \($0)' there is room for" } ?? "this model can continue"
      throw Failure(
        code: Failure.usage,
        "The prompt '\(escaped(prompt))' has \(counted(characters.count, "character")), but \(reason) "
          + "at most \(grouped(limit)). Shorten it.")
    }
  }
}
