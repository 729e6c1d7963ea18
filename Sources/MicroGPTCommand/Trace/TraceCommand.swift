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
  var check = false
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
        .flag("--check", \.check, "Only compare gradients with central differences of the loss"),
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
          "--width", \.width, .atLeast(40), example: 100,
          "Columns of the output (default: the terminal's, else 80)"),
        .choice("--color", "WHEN", \.color, "Color the cells; auto respects NO_COLOR"),
      ],
    ]
  }

  func validate() throws(UsageError) {
    try checkStandardInput(model ?? "", data)
    let alone = [("--ablate", ablated != nil), ("--check", check), ("--stage", stage != nil)].filter(\.1)
    if alone.count > 1 {
      throw UsageError("'\(alone[0].0)' and '\(alone[1].0)' show different things. Leave one of them out.")
    }
    if stage != nil, json {
      throw UsageError("'--json' prints every tensor, '--stage' shows one part. Leave one of them out.")
    }
    if html == "-" { throw UsageError("'--html -' is not a file. Name a file.") }
    if html != nil, check || ablated != nil || json {
      throw UsageError(
        "'--html' is a page of the trace, which '\(check ? "--check" : json ? "--json" : "--ablate")' does not show. Leave one of them out."
      )
    }
    if let ablated { _ = try AblatedHeads(ablated) }
    if model == nil { try configuration.checkHeads() }
  }

  func run(given: GivenOptions) throws {
    let instructions = try InstructionSet.chosen()
    try checkOutput()
    let saved = try model.map { path throws(ModelFileError) in try SavedModel(path) }
    let heads = try ablated.map { text throws(UsageError) in try AblatedHeads(text) }
    if let saved { try check(given, for: saved) }
    let source =
      try saved.map { TraceModel($0) } ?? TraceModel.trained(on: data, configuration, instructions)
    let story: TraceStory
    do throws(TokenizerError) { story = try TraceStory(source, document) } catch {
      throw Failure(code: Failure.data, "\(error)")
    }
    if check {
      let report = GradientCheckReport(
        check: source.model.checkGradients(of: story.trace), document: document)
      try print(report.sentences, [.table(report.table)], report.json)
      if !report.check.passes { throw Failure(code: Failure.software, "The gradients are wrong.") }
    } else if let heads {
      let places = try heads.places(in: source.model)
      let report = try AblationReport(
        story, without: places, on: try saved.map { try others(for: $0) } ?? source.unread)
      try print([story.introduction[0]], report.blocks, report.json)
    } else if let html {
      let page = TracePage(document, introduction: story.introduction, story.sections(stage))
      try LockedFile(html).replace(with: page.bytes(madeBy: line(given)))
      Console.remark("The page is in \(escaped(html)).")
    } else {
      try print(story.introduction, story.sections(stage), story.json)
    }
  }

  /// Checks that the page would destroy nothing.
  private func checkOutput() throws(Failure) {
    guard let html else { return }
    for (option, path) in [("MODEL", model), ("--data", data)] {
      if let path, path != "-", isSameFile(path, html) {
        throw Failure(
          code: Failure.usage, "'--html \(html)' would overwrite '\(path)' (\(option)). Name another file.")
      }
    }
    if !force { try refuseToReplace([("--html", html)]) }
  }

  /// The command line, as the shell reads it.
  private func line(_ given: GivenOptions) -> String {
    let options = given.names.filter { $0 != "--force" }.flatMap { name in
      let text = given.text(of: name)
      return text.isEmpty ? [name] : [name, text]
    }
    return (["microgpt", "trace"] + [model].compactMap { $0 } + [document] + options)
      .map(quotedForShell).joined(separator: " ")
  }

  /// Prints sentences and blocks, or the object.
  private func print(
    _ sentences: [String], _ blocks: [TraceSection.Block], _ object: @autoclosure () -> JSONText
  ) throws {
    try print(sentences, object()) { text in blocks.map { "\n" + text.text($0) } }
  }

  private func print(
    _ sentences: [String], _ sections: [TraceSection], _ object: @autoclosure () -> JSONText
  ) throws {
    try print(sentences, object()) { text in sections.map { text.text($0) } }
  }

  private func print(
    _ sentences: [String], _ object: @autoclosure () -> JSONText, _ parts: (TraceText) -> [String]
  ) throws {
    let output = Console.output()
    if json {
      try output.write(object().text(escapingControls: Console.isTerminal) + "\n")
    } else {
      let isColored = color.isOn(unless: !Console.showsColors(Console.isTerminal))
      let text = TraceText(width: width ?? max(40, Console.outputColumns), color: isColored)
      for sentence in sentences { try output.write(text.text(sentence)) }
      for part in parts(text) { try output.write(part) }
    }
    try output.flush()
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
