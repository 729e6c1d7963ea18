// `microgpt eval`: measures a kept model on lines of text, and shows those that surprise it most and least.

import CommandLineOptions
import MicroGPT
import MicroGPTFiles

struct Eval: Subcommand, Equatable {
  var model = ""
  var data = DataOptions()
  /// Whether only the documents are measured that the run held out.
  var heldOut = false
  var engine = Arithmetic.exact
  /// The number of lines that are shown of each kind.
  var lines = 5
  var json = false

  static let name = "eval"
  static let abstract = "Measure a kept model on lines of text."
  static let discussion = """
    The loss is in nats: the mean over lines, each of which counts by the mean over its tokens. The loss per token is \
    the mean over all tokens, and perplexity is its exponential. Bits per character are the loss of all tokens in \
    bits, ends of lines included, over the number of characters. Lines longer than the model's block are cut to it, and \
    those with characters that it does not know are left out. A stream is measured in windows, by the mean over its \
    characters, all of which have to be known. Without --data the text is found as 'microgpt train' finds it.
    """
  static let examples: KeyValuePairs = [
    "Measure a model on your own lines:": "microgpt eval model.safetensors --data cities.txt",
    "Measure it on the lines that its run held out:": "microgpt eval model.safetensors --held-out",
    "Measure it on many lines, in floats:":
      "microgpt eval model.safetensors --data many.txt --engine fast --lines 0",
  ]

  static var arguments: [Argument<Self>] {
    [.required("MODEL", \.model, "The file that 'train --save' has written (- is standard input)")]
  }

  static var options: KeyValuePairs<String, [Option<Self>]> {
    [
      "DATA": [
        .text("--data", "FILE", \.data.file, "Measure on the lines of FILE (- is standard input)"),
        .flag("--held-out", \.heldOut, "Measure only on the lines that the run held out, in its arithmetic"),
        .flag("--offline", \.data.offline, "Never download; so does MICROGPT_OFFLINE=1"),
      ],
      "MEASURING": [
        .choice(
          "--engine", "NAME", \.engine, "Arithmetic: exact has microgpt.py's bits, fast has floats and speed")
      ],
      "OUTPUT": [
        .number(
          "--lines", \.lines, .atLeast(0), "How many lines of the highest and of the lowest loss to show"),
        .flag("--json", \.json, "Print one JSON object"),
      ],
    ]
  }

  func validate() throws(UsageError) {
    try checkStandardInput(model, data.file)
  }

  func run(given: GivenOptions) throws {
    let instructions = try InstructionSet.chosen()
    let saved = try SavedModel(model)
    if heldOut, saved.checkpoint?.heldOut == nil {
      throw UsageError(
        "'--held-out' measures on the lines that a run held out, but that of '\(model)' held out none. Leave it out."
      )
    }
    var source = try TextSource.find(data)
    let sha256 = json || heldOut ? source.sha256 : nil
    let documents = try documents(of: &source, sha256: sha256, for: saved)
    let measured = try MeasuredDocuments(documents, of: source, for: saved)
    // The run's own arithmetic gives the figure that the run has printed.
    let engine = heldOut && !given.contains("--engine") ? saved.arithmetic : engine
    let blockSize = saved.model.configuration.blockSize
    try saved.checkMemory(documents: measured.corpus.pieceCount(blockSize: blockSize), engine: engine)
    var most = Extremes(lines, ofHighest: true, in: measured.corpus, blockSize: blockSize)
    var least = Extremes(lines, ofHighest: false, in: measured.corpus, blockSize: blockSize)
    let evaluation = try saved.model.evaluate(
      measured.corpus, engine: engine, instructionSet: instructions ?? .widest
    ) { document in
      most.add(document)
      least.add(document)
    }
    guard evaluation.loss.isFinite else {
      throw Failure(
        code: Failure.software,
        "The loss is not a finite number: the parameters in \(saved.path) are too large to compute with. "
          + "Train the model again with a smaller learning rate.")
    }
    let report = EvaluationReport(
      saved: saved, source: source, sourceSHA256: sha256, measured: measured, isHeldOut: heldOut,
      engine: engine,
      evaluation: evaluation, most: most.documents, least: least.documents)
    let output = Console.output()
    try output.write((json ? report.json.text(escapingControls: Console.isTerminal) : report.text) + "\n")
    try output.flush()
  }

  /// The documents to measure on.
  ///
  /// - Throws: `Failure` or `UsageError` if they are those of another text than the run's.
  private func documents(
    of source: inout TextSource, sha256: String?, for saved: SavedModel
  ) throws -> Corpus {
    let corpus = try source.takeCorpus(saved.reading, to: "measure on")
    guard heldOut, saved.checkpoint?.heldOut != nil else { return corpus }
    if let documents = saved.heldOut(of: corpus, sha256: sha256) { return documents }
    throw source.isNotTheText(of: saved.path, data)
  }
}

/// The documents that a model can be measured on: those whose characters it knows.
struct MeasuredDocuments {
  let corpus: Corpus
  /// How many are left out.
  let leftOut: Int
  /// The first character that the model does not know, and the number of its document, from 1.
  let unknown: (character: Unicode.Scalar, document: Int)?

  /// - Throws: `Failure` if the model knows the characters of none.
  init(_ documents: Corpus, of source: TextSource, for saved: SavedModel) throws(Failure) {
    let tokenizer = saved.model.tokenizer, blockSize = saved.model.configuration.blockSize
    /// The first character that is read and has no token.
    func unknown(_ document: Corpus.Document) -> Unicode.Scalar? {
      document.prefix(documents.isStream ? .max : blockSize).first { tokenizer.token(of: $0) == nil }
    }
    guard let first = documents.firstIndex(where: { unknown($0) != nil }) else {
      (corpus, leftOut, self.unknown) = (documents, 0, nil)
      return
    }
    let character = unknown(documents[first])!
    guard let known = documents.documents(where: { unknown($0) == nil }) else {
      throw Failure(
        code: Failure.data,
        "\(documents.isStream ? "The text of " : "Every document of ")\(source.name) has a character that is not in the vocabulary of \(saved.path): "
          + "\(tokenizer.shown). The first is \(named(character)). Give another text, or train a model on this one."
      )
    }
    (corpus, leftOut) = (known, documents.count - known.count)
    self.unknown = (character, first + 1)
  }
}
