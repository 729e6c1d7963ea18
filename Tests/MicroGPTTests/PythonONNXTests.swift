import Foundation
import Testing

@testable import MicroGPT

/// The Swift half of Scripts/test-onnx, which names a folder for exported models and what they have to compute.
@Suite(.enabled(if: ProcessInfo.processInfo.environment["MICROGPT_ONNX_FOLDER"] != nil))
struct PythonONNXTests {
  static let folder = URL(
    fileURLWithPath: ProcessInfo.processInfo.environment["MICROGPT_ONNX_FOLDER"] ?? "/")

  /// Layers, width, heads, block size and arithmetic of each model.
  static let models: [(name: String, sizes: [Int], arithmetic: Arithmetic)] = [
    ("default", [1, 16, 4, 16], .exact), ("narrow", [2, 24, 3, 8], .exact), ("wide", [3, 64, 8, 32], .exact),
    ("floats", [2, 24, 3, 8], .fast), ("smallest", [1, 1, 1, 1], .exact),
  ]

  /// Documents of one position, of a few, and of all.
  static func documents(blockSize: Int) -> [String] {
    let long = String(repeating: "isabella and olivia", count: 1 + blockSize / 16)
    return ["", "a", "emma", long].filter { $0.count < blockSize || $0 == long }
  }

  @Test("writes models, and beside each its weights and the logits of documents", arguments: models)
  func write(name: String, sizes: [Int], arithmetic: Arithmetic) throws {
    var configuration = Configuration()
    (configuration.layers, configuration.embedding) = (sizes[0], sizes[1])
    (configuration.heads, configuration.blockSize) = (sizes[2], sizes[3])
    configuration.steps = 20
    let documents = PythonONNXTests.documents(blockSize: sizes[3])
    let trainer = try Trainer(
      corpus: Corpus(documents: documents + ["\"é\u{0}\\😀"]), configuration: configuration,
      engine: arithmetic)
    try trainer.train()
    let model = trainer.model
    var tensors: [Safetensors.Tensor] = []
    for document in documents {
      let trace = try model.trace(document), count = trace.tokens.count - 1
      #expect(count == min(document.count + 1, sizes[3]))
      let logits = trace["logits"]!
      tensors.append(
        .init("tokens of \(document)", [count], .float64(trace.tokens.prefix(count).map(Double.init))))
      tensors.append(.init("logits of \(document)", logits.shape, .float64(logits.values)))
    }
    let files = [
      ".onnx": try model.onnx(), ".float64.onnx": try model.onnx(.float64), ".json": model.configJSON(),
      ".safetensors": try Checkpoint(trainer.state).bytes(),
      ".logits.safetensors": Safetensors(tensors: tensors).bytes(),
    ]
    for (suffix, bytes) in files {
      try Data(bytes).write(to: PythonONNXTests.folder.appendingPathComponent(name + suffix))
    }
  }

  @Test("writes the guide's model, and the names that its run samples")
  func guide() throws {
    let trainer = try Trainer(corpus: Corpus(text: Corpus.namesText))
    try trainer.train()
    let checkpoint = try Checkpoint(trainer.state), sampler = trainer.sampler()
    let names = try (0..<20).map { _ in try sampler.sample() + "\n" }.joined()
    for (file, bytes) in [
      ("names.onnx", try checkpoint.model.onnx()), ("names.safetensors", checkpoint.bytes()),
      ("names.txt", Array(names.utf8)),
    ] {
      try Data(bytes).write(to: PythonONNXTests.folder.appendingPathComponent(file))
    }
  }
}
