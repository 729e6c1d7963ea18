import Foundation
import MicroGPT
import Testing

@testable import MicroGPTCommand

/// `microgpt inspect`: what it says against the checkpoint, and the command line that it prints against the run.
@Suite("microgpt inspect") struct InspectTests {
  @Test("a checkpoint is shown in full")
  func checkpointInFull() throws {
    let run = try SavedRun(
      "\(SavedRun.tiny) --steps 30 --samples 2 --held-out 0.2 --eval-every 10 --patience 5 --seed 3")
    let saved = try checkpoint(in: run.sandbox), model = saved.model
    let bytes = try run.sandbox.bytes("model.safetensors").count
    let best = try #require(saved.evaluations?.best)
    let ending = try run.sandbox.run("inspect model.safetensors")
    let lines = ending.output.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    #expect(ending.code == 0 && ending.error == "")
    #expect(
      lines[0..<7] == [
        "file: model.safetensors, \(size(bytes))", "format: checkpoint, exact arithmetic",
        "vocab size: \(model.tokenizer.vocabularySize), the end of a document and \(model.tokenizer.shown)",
        "sizes: layers 1, embedding 4, heads 2, block_size 4", "num params: \(model.parameters.count)",
        "parameters SHA-256: \(model.parametersSHA256)", "",
      ])
    #expect(split(lines[7]) == ["tensor", "shape", "count", "mean", "std", "largest"])
    let names = lines[8..<17].map { String($0.prefix { $0 != " " }) }
    #expect(names == model.tensorNames)
    #expect(lines[8..<17].allSatisfy { $0.count == lines[7].count })
    #expect(
      Array(lines[17...]) == [
        "", "run: step 30 of 30", "text SHA-256: \(saved.textSHA256!)",
        "held out: 0.2 of the different documents, by seed 3", "measured: every 10 steps, patience 5",
        "lowest held-out loss: \(fixed(best.loss, 4)) after step \(best.step)",
        "sampling: 2 samples, temperature 0.5, streams one",
        "To repeat the run on the same text, if it began with random parameters:",
        "  microgpt train --embedding 4 --heads 2 --block-size 4 --steps 30 --seed 3 --held-out 0.2 "
          + "--eval-every 10 --patience 5 --samples 2 --save model-again.safetensors", "",
      ])
  }

  @Test(
    "the command line that is printed gives the same file",
    arguments: [
      "\(SavedRun.tiny) --steps 20", "\(SavedRun.tiny) --steps 20 --stop-after 7",
      "\(SavedRun.tiny) --steps 40 --held-out 0.3 --eval-every 2 --patience 1 --learning-rate 0.5",
      "\(SavedRun.tiny) --steps 9 --engine fast --batch-size 2 --streams many --temperature 0.25 --samples 1",
      "\(SavedRun.tiny) --steps 0 --layers 2 --schedule cosine --weight-decay 1e-3 --seed 18446744073709551615",
    ])
  func repeating(options: String) throws {
    let sandbox = try Sandbox(["input.txt": SavedRun.names])
    // A name that a shell would take apart.
    let words = split("train --quiet \(options)") + ["--save", "it's mine.safetensors"]
    #expect(try sandbox.run(words).code == 0)
    let shown = try sandbox.run(["inspect", "it's mine.safetensors"]).output
    let line = try #require(shown.split(separator: "\n").last { $0.hasPrefix("  microgpt ") })
    let ending = try sandbox.shell(#""$microgpt" "# + line.dropFirst("  microgpt ".count))
    #expect(ending.code == 0, "\(ending.error)")
    let copy = try sandbox.bytes("it's mine-again.safetensors")
    #expect(try copy == sandbox.bytes("it's mine.safetensors"), "\(line)")
  }

  /// What `--json` prints.
  private struct Report: Decodable {
    struct Tensor: Decodable {
      let name: String
      let shape: [Int]
      let count: Int
      let mean, std, largest: Double
    }
    struct Run: Decodable {
      struct HeldOut: Decodable {
        let share: Double
        let seed: UInt64
      }
      struct Sampling: Decodable {
        let samples: Int
        let temperature: Double
        let streams: String
      }
      let completed_steps: Int
      let text_sha256, command: String?
      let corpus_sha256: String
      let held_out: HeldOut?
      let sampling: Sampling
    }
    struct Sizes: Decodable {
      let layers, embedding, heads, block_size: Int
      let steps: Int?
      let epsilon: Double?
      let seed: UInt64?
      let schedule: String?
    }
    let path, format, characters, parameters_sha256: String
    let arithmetic: String?
    let bytes, vocab_size, parameters: Int
    let configuration: Sizes
    let tensors: [Tensor]
    let run: Run?
  }

  private static func report(_ sandbox: Sandbox) throws -> Report {
    let ending = try sandbox.run("inspect model.safetensors --json")
    #expect(ending.code == 0 && ending.error == "")
    return try JSONDecoder().decode(Report.self, from: Data(ending.output.utf8))
  }

  @Test("the JSON object has every figure of the checkpoint, and the tensors' own")
  func json() throws {
    let run = try SavedRun("\(SavedRun.tiny) --steps 5 --held-out 0.25 --seed 18446744073709551615")
    let saved = try checkpoint(in: run.sandbox), model = saved.model
    let found = try InspectTests.report(run.sandbox)
    #expect(found.path == "model.safetensors" && found.format == "checkpoint" && found.arithmetic == "exact")
    #expect(try found.bytes == run.sandbox.bytes("model.safetensors").count)
    #expect(found.characters.unicodeScalars.elementsEqual(model.tokenizer.characters))
    #expect(found.vocab_size == model.tokenizer.vocabularySize && found.parameters == model.parameters.count)
    #expect(found.parameters_sha256 == model.parametersSHA256)
    #expect(found.configuration.block_size == 4 && found.configuration.steps == 5)
    #expect(found.configuration.epsilon == 1e-8 && found.configuration.schedule == "linear")
    #expect(found.configuration.seed == .max && found.run?.held_out?.seed == .max)
    #expect(found.run?.held_out?.share == 0.25 && found.run?.completed_steps == 5)
    #expect(
      found.run?.corpus_sha256 == saved.state.corpusSHA256 && found.run?.text_sha256 == saved.textSHA256)
    #expect(found.run?.sampling.samples == 20 && found.run?.sampling.streams == "one")
    #expect(found.run?.command?.hasPrefix("microgpt train --embedding 4 ") == true)
    #expect(found.tensors.map(\.name) == model.tensorNames)
    for tensor in found.tensors {
      let values = model[tensor.name]!.values, count = Double(values.count)
      let mean = values.reduce(0, +) / count, square = values.reduce(0) { $0 + $1 * $1 } / count
      #expect(tensor.shape == model[tensor.name]!.shape && tensor.count == values.count)
      #expect(
        abs(tensor.mean - mean) < 1e-15 && abs(tensor.std - (square - mean * mean).squareRoot()) < 1e-12)
      #expect(tensor.largest == values.map(abs).max())
    }
  }

  @Test("--config prints every hyperparameter as the file has it")
  func config() throws {
    let run = try SavedRun("\(SavedRun.tiny) --steps 3 --beta2 0.95")
    let entries = try checkpoint(in: run.sandbox).state.configuration.entries
    #expect(
      try run.sandbox.run("inspect model.safetensors --config")
        == Ending(output: entries.map { "\($0.key) = \($0.text)\n" }.joined()))
  }

  @Test("weights alone have sizes and no run, also from standard input; control characters are escaped")
  func weights() throws {
    let sandbox = try Sandbox()
    var configuration = Configuration()
    (configuration.embedding, configuration.heads, configuration.blockSize) = (4, 2, 3)
    let trainer = try Trainer(corpus: Corpus(documents: ["a\u{1B}b"]), configuration: configuration)
    let model = trainer.model
    let file = Safetensors(
      metadata: [("vocabulary", "\u{1B}ab"), ("heads", "2"), ("format", "pt")],
      tensors: model.tensorNames.map { .init($0, model[$0]!.shape, .float64(model[$0]!.values)) })
    try sandbox.write(file.bytes(), to: "model.safetensors")
    let found = try InspectTests.report(sandbox)
    #expect(found.format == "weights" && found.arithmetic == nil && found.run == nil)
    #expect(found.configuration.embedding == 4 && found.configuration.steps == nil)
    #expect(found.characters == "\u{1B}ab")
    let text = try sandbox.run("inspect model.safetensors").output
    #expect(
      text.contains("\nformat: weights\nvocab size: 4, the end of a document and \\u{1B}ab\nsizes: layers 1,")
    )
    #expect(text.hasSuffix("\n") && !text.contains("run:") && !text.contains("microgpt train"))
    #expect(
      try sandbox.run("inspect model.safetensors --config").output
        == "layers = 1\nembedding = 4\nheads = 2\nblock_size = 3\n")
    let piped = try sandbox.run(["inspect", "-"], input: "\(sandbox.folder)/model.safetensors")
    #expect(piped == Ending(output: text.replacing("file: model.safetensors", with: "file: standard input")))
  }

  @Test(
    "a file that holds no model, and options that exclude each other, are refused",
    arguments: [
      (
        "inspect",
        "'microgpt inspect' needs MODEL. Write 'microgpt inspect MODEL', as in 'microgpt inspect "
          + "model.safetensors'.", Int32(64)
      ),
      (
        "inspect a.safetensors --config --json",
        "'--config' and '--json' are two kinds of output. Leave one of them out.", 64
      ),
      (
        "inspect none.safetensors",
        "'none.safetensors' cannot be read: No such file or directory. Check its name and folder.", 66
      ),
    ])
  func refusals(line: String, message: String, code: Int32) throws {
    #expect(try Sandbox().run(line) == Ending(error: "Error: \(message)\n", code: code))
  }

  @Test("a run whose documents were held out by another seed has no command line")
  func otherSeed() throws {
    let state = try smallTrainer().state
    let same = try Checkpoint(state, heldOut: .init(share: 0.5, seed: state.configuration.seed))
    let other = try Checkpoint(state, heldOut: .init(share: 0.5, seed: state.configuration.seed + 1))
    #expect(same.repeatingWords(savingIn: "-x")?.last == "--save=-x")
    #expect(other.repeatingLine(savingIn: "x") == nil)
  }
}
