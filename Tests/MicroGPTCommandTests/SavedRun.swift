import Foundation
import MicroGPT
import Testing

/// A run of `microgpt train` in one sitting or several, saved in model.safetensors and logged in run.jsonl.
struct SavedRun {
  let sandbox: Sandbox
  /// How each sitting ended.
  private(set) var sittings: [Ending] = []

  static let save = "--save model.safetensors --log run.jsonl"
  static let resume = "--resume model.safetensors --log run.jsonl"

  /// A text that is read faster than all built-in names.
  static let names = Corpus.namesText.split(separator: "\n").prefix(200).joined(separator: "\n") + "\n"

  /// A model that takes little time in a debug build, too.
  static let tiny = "--embedding 4 --heads 2 --block-size 4"

  /// Runs the command with these options, in a sitting for each of these numbers of steps and one for the rest.
  init(_ options: String, stops: [Int] = [], in sandbox: Sandbox? = nil) throws {
    self.sandbox = try sandbox ?? Sandbox(["input.txt": SavedRun.names])
    var line = "\(options) \(SavedRun.save)"
    for steps in stops {
      try sit("\(line) --stop-after \(steps)")
      line = SavedRun.resume
    }
    try sit(line)
  }

  /// Adds a sitting.
  @discardableResult
  mutating func sit(_ line: String) throws -> Ending {
    sittings.append(try sandbox.run("train \(line)"))
    return sittings.last!
  }

  /// What it leaves.
  var result: Result {
    get throws { try Result(sandbox, sittings.map(\.output)) }
  }

  /// What a run leaves, which does not depend on when it was stopped.
  struct Result {
    let checkpoint: Data
    /// The checkpoint with the lowest held-out loss, if the run is measured on the way.
    let best: Data?
    let log: String
    /// The lines of all steps.
    let steps: [Substring]
    /// The lines after them in the last sitting: the held-out loss and the samples.
    let end: [Substring]

    init(_ sandbox: Sandbox, _ outputs: [String]) throws {
      checkpoint = try sandbox.bytes("model.safetensors")
      best = try? sandbox.bytes("model.best.safetensors")
      log = try sandbox.read("run.jsonl")
      let lines = outputs.map { $0.split(separator: "\n") }
      steps = lines.joined().filter { $0.hasPrefix("step ") }
      end = (lines.last ?? []).drop { !$0.hasPrefix("num params") }.dropFirst().filter {
        !$0.hasPrefix("step ")
      }
      let known = ["input.txt", "model.safetensors", "model.best.safetensors", "run.jsonl"]
      #expect(try sandbox.files().filter { !known.contains($0) } == [])
    }
  }
}

/// Checks that two runs have left the same.
func expectSame(
  _ result: SavedRun.Result, _ expected: SavedRun.Result, sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(result.checkpoint == expected.checkpoint, sourceLocation: sourceLocation)
  #expect(result.best == expected.best, sourceLocation: sourceLocation)
  expectSameLines(result.log.split(separator: "\n"), expected.log.split(separator: "\n"), sourceLocation)
  #expect(result.log.utf8.elementsEqual(expected.log.utf8), sourceLocation: sourceLocation)
  expectSameLines(result.steps, expected.steps, sourceLocation)
  expectSameLines(result.end, expected.end, sourceLocation)
}

/// Shows the first line that is another one, rather than thousands.
private func expectSameLines(
  _ lines: [Substring], _ expected: [Substring], _ sourceLocation: SourceLocation
) {
  #expect(lines.count == expected.count, sourceLocation: sourceLocation)
  let first = zip(lines, expected).first { $0 != $1 }
  #expect(first?.0 == first?.1, sourceLocation: sourceLocation)
}

/// The checkpoint in a file of the sandbox.
func checkpoint(_ file: String = "model.safetensors", in sandbox: Sandbox) throws -> Checkpoint {
  try Checkpoint(bytes: Array(sandbox.bytes(file)))
}
