// What comes of comparing a run with the reference's figures.

/// The result of comparing a run with the figures.
package enum Verdict: Sendable, Equatable, CustomStringConvertible {
  /// Every bit is the same.
  case equal(losses: Int, samples: Int)
  /// Something differs: this build is wrong.
  case different(String)

  /// Compares the results of a run with the figures.
  package init(
    _ figures: GoldenFigures, losses: [Double], parametersSHA256: String, samples: [String]
  ) {
    let expected = figures.losses
    let firstLoss = zip(losses, expected).enumerated().first { $1.0.bitPattern != $1.1.bitPattern }?.offset
    let firstSample = zip(samples, figures.samples).enumerated().first { $1.0 != $1.1 }?.offset
    let sameParameters = parametersSHA256 == figures.parametersSHA256
    let sameCounts = losses.count == expected.count && samples.count == figures.samples.count

    if sameCounts, firstLoss == nil, sameParameters, firstSample == nil {
      self = .equal(losses: losses.count, samples: samples.count)
    } else if let step = firstLoss {
      self = .different("step \(step + 1) has loss \(losses[step]), the reference \(expected[step])")
    } else if !sameParameters {
      self = .different(
        "the parameters after the last step have SHA-256 \(parametersSHA256), the reference's "
          + figures.parametersSHA256)
    } else if let sample = firstSample {
      self = .different(
        "sample \(sample + 1) is '\(samples[sample])', the reference's '\(figures.samples[sample])'")
    } else {
      self = .different("there are \(losses.count) losses and \(samples.count) samples")
    }
  }

  /// Whether this build is wrong.
  package var isFailure: Bool {
    if case .different = self { true } else { false }
  }

  /// The verdict in one line.
  package var description: String {
    switch self {
    case .equal(let losses, let samples):
      "\(losses)/\(losses) losses, parameters, \(samples)/\(samples) samples: bit for bit"
    case .different(let first):
      "First difference: \(first)."
    }
  }
}
