// Why each character of a sample was drawn: the likeliest candidates, the chosen one and its surprise.

import MicroGPT

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Explains samples by the probabilities with which the exact arithmetic draws them.
struct SampleExplainer {
  /// How many candidates are shown.
  private static let candidateCount = 5

  private let sampler: Sampler
  private let temperature: Double
  private let filter: TokenFilter
  private let length: Int

  /// At temperature 0 the probabilities are the model's own, at temperature 1: otherwise each would be 1 or 0.
  init(_ plan: SamplingPlan, _ model: Model, _ instructions: InstructionSet) {
    sampler = Sampler(model, random: PythonRandom(seed: 0), instructionSet: instructions)
    (temperature, filter) = plan.temperature == 0 ? (1, TokenFilter()) : (plan.temperature, plan.filter)
    length = plan.length ?? model.configuration.blockSize
  }

  /// The choice of one token.
  struct Step {
    /// A token that could have been drawn; `nil` is the end.
    struct Candidate {
      let character: Unicode.Scalar?
      let probability: Double
    }

    /// The likeliest tokens, in their order; the chosen one is appended if it is not among them.
    let candidates: [Candidate]
    /// The index of the chosen one.
    let chosen: Int
    /// What precedes it.
    let text: String

    /// -ln *p* of the chosen token, in nats.
    var surprise: Double { max(0, -log(candidates[chosen].probability)) }
  }

  /// The choices that lead from a prompt to a sample.
  func steps(of sample: String, after prompt: String) throws(SamplerError) -> [Step] {
    var text = prompt, steps: [Step] = []
    let characters = sample.unicodeScalars.dropFirst(prompt.unicodeScalars.count)
    for character in characters {
      steps.append(try step(character, after: text))
      text.unicodeScalars.append(character)
    }
    if sample.unicodeScalars.count < length { steps.append(try step(nil, after: text)) }
    return steps
  }

  private func step(_ character: Unicode.Scalar?, after text: String) throws(SamplerError) -> Step {
    let tokenizer = sampler.model.tokenizer
    let probabilities = try sampler.probabilities(after: text, temperature: temperature, filter: filter)
    let chosen = character.map { tokenizer.token(of: $0)! } ?? tokenizer.bos
    var tokens = probabilities.indices.sorted {
      probabilities[$0] > probabilities[$1] || probabilities[$0] == probabilities[$1] && $0 < $1
    }
    tokens = Array(tokens.prefix(SampleExplainer.candidateCount).filter { probabilities[$0] > 0 })
    if !tokens.contains(chosen) { tokens.append(chosen) }
    return Step(
      candidates: tokens.map { token in
        Step.Candidate(
          character: token == tokenizer.bos ? nil : tokenizer.characters[token],
          probability: probabilities[token])
      }, chosen: tokens.firstIndex(of: chosen)!, text: text)
  }

  /// The whole sample's surprise.
  static func summary(_ steps: [Step]) -> String {
    let total = steps.reduce(0) { $0 + $1.surprise }
    let mean = steps.isEmpty ? 0 : total / Double(steps.count)
    return "  surprise \(fixed(total, 2)) nats in \(counted(steps.count, "choice")), \(fixed(mean, 2)) each"
  }
}

extension SampleExplainer.Step {
  /// The candidates with their probabilities as bars, at most 80 columns wide.
  var printed: String {
    // The end of a long text is enough to find the place.
    let start = escaped(String(String.UnicodeScalarView(text.unicodeScalars.suffix(24))))
    var lines = "  after '\(text.unicodeScalars.count > 24 ? "…" : "")\(start)'\n"
    for (index, candidate) in candidates.enumerated() {
      let name = candidate.character.map { "'\(escaped(String($0)))'" } ?? "end"
      let filler = String(repeating: " ", count: max(0, 10 - name.unicodeScalars.count))
      let percent = padded(fixed(100 * candidate.probability, 1), 5, with: " ") + " %"
      let bar = String(repeating: "█", count: Int((32 * candidate.probability).rounded()))
      lines += "  \(index == chosen ? ">" : " ") \(name)\(filler) \(percent)"
      if index == chosen {
        lines += "  \(fixed(surprise, 2)) nats".padded(to: 12)
      } else if !bar.isEmpty {
        lines += "            "
      }
      lines += (bar.isEmpty ? "" : "  \(bar)") + "\n"
    }
    return lines
  }

  /// The step as a JSON object. The surprise is `null` where a filter drops in the exact arithmetic what the fast one has
  /// drawn, by a rounding error.
  var json: JSONText {
    func name(_ candidate: Candidate) -> JSONText { .optional(candidate.character.map { String($0) }) }
    let own = candidates[chosen]
    return .object([
      ("token", name(own)), ("probability", .number(own.probability)), ("surprise", .number(surprise)),
      ("candidates", .array(candidates.map { .array([name($0), .number($0.probability)]) })),
    ])
  }
}

extension String {
  fileprivate func padded(to width: Int) -> String {
    self + String(repeating: " ", count: Swift.max(0, width - unicodeScalars.count))
  }
}
