// `microgpt export`: a model for other programs, as an ONNX graph, and its sizes as config.json.

import CommandLineOptions
import MicroGPT
import MicroGPTFiles

struct Export: Subcommand, Equatable {
  /// The model's file.
  var model = ""
  /// The file of the graph, if it is to be written.
  var onnx: String?
  /// The file of the sizes and the vocabulary, if it is to be written.
  var config: String?
  /// Whether the graph's numbers are doubles.
  var float64 = false
  /// Whether files with contents may be replaced.
  var force = false

  static let name = "export"
  static let abstract = "Write a model for other programs."
  static let discussion = """
    MODEL is a file that 'microgpt train --save' has written, or another program's safetensors file. The graph \
    computes logits from tokens; its metadata has the vocabulary and all sizes. The safetensors file itself has the \
    weights for other programs, and --config writes the sizes that they need beside them.
    """
  static let examples: KeyValuePairs = [
    "Write an ONNX graph of a model:": "microgpt export model.safetensors --onnx model.onnx",
    "Write its sizes and vocabulary as JSON:": "microgpt export model.safetensors --config config.json",
  ]

  static var arguments: [Argument<Self>] {
    [.required("MODEL", \.model, "The model, as safetensors (- is standard input)")]
  }

  static var options: KeyValuePairs<String, [Option<Self>]> {
    [
      "FILES": [
        .text("--onnx", "FILE", \.onnx, "Write FILE, a graph for ONNX runtimes (operator set 13)"),
        .flag("--float64", \.float64, "Let the graph compute in doubles instead of floats"),
        .text("--config", "FILE", \.config, "Write FILE, the sizes and the vocabulary as JSON"),
        .flag("--force", \.force, "Replace files that have contents"),
      ]
    ]
  }

  /// The options that name files to be written, with the files.
  private var outputs: [(option: String, path: String)] {
    [("--onnx", onnx), ("--config", config)].compactMap { option, path in path.map { (option, $0) } }
  }

  func validate() throws(UsageError) {
    if outputs.isEmpty {
      throw UsageError(
        "There is nothing to write. Add '--onnx model.onnx' for a graph, or '--config config.json' for the sizes."
      )
    }
    if float64, onnx == nil {
      throw UsageError("'--float64' is about the graph's numbers. Add '--onnx model.onnx', or leave it out.")
    }
    if let output = outputs.first(where: { $0.path == "-" }) {
      throw UsageError("'\(output.option) -' is not a file. Name a file.")
    }
  }

  func run(given: GivenOptions) throws {
    let model = try SavedModel(model).model
    try checkOutputs()
    if let onnx {
      let bytes = try graph(of: model)
      try LockedFile(onnx).replace(with: bytes)
      let (block, tokens) = (model.configuration.blockSize, model.tokenizer.vocabularySize)
      Console.remark(
        "Exported to \(onnx): \(counted(model.parameters.count, "parameter")) as \(float64 ? "doubles" : "floats"), "
          + "\(size(bytes.count)). From tokens [1, T], T at most \(grouped(block)), it computes logits "
          + "[1, T, \(tokens)].")
    }
    if let config {
      try LockedFile(config).replace(with: model.configJSON())
      Console.remark("Sizes and vocabulary are in \(config).")
    }
  }

  /// The file of the graph.
  private func graph(of model: Model) throws(Failure) -> [UInt8] {
    do { return try model.onnx(float64 ? .float64 : .float32) } catch {
      throw Failure(code: Failure.data, "'\(self.model)' cannot be exported. \(error)")
    }
  }

  /// Checks that the files to be written would destroy nothing.
  private func checkOutputs() throws(Failure) {
    for (option, path) in outputs where model != "-" && isSameFile(path, model) {
      throw Failure(
        code: Failure.usage, "'\(option) \(path)' would overwrite the model. Name another file.")
    }
    if let onnx, let config, isSameFile(onnx, config) {
      throw Failure(
        code: Failure.usage, "'--onnx \(onnx)' and '--config \(config)' are the same file. Name two.")
    }
    if !force { try refuseToReplace(outputs) }
  }
}
