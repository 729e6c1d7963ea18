import Foundation
import MicroGPT
import Testing

@testable import MicroGPTCommand

/// The log of whole runs, line by line: of those that succeed and those that fail.
@Suite("Logs of runs") struct RunLogTests {
  private struct Line: Decodable, Equatable {
    var step: Int?
    var loss: Double?
    var parameters_sha256: String?
    var samples: [String]?
  }

  private func lines(_ text: String) throws -> [Line] {
    try text.split(separator: "\n").map { try JSONDecoder().decode(Line.self, from: Data($0.utf8)) }
  }

  @Test("a log has every step's loss, the parameters' hash and the samples, in that order")
  func whole() throws {
    let text = "emma\nolivia\nava\n", sandbox = try Sandbox(["input.txt": text])
    let ending = try sandbox.run(
      "--steps 5 --samples 2 --batch-size 2 --beta1 0.8 --beta2 0.95 --epsilon 1e-5 --log run.jsonl")
    #expect(ending.code == 0)

    var configuration = Configuration()
    (configuration.steps, configuration.batchSize) = (5, 2)
    (configuration.beta1, configuration.beta2, configuration.epsilon) = (0.8, 0.95, 1e-5)
    let trainer = try Trainer(corpus: Corpus(text: text), configuration: configuration)
    var expected: [Line] = []
    while let step = try trainer.step() { expected.append(Line(step: step.number, loss: step.loss)) }
    let sampler = trainer.sampler()
    let samples = try [sampler.sample(), sampler.sample()]
    expected.append(Line(parameters_sha256: trainer.model.parametersSHA256, samples: samples))
    #expect(try lines(sandbox.read("run.jsonl")) == expected)
  }

  @Test("samples with quotes and backslashes are logged as they are")
  func quotes() throws {
    let sandbox = try Sandbox(["input.txt": "\"\\\"\n\\\"\\\n"])
    let ending = try sandbox.run("--steps 3 --samples 10 --log run.jsonl")
    #expect(ending.code == 0)
    let samples = try #require(try lines(sandbox.read("run.jsonl")).last?.samples)
    #expect(samples.joined().contains("\"") && samples.joined().contains("\\"))
    #expect(
      samples
        == ending.output.split(separator: "\n").filter { $0.hasPrefix("sample ") }
        .map { String($0.drop { $0 != ":" }.dropFirst(2)) })
  }

  @Test("the log of a run that fails has the steps up to the failure")
  func failure() throws {
    let sandbox = try Sandbox(["input.txt": "emma\nolivia\nava\n"])
    let ending = try sandbox.run("--steps 5 --learning-rate 1e150 --log run.jsonl")
    #expect(ending.code != 0)
    let found = try lines(sandbox.read("run.jsonl"))
    #expect(found.map(\.step) == [1])
    #expect(found.first?.loss != nil)
  }

  @Test("--log may not name the text to learn from, by whatever path")
  func overwriting() throws {
    let text = "emma\nolivia\nava\n", sandbox = try Sandbox(["input.txt": text])
    for path in ["input.txt", "./input.txt"] {
      let ending = try sandbox.run("--steps 1 --samples 0 --log \(path)")
      #expect(ending.code == 64)
      #expect(ending.output == "")
      #expect(try sandbox.read("input.txt") == text)
    }
  }
}
