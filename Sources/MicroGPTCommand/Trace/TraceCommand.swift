// `microgpt trace`: one document's forward and backward pass, told in order, with the numbers.

import CommandLineOptions
import MicroGPT
import MicroGPTFiles

struct TraceCommand: Subcommand, Equatable {
  var model: String?
  var document = ""
  /// The text of a run on the spot, or the text to measure an ablation on.
  var data: String?
  var configuration = Configuration()
  var stage: TraceSection.Stage?
  var ablated: String?
  /// Whether gradients are compared with differences of the loss.
  var checksGradients = false
  var json = false
  /// The file of the page, if there is to be one.
  var html: String?
  var force = false
  var width: Int?
  var color = OutputOptions.Color.auto

  static let name = "trace"
  static let abstract = "Follow one document through a model, number by number."
  static let discussion = """
    It shows a forward and a backward pass in the order of execution: tokens, embeddings, attention, hidden units, \
    logits, the surprise at every character, gradients, and what Adam would move. Each part names the lines of \
    microgpt.swift that compute it. Two probes follow: the logits read out after each part, and the nearest embeddings. \
    Without MODEL it trains the default run on the built-in names, which takes a moment. Nothing is downloaded.
    """
  static let examples: KeyValuePairs = [
    "Follow a name through the default run:": "microgpt trace emma",
    "Look at attention in a kept model:": "microgpt trace model.safetensors emma --stage attention",
    "The same name in an untrained model:": "microgpt trace emma --steps 0",
    "What is the loss without head 2 of layer 0?": "microgpt trace emma --ablate 0.2",
    "All of it as a page:": "microgpt trace emma --html emma.html",
    "Are the gradients right?": "microgpt trace emma --check",
  ]

  static var arguments: [Argument<Self>] {
    [
      .optional("MODEL", \.model, "The file that 'train --save' has written (- is standard input)"),
      .required("DOCUMENT", \.document, "The characters to follow, such as a name", completion: .nothing),
    ]
  }

  static var options: KeyValuePairs<String, [Option<Self>]> {
    [
      "WHAT TO SHOW": [
        .choice("--stage", "NAME", \.stage, "Show one part"),
        .text(
          "--ablate", "LAYER.HEAD", \.ablated,
          "Show only the loss without a head, such as 0.2, or without each in turn (all)"),
        .flag("--check", \.checksGradients, "Only compare gradients with central differences of the loss"),
      ],
      "DATA": [
        .text("--data", "FILE", \.data, "Train on the lines of FILE; with MODEL, measure --ablate on them")
      ],
      "MODEL WITHOUT A FILE": .hyperparameters(.model, in: \.configuration),
      "TRAINING WITHOUT A FILE": .hyperparameters(.training, in: \.configuration),
      "OUTPUT": [
        .flag("--json", \.json, "Print one JSON object with every tensor"),
        .text("--html", "FILE", \.html, "Write the same to FILE, as a page of HTML, instead of printing it"),
        .flag("--force", \.force, "Let --html replace a file that has contents"),
        .number(
          "--width", \.width, .from(40, to: 1000), example: 100,
          "Columns of the output (default: the terminal's, else 80)"),
        .choice("--color", "WHEN", \.color, "Color the cells; auto respects NO_COLOR"),
      ],
    ]
  }

  func validate() throws(UsageError) {
    try checkStandardInput(model ?? "", data)
    let alone = [("--ablate", ablated != nil), ("--check", checksGradients), ("--stage", stage != nil)]
      .filter(\.1)
    if alone.count > 1 {
      throw UsageError("'\(alone[0].0)' and '\(alone[1].0)' show different things. Leave one of them out.")
    }
    if stage != nil, json {
      throw UsageError("'--json' prints every tensor, '--stage' shows one part. Leave one of them out.")
    }
    if html == "-" { throw UsageError("'--html -' is not a file. Name a file.") }
    if html != nil, checksGradients || ablated != nil || json {
      throw UsageError(
        "'--html' is a page of the trace, which '\(checksGradients ? "--check" : json ? "--json" : "--ablate")' does not show. Leave one of them out."
      )
    }
    if let ablated { _ = try AblatedHeads(ablated) }
    if model == nil { try configuration.checkHeads() }
  }

  func run(given: GivenOptions) throws {
    let instructions = try InstructionSet.chosen()
    let page = try html.map { path in
      try PageFile(path, mayReplace: force, inputs: [("MODEL", model), ("--data", data)])
    }
    let saved = try model.map { path throws(ModelFileError) in try SavedModel(path) }
    let heads = try ablated.map { text throws(UsageError) in try AblatedHeads(text) }
    if let saved { try check(given, for: saved) }
    let source =
      try saved.map { TraceModel($0) } ?? TraceModel.trained(on: data, configuration, instructions)
    try TraceStory.checkMemory(source.model.configuration, source.model.tokenizer)
    let story: TraceStory
    do throws(TokenizerError) { story = try TraceStory(source, document) } catch {
      throw Failure(code: Failure.data, "\(error)")
    }
    if checksGradients {
      let report = try checked(story)
      try json ? print(report.json) : print(report.sentences, [.table(report.table)])
      if !report.check.passes {
        throw Failure(
          code: Failure.software,
          "The gradients are wrong, which is a fault of this program. Please report it, with this command line."
        )
      }
    } else if let heads {
      let places = try heads.places(in: source.model)
      let report = try AblationReport(
        story, without: places, on: try saved.map { try others(for: $0) } ?? source.measured)
      try json ? print(report.json) : print([story.introduction[0]], report.blocks)
    } else if let page {
      try page.write(
        TracePage(document, introduction: story.introduction, story.sections(stage)).bytes(
          madeBy: line(given)))
    } else if json {
      try print(story.json)
    } else {
      let text = terminalText
      try print(story.introduction.map { text.text($0) } + story.sections(stage).map { text.text($0) })
    }
  }

  /// The command line, as the shell reads it.
  private func line(_ given: GivenOptions) -> String {
    let options = given.names.filter { $0 != "--force" }.flatMap { name in
      let text = given.text(of: name)
      return text.isEmpty ? [name] : [name, text]
    }
    let words = [model].compactMap { $0 } + [document], isPlain = words.allSatisfy { $0.first != "-" }
    return (["microgpt", "trace"] + (isPlain ? words + options : options + ["--"] + words))
      .map(quotedForShell).joined(separator: " ")
  }

  /// How text is drawn on standard output.
  private var terminalText: TraceText {
    TraceText(
      width: width ?? max(40, Console.outputWidth),
      color: color.isOn(unless: !Console.showsColors(Console.isTerminal)))
  }

  private func print(_ sentences: [String], _ blocks: [TraceSection.Block]) throws {
    let text = terminalText
    try print(sentences.map { text.text($0) } + blocks.map { "\n" + text.text($0) })
  }

  private func print(_ parts: [String]) throws {
    let output = Console.output()
    for part in parts { try output.write(part) }
    try output.flush()
  }

  private func print(_ object: JSONText) throws {
    try print([object.text(escapingControls: Console.isTerminal) + "\n"])
  }

  /// The comparison of the document's gradients with differences of its loss; on a terminal its progress is shown.
  private func checked(_ story: TraceStory) throws(Failure) -> GradientCheckReport {
    let isFinite = story.trace.parameterGradients.allSatisfy { $0.values.allSatisfy(\.isFinite) }
    guard story.trace.loss.isFinite, isFinite else {
      throw Failure(
        code: Failure.data,
        "The \(isFinite ? "loss" : "gradients") of '\(escaped(document))' \(isFinite ? "is" : "are") not finite, which leaves "
          + "nothing to check. Take smaller initial parameters, or another model.")
    }
    var line = LiveLine(color: color.isOn(unless: !Console.showsColors(Console.isErrorTerminal)))
    let check = story.source.model.checkGradients(of: story.trace) { done, all in
      guard Console.isInteractive else { return }
      line.show(at: Console.seconds) { columns in
        progressLine(
          ["\(grouped(done)) of \(grouped(all)) gradients"], columns: columns,
          color: color.isOn(unless: false)
        ) { done * $0 / all } ?? ""
      }
    }
    line.clear()
    return GradientCheckReport(check: check, document: document)
  }

  /// Refuses what a model's file decides.
  private func check(_ given: GivenOptions, for saved: SavedModel) throws {
    if let option = Hyperparameter.all.map(\.option).first(where: given.contains) {
      throw UsageError(
        "'\(option)' is for a model that trace trains itself, but '\(saved.path)' has its own. Leave out one of the two."
      )
    }
    if data != nil, ablated == nil {
      throw UsageError(
        "'--data' is for a model that trace trains itself, or for '--ablate', but '\(saved.path)' is already trained. Leave it out."
      )
    }
  }

  /// What an ablation of a kept model is measured on: the documents that its run held out, else those of the text that is
  /// named, else those of the run's text if that is found.
  private func others(for saved: SavedModel) throws -> AblationReport.Others? {
    var source: TextSource
    do { source = try TextSource.find(DataOptions(file: data, offline: true)) } catch {
      if data == nil { return nil }
      throw error
    }
    let sha256 = source.sha256, corpus = try source.takeCorpus(saved.reading, to: "measure on")
    if let heldOut = saved.heldOut(of: corpus, sha256: sha256) {
      return .init(corpus: heldOut, name: "\(amount(of: heldOut)) that the run held out")
    }
    // Another text says little about the model, unless the user asks for it.
    if data == nil, saved.checkpoint?.textSHA256 != sha256 { return nil }
    let measured = try MeasuredDocuments(corpus, of: source, for: saved)
    return .init(corpus: measured.corpus, name: source.named(measured.corpus))
  }
}
