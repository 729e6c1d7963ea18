// A run of the reference, as CPython recorded it, and where such runs are stored.

import Foundation
import MicroGPT
import Testing

/// A run of the reference on a text: its losses, parameters and samples.
struct GoldenRun: Decodable {
  let documentCount: Int
  let characters: String
  let parameterCount: Int
  /// One for each step, to the last bit.
  let losses: [Double]
  /// The digest of the parameters after training, as little-endian doubles.
  let parametersDigest: String
  let samples: [String]

  private enum CodingKeys: String, CodingKey {
    case documentCount = "num_docs"
    case characters = "chars"
    case parameterCount = "num_params"
    case losses
    case parametersDigest = "params_sha256"
    case samples
  }

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    documentCount = try container.decode(Int.self, forKey: .documentCount)
    characters = try container.decode(String.self, forKey: .characters)
    parameterCount = try container.decode(Int.self, forKey: .parameterCount)
    parametersDigest = try container.decode(String.self, forKey: .parametersDigest)
    samples = try container.decode([String].self, forKey: .samples)
    losses = try container.decode([String].self, forKey: .losses).map { text in
      // Hexadecimal, such as 0x1.aed8c0f5b9a54p+1, which is exact.
      guard let loss = Double(text) else {
        throw DecodingError.dataCorruptedError(
          forKey: .losses, in: container, debugDescription: "'\(text)' is not a number.")
      }
      return loss
    }
  }

  init(contentsOf url: URL) throws {
    self = try JSONDecoder().decode(GoldenRun.self, from: Data(contentsOf: url))
  }

  /// What the reference prints for this run, one line a step.
  var output: [UInt8] {
    var lines = [
      "num docs: \(documentCount)", "vocab size: \(characters.unicodeScalars.count + 1)",
      "num params: \(parameterCount)",
    ]
    for (step, loss) in losses.enumerated() {
      lines.append(String(format: "step %4d / %4d | loss %.4f", step + 1, losses.count, loss))
    }
    lines += ["", "--- inference (new, hallucinated names) ---"]
    for (index, sample) in samples.enumerated() {
      lines.append(String(format: "sample %2d: ", index + 1) + sample)
    }
    return lines.flatMap { Array($0.utf8) + [newline] }
  }
}

let newline = UInt8(ascii: "\n")

/// The first line in which two outputs differ, or nil where they are the same bytes.
func firstDifference(_ found: [UInt8], _ expected: [UInt8]) -> String? {
  if found == expected { return nil }
  let foundLines = found.split(separator: newline, omittingEmptySubsequences: false)
  let expectedLines = expected.split(separator: newline, omittingEmptySubsequences: false)
  func quoted(_ lines: [ArraySlice<UInt8>], _ index: Int) -> String {
    lines.indices.contains(index) ? "'\(String(decoding: lines[index], as: UTF8.self))'" : "missing"
  }
  var index = 0
  while index < min(foundLines.count, expectedLines.count), foundLines[index] == expectedLines[index] {
    index += 1
  }
  return "line \(index + 1) is \(quoted(foundLines, index)), expected \(quoted(expectedLines, index))"
}

/// The small texts and runs in the repository.
enum Fixtures {
  static func bytes(_ name: String) throws -> [UInt8] { try Array(Data(contentsOf: url(name))) }
  static func run(_ name: String) throws -> GoldenRun { try GoldenRun(contentsOf: url(name)) }

  private static func url(_ name: String) -> URL { repository.appending(path: "Tests/Fixtures/\(name)") }
}

/// The texts and runs too large for the repository, in the folder that `MICROGPT_SHARED` names.
enum Shared {
  static let isPresent = folder != nil
  static let absence: Comment =
    "MICROGPT_SHARED is not set: it names the folder that holds names.txt and golden/, the reference's runs."

  static func bytes(_ name: String) throws -> [UInt8] { try Array(Data(contentsOf: url(name))) }
  static func run(_ name: String) throws -> GoldenRun { try GoldenRun(contentsOf: url(name)) }

  private static let folder = ProcessInfo.processInfo.environment["MICROGPT_SHARED"].flatMap {
    $0.isEmpty ? nil : URL(filePath: $0)
  }

  private static func url(_ name: String) throws -> URL { try #require(folder).appending(path: name) }
}
