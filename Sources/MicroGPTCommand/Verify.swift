// `microgpt verify`: the reference's default run, compared with CPython's figures bit for bit.

import CommandLineOptions
import MicroGPT
import MicroGPTFiles

struct Verify: Subcommand, Equatable {
  var data: String?
  var offline = false

  static let name = "verify"
  static let abstract = "Check this build against microgpt.py, bit for bit."
  static let discussion = """
    Trains as 'microgpt train' does without options, and compares every loss, all parameters and every sample \
    with what CPython gives. There are figures for the makemore names and for the built-in ones. \
    MICROGPT_ISA=avx2 or baseline verifies the kernels that other processors run.
    """
  static let examples: KeyValuePairs = [
    "Check on a file of the makemore names:": "microgpt verify --data names.txt",
    "Check on the text that a run without options learns:": "microgpt verify",
  ]

  static var options: KeyValuePairs<String, [Option<Self>]> {
    [
      "DATA": [
        .text("--data", "FILE", \.data, "Learn from the lines of FILE, or - for standard input"),
        .flag("--offline", \.offline, "Never download; so does MICROGPT_OFFLINE=1"),
      ]
    ]
  }

  func run() throws {
    let instructions = try InstructionSet.chosen()
    let source = try TextSource.find(data: data, offline: offline)
    var digest = SHA256()
    digest.update(source.bytes)
    guard let figures = GoldenFigures.figures(dataSHA256: digest.hexString) else {
      throw Failure(
        code: Failure.data,
        "There are no figures for \(source.name), whose SHA-256 is \(digest.hexString). "
          + "Verify with the makemore names, or without --data in a folder that has no input.txt.")
    }
    let corpus = try source.corpus()
    Console.complain(source.remark(corpus))

    let trainer = try Trainer(corpus: corpus, instructionSet: instructions)
    var losses: [Double] = []
    try trainer.train { step in
      losses.append(step.loss)
      return .continue
    }
    let sampler = trainer.sampler()
    let samples = try figures.samples.map { _ in try sampler.sample() }
    let verdict = Verdict(
      figures, losses: losses, parametersSHA256: sampler.model.parametersSHA256, samples: samples,
      isReferenceLibrary: CLibrary.roundsAsReference)
    try Console.print(verdict.description)
    if verdict.isFailure { throw Failure(code: 1, nil) }
  }
}

/// What comes of comparing a run with the figures.
enum Verdict: Equatable, CustomStringConvertible {
  /// Every bit is the same.
  case equal(losses: Int, samples: Int)
  /// A number or name is not the same, though the C library is.
  case different(String)
  /// The C library is another, and so are some bits.
  case otherLibrary(equalLosses: Int, losses: Int, largestDifference: Double, equalSamples: Int, samples: Int)

  init(
    _ figures: GoldenFigures, losses: [Double], parametersSHA256: String, samples: [String],
    isReferenceLibrary: Bool
  ) {
    let expected = figures.losses, pairs = Array(zip(losses, expected))
    let firstLoss = pairs.firstIndex { $0.bitPattern != $1.bitPattern }
    let firstSample = zip(samples, figures.samples).enumerated().first { $1.0 != $1.1 }?.offset
    let sameParameters = parametersSHA256 == figures.parametersSHA256
    let sameCounts = losses.count == expected.count && samples.count == figures.samples.count

    if sameCounts, firstLoss == nil, sameParameters, firstSample == nil {
      self = .equal(losses: losses.count, samples: samples.count)
    } else if !isReferenceLibrary {
      self = .otherLibrary(
        equalLosses: pairs.count { $0.bitPattern == $1.bitPattern }, losses: expected.count,
        largestDifference: pairs.map { abs($0 - $1) }.max() ?? 0,
        equalSamples: zip(samples, figures.samples).count { $0 == $1 }, samples: figures.samples.count)
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
  var isFailure: Bool {
    if case .different = self { true } else { false }
  }

  var description: String {
    switch self {
    case .equal(let losses, let samples):
      "\(losses)/\(losses) losses, parameters, \(samples)/\(samples) samples: bit for bit"
    case .different(let first):
      "First difference: \(first)."
    case .otherLibrary(let equal, let losses, let difference, let equalSamples, let samples):
      "this C library rounds exp, log or pow differently from the one the figures were made with: "
        + "\(equal)/\(losses) losses agree bit for bit, the others within \(difference); "
        + "\(equalSamples)/\(samples) samples are the same"
    }
  }
}
