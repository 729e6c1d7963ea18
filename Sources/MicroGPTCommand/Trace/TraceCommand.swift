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
          "--ablate", "LAYER.HEAD", \.ablated, "Show only what is lost without this head, such as 0.2"),
        .flag("--check", \.check, "Only compare gradients with central differences of the loss"),
      ],
      "DATA": [
        .text("--data", "FILE", \.data, "Train on the lines of FILE; with MODEL, measure --ablate on them")
      ],
      "MODEL, if none is given": .hyperparameters(.model, in: \.configuration),
      "TRAINING, if no model is given": .hyperparameters(.training, in: \.configuration),
      "OUTPUT": [
        .flag("--json", \.json, "Print one JSON object with every tensor"),
        .number(
          "--width", \.width, .atLeast(40), example: 100,
          "Columns of the output (default: the terminal's, else 80)"),
        .choice("--color", "WHEN", \.color, "Color the cells; auto respects NO_COLOR"),
      ],
    ]
  }

  func run(given: GivenOptions) throws {
    let instructions = try InstructionSet.chosen()
    let source = try self.source(instructions)
    let story = try TraceStory(source, document)
    let text = TraceText(width: width ?? Console.outputColumns, color: color.isOn(Console.isTerminal && Console.environment("TERM") != "dumb"))
    let output = Console.output()
    for line in story.introduction { try output.write(text.text(line)) }
    for section in story.sections(stage) { try output.write(text.text(section)) }
    try output.flush()
  }

  private func source(_ instructions: InstructionSet?) throws -> TraceModel {
    if let model { return TraceModel(try SavedModel(model)) }
    var source =
      try data.map { path throws(FileError) in
        try TextSource.find(DataOptions(file: path, offline: true))
      } ?? .builtIn("")
    let corpus = try source.takeCorpus()
    return try TraceModel(training: configuration, on: source, corpus, instructions)
  }
}
