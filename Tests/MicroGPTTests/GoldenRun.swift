import Foundation
import Testing

@testable import MicroGPT

/// A run of the reference as recorded by the oracle: configuration, losses, parameters, samples, and for some every
/// intermediate tensor of one document.
struct GoldenRun: Decodable {
  struct Settings: Decodable {
    let steps, layers, embd, heads, block: Int
    let seed: UInt64
    let std, lr, beta1, beta2, eps, temperature: Double
  }

  struct Trace: Decodable {
    let document: String
    let loss: HexDouble
    let values, gradients: [String: [[HexDouble]]]
    let parameterGradients: [String: [[HexDouble]]]

    enum CodingKeys: String, CodingKey {
      case document, loss, values, gradients
      case parameterGradients = "parameter_gradients"
    }
  }

  let config: Settings
  let dataSHA256: String
  let documents: Int
  let firstDocuments: [String]
  let chars: String
  let parameterCount: Int
  let initialSHA256, finalSHA256: String
  let losses: [HexDouble]
  let samples: [String]
  let trace: Trace?

  enum CodingKeys: String, CodingKey {
    case config, chars, losses, samples, trace
    case dataSHA256 = "data_sha256"
    case documents = "num_docs"
    case firstDocuments = "first_docs"
    case parameterCount = "num_params"
    case initialSHA256 = "initial_params_sha256"
    case finalSHA256 = "params_sha256"
  }

  var configuration: Configuration {
    var configuration = Configuration()
    configuration.layers = config.layers
    configuration.embedding = config.embd
    configuration.heads = config.heads
    configuration.blockSize = config.block
    configuration.seed = config.seed
    configuration.initialStandardDeviation = config.std
    configuration.steps = config.steps
    configuration.learningRate = config.lr
    configuration.beta1 = config.beta1
    configuration.beta2 = config.beta2
    configuration.epsilon = config.eps
    return configuration
  }
}

/// A double in the format of Python's `float.hex`.
struct HexDouble: Decodable, Equatable {
  let value: Double

  init(from decoder: Decoder) throws {
    let text = try decoder.singleValueContainer().decode(String.self)
    guard let value = Double(text) else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "'\(text)' is not a hexadecimal double."))
    }
    self.value = value
  }
}

/// The golden runs: in this repository, and in the folder that `MICROGPT_SHARED` names.
enum Golden {
  /// A run and the text that it learns.
  struct Case: CustomTestStringConvertible, Sendable {
    let json, data: URL

    /// Whether it has a thousand steps rather than dozens.
    var isLong: Bool { testDescription.hasSuffix("-1000") }
    var testDescription: String { json.deletingPathExtension().lastPathComponent }

    func load() throws -> (run: GoldenRun, corpus: Corpus) {
      let run = try JSONDecoder().decode(GoldenRun.self, from: Data(contentsOf: json))
      return (run, try Corpus(utf8: Array(Data(contentsOf: data))))
    }
  }

  /// The runs of this repository's `Tests/Fixtures`; a run is named after its text.
  static let fixtures: [Case] = {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Fixtures")
    let files = try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
    return (files ?? []).filter { $0.pathExtension == "json" }.sorted { $0.path < $1.path }.map { json in
      let data = json.lastPathComponent.prefix { $0 != "-" } + ".txt"
      return Case(json: json, data: folder.appendingPathComponent(String(data)))
    }
  }()

  /// The folder of the makemore names and their golden runs, which are not part of this repository.
  static let sharedFolder = ProcessInfo.processInfo.environment["MICROGPT_SHARED"].map {
    URL(fileURLWithPath: $0)
  }

  /// The runs of that folder; none if it is not set.
  static var shared: [Case] {
    ["names-1000", "names-0-trace-emma", "names-30-layers2-trace-isabella", "unicode-25"].compactMap(shared)
      + ["names-40-layers2-embd32-block8-seed7"].compactMap(shared)
  }

  static func shared(_ name: String) -> Case? {
    guard let folder = sharedFolder else { return nil }
    let golden = folder.appendingPathComponent("golden")
    let data = name.hasPrefix("names") ? "names.txt" : "golden/unicode.txt"
    return Case(
      json: golden.appendingPathComponent(name + ".json"), data: folder.appendingPathComponent(data))
  }
}
