// `microgpt verify`: microgpt.py's default run, compared with CPython's figures bit for bit.

import CommandLineOptions
import MicroGPT
import MicroGPTFiles

struct Verify: Subcommand, Equatable {
  var data = DataOptions()
  var againstCLibrary = false

  static let name = "verify"
  static let abstract = "Check this build against microgpt.py, bit for bit."
  static let discussion = """
    Trains as 'microgpt train' does without options, and compares every loss, all parameters and every sample \
    with what CPython gives. There are figures for the makemore names and for the built-in ones, which are also \
    taken if input.txt in this folder is another text. MICROGPT_ISA=avx2 or baseline verifies the kernels that \
    other processors run. The bits are the same on every machine, because microgpt computes exp, log, pow, sin \
    and cos itself. CPython calls the machine's C library for them; --against-libm tells whether that one gives \
    the same bits.
    """
  static let examples: KeyValuePairs = [
    "Check on a file of the makemore names:": "microgpt verify --data names.txt",
    "Check on the makemore names if they are here, else on the built-in ones:": "microgpt verify",
    "See whether this machine's C library would give the same bits:": "microgpt verify --against-libm",
  ]

  static var options: KeyValuePairs<String, [Option<Self>]> {
    [
      "DATA": .group(\.data),
      "C LIBRARY": [
        .flag(
          "--against-libm", \.againstCLibrary,
          "Train nothing; compare this machine's C library with microgpt's own functions")
      ],
    ]
  }

  func run(given: GivenOptions) throws {
    if againstCLibrary { return try CLibraryComparison().report(to: Console.output()) }
    let instructions = try InstructionSet.chosen() ?? .widest
    var (source, figures) = try Verify.withFigures(TextSource.find(data), isNamed: data.file != nil)
    let corpus = try source.takeCorpus()
    Console.remark(source.remark(corpus))

    try Verdict(figures, corpus: corpus, instructionSet: instructions).report(to: Console.output())
  }

  /// The text to train on, and the figures for it.
  ///
  /// - Parameter isNamed: Whether the user named the text. If so, it must have figures; an input.txt in the folder
  ///   need not, and the built-in names replace it.
  static func withFigures(
    _ source: TextSource, isNamed: Bool
  ) throws(Failure) -> (source: TextSource, figures: GoldenFigures) {
    let sha256 = source.sha256
    if let figures = GoldenFigures.figures(dataSHA256: sha256) { return (source, figures) }
    if !isNamed { return (.builtIn("there are no figures for \(source.name)"), .builtInNames) }
    throw Failure(
      code: Failure.data,
      "There are no figures for \(source.name), whose SHA-256 is \(sha256). "
        + "Verify with the makemore names, or without --data.")
  }
}

extension Verdict {
  /// Repeats the run that the figures are from, and compares.
  ///
  /// - Parameter configuration: The configuration of that run.
  init(
    _ figures: GoldenFigures, corpus: Corpus, configuration: Configuration = Configuration(),
    instructionSet: InstructionSet = .widest
  ) throws {
    let verification = try Verification(
      figures, corpus: corpus, configuration: configuration, instructionSet: instructionSet)
    while true {
      if let verdict = try verification.advance(100) {
        self = verdict
        return
      }
    }
  }

  /// Writes the verdict as a line.
  ///
  /// - Throws: `Failure` with code 1 if this build is wrong; `FileError` if the line cannot be written.
  func report(to output: OutputFile) throws {
    try output.write(description + "\n")
    try output.flush()
    if isFailure { throw Failure(code: 1, nil) }
  }
}
