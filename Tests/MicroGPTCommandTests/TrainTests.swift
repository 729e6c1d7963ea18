import Foundation
import MicroGPT
import Testing

@testable import MicroGPTCommand

/// Whole runs: what the reference prints, letter for letter, and a log with its numbers, bit for bit.
@Suite("microgpt train") struct TrainTests {
  @Test(
    "a run prints the reference's lines and logs its bits, at every instruction set",
    arguments: ReferenceRun.Case.fixtures, instructionChoices)
  func fixtures(golden: ReferenceRun.Case, instructions: String) throws {
    try check(golden, instructions)
  }

  @Test(
    "runs on the makemore names and on Unicode do the same",
    .enabled(if: sharedFolder != nil, "MICROGPT_SHARED is not set: the makemore names are not here."),
    arguments: ReferenceRun.Case.shared, instructionChoices)
  func shared(golden: ReferenceRun.Case, instructions: String) throws { try check(golden, instructions) }

  @Test(
    "the default run on the makemore names prints what microgpt.py printed",
    .enabled(if: sharedFolder != nil, "MICROGPT_SHARED is not set: the makemore names are not here."))
  func makemore() throws {
    let ending = try Sandbox().run(["--data", "\(sharedFolder!)/names.txt"])
    let printed = try Data(contentsOf: URL(fileURLWithPath: "\(sharedFolder!)/golden/names-1000.stdout"))
    #expect(ending.output.utf8.elementsEqual(printed))
    #expect(
      timeless(ending.error) == """
        Learning from 32,033 documents of \(sharedFolder!)/names.txt.
        1,000 steps in T, N steps/s. Smoothed loss 2.30; 3.30 is guessing.

        """)
    #expect(ending.code == 0)
  }

  @Test("the train subcommand and no subcommand give the same run")
  func defaultSubcommand() throws {
    let sandbox = try Sandbox(["input.txt": "emma\nolivia\nava\n"])
    let options = "--steps 20 --samples 3"
    #expect(try sandbox.run(options).output == sandbox.run("train \(options)").output)
  }

  /// Debug builds train through the specification, which takes one document at a time and other amounts of memory.
  static var isDebug: Bool {
    #if DEBUG
      true
    #else
      false
    #endif
  }

  @Test(
    "a large run says beforehand how much memory it takes, a small one does not",
    .disabled(if: isDebug, "A debug build takes other amounts of memory."))
  func memory() throws {
    // One document fills each of the blocks.
    let sandbox = try Sandbox(["input.txt": "emma\nolivia\n\(String(repeating: "ava", count: 166))a\n"])
    let line = "--steps 0 --samples 0 --engine fast --batch-size 64"
    let remark = "Learning from 3 documents of input.txt.\n"
    var configuration = Configuration()
    (configuration.batchSize, configuration.blockSize) = (64, 500)
    let bytes = try #require(configuration.trainingMemory(vocabularySize: 8, engine: .fast))
    #expect(
      try sandbox.run("\(line) --block-size 100").error
        == remark + "1 document is longer than --block-size 100 allows and will be cut.\n")
    #expect(
      try sandbox.run("\(line) --block-size 500").error
        == remark + "Training takes \(size(bytes)) of memory.\n")
    #expect(try sandbox.run("\(line) --block-size 500 --quiet").error == "")

    // Saving takes parameters and moments as doubles and as floats; resuming has them as doubles once more.
    let count = try #require(configuration.parameterCount(vocabularySize: 8))
    let saved = try sandbox.run("\(line) --block-size 500 --save model.safetensors").error
    #expect(saved.contains("Training takes \(size(bytes + 36 * count)) of memory.\n"), "\(saved)")
    let resumed = try sandbox.run("--resume model.safetensors").error
    #expect(resumed.contains("Training takes \(size(bytes + 60 * count)) of memory.\n"), "\(resumed)")
  }

  @Test(
    "held-out documents are counted, not trained on and measured on, in print and in the log",
    arguments: ["exact", "fast"])
  func heldOut(engine: String) throws {
    let names = "emma\nolivia\nava\nmia\nava\nzoe\nlea\nida\n", sandbox = try Sandbox(["input.txt": names])
    let ending = try sandbox.run(
      "--held-out 0.3 --seed 7 --engine \(engine) --batch-size 2 --steps 9 --samples 2 --log run.jsonl")

    var configuration = Configuration()
    (configuration.batchSize, configuration.steps, configuration.seed) = (2, 9, 7)
    let halves = try Corpus(text: names).split(holdingOut: 0.3, seed: 7)
    let trainer = try Trainer(
      corpus: halves.training, configuration: configuration,
      engine: #require(Arithmetic(rawValue: engine)))
    var lines = """
      num docs: \(halves.training.count)
      held-out docs: 2
      vocab size: 10
      num params: 3648

      """
    try trainer.train { step in
      lines += String(format: "step %4d /    9 | loss %.4f\n", step.number, step.loss)
      return .continue
    }
    let found = try trainer.evaluate(halves.heldOut), sampler = trainer.sampler()
    lines += String(format: "held-out loss: %.4f (per token: %.4f)\n", found.loss, found.lossPerToken)
    lines += "\n--- inference (new, hallucinated names) ---\n"
    for number in 1...2 { lines += try "sample  \(number): \(sampler.sample())\n" }
    #expect(ending.output == lines)
    #expect(
      timeless(ending.error).hasPrefix(
        "Learning from 6 documents of input.txt.\n2 documents are held out, to measure on.\n"))
    #expect(ending.code == 0)

    let log = try sandbox.read("run.jsonl").split(separator: "\n")
    try #require(log.count == 11)
    let logged = try JSONDecoder().decode([String: Double].self, from: Data(log[9].utf8))
    #expect(
      logged == [
        "held_out_loss": found.loss, "held_out_loss_per_token": found.lossPerToken, "held_out_documents": 2,
      ])
    #expect(log[10].contains(trainer.model.parametersSHA256))
  }

  @Test("the schedule and the weight decay are those of the library", arguments: Schedule.allCases)
  func schedule(schedule: Schedule) throws {
    let sandbox = try Sandbox(["input.txt": "emma\nolivia\nava\n"])
    _ = try sandbox.run("--schedule \(schedule) --weight-decay 0.3 --steps 8 --samples 0 --log run.jsonl")
    var configuration = Configuration()
    (configuration.steps, configuration.schedule, configuration.weightDecay) = (8, schedule, 0.3)
    let trainer = try Trainer(corpus: Corpus(text: "emma\nolivia\nava"), configuration: configuration)
    try trainer.train()
    #expect(try sandbox.read("run.jsonl").contains(trainer.model.parametersSHA256))
  }

  @Test("many streams give each sample its own, however many there are", arguments: ["exact", "fast"])
  func manyStreams(engine: String) throws {
    let sandbox = try Sandbox(["input.txt": "emma\nolivia\nava\nzoé\nsophia\n"])
    let options = "--steps 30 --engine \(engine) --temperature 0.9 --quiet"
    func samples(_ options: String) throws -> [Substring] {
      let ending = try sandbox.run(options)
      #expect(ending.code == 0 && ending.error == "")
      return ending.output.split(separator: "\n").filter { $0.hasPrefix("sample ") }
    }
    let all = try samples("\(options) --streams many --samples 1200 --log many.jsonl")
    #expect(all.count == 1200)
    for (number, line) in all.enumerated() {
      #expect(line.hasPrefix(String(format: "sample %2d: ", number + 1)))
    }
    let some = Array(all.prefix(15)), one = try samples("\(options) --samples 15")
    #expect(try samples("\(options) --streams many --samples 15") == some)
    #expect(try samples("\(options) --streams many --samples 15 --seed 1") != some)
    #expect(try samples("\(options) --streams one --samples 15") == one)
    #expect(one != some)

    let last = try #require(try sandbox.read("many.jsonl").split(separator: "\n").last)
    let logged = try JSONDecoder().decode(LoggedEnd.self, from: Data(last.utf8))
    #expect(logged.samples == all.map { String($0.drop { $0 != ":" }.dropFirst(2)) })
  }

  #if os(Linux)
    @Test(
      "a million samples with a log take no more memory than twenty",
      arguments: ["--streams many --engine fast", "--streams one --engine fast"])
    func sampleMemory(options: String) throws {
      // The limit is on the memory that a process may write to, in KB; code and stack are extra.
      let ending = try Sandbox(["input.txt": "emma\nolivia\nava\n"]).shell(
        "ulimit -d 50000 && \"$microgpt\" --quiet --steps 50 --log log.jsonl --samples 1000000 \(options)"
          + " | tail -n 1 && tail -n 1 log.jsonl | head -c 23")
      #expect(ending.output.hasPrefix("sample 1000000: "), "\(ending.output)\(ending.error)")
      #expect(ending.output.hasSuffix("\n{\"parameters_sha256\": \""), "\(ending.output)\(ending.error)")
    }
  #endif

  @Test("results in a file can be followed before a buffer is full")
  func following() throws {
    let sandbox = try Sandbox(["input.txt": "emma\nolivia\nava\n"])
    let child = try sandbox.start("--embedding 64 --steps 1000000000", output: "results")
    let deadline = Date(timeIntervalSinceNow: 30)
    var seen = ""
    while !seen.contains("loss"), Date() < deadline { seen = (try? sandbox.read("results")) ?? "" }
    try child.stop()
    #expect(seen.contains("loss") && seen.utf8.count < 65_536)
  }

  private func check(_ golden: ReferenceRun.Case, _ instructions: String) throws {
    let run = try golden.load(), sandbox = try Sandbox()
    let ending = try sandbox.run(
      ["train", "--data", golden.data, "--log", "run.jsonl", "--color", "always"] + run.options,
      environment: ["MICROGPT_ISA": instructions])
    // As bytes, because strings compare "E" with U+0301 equal to "É".
    #expect(Array(ending.output.utf8) == Array(run.lines.utf8), "\(ending.output)\n\(run.lines)")
    #expect(!ending.error.contains("\u{1b}"))
    #expect(ending.code == 0)

    var lines = try sandbox.read("run.jsonl").utf8.split(separator: UInt8(ascii: "\n")).map { Data($0) }
    let last = try JSONDecoder().decode(LoggedEnd.self, from: lines.popLast() ?? Data())
    let steps = try lines.map { try JSONDecoder().decode(LoggedStep.self, from: $0) }
    #expect(steps.map(\.step) == run.losses.indices.map { $0 + 1 })
    #expect(steps.map(\.loss.bitPattern) == run.losses.map(\.bitPattern))
    #expect(last.parametersSHA256 == run.parametersSHA256)
    #expect(last.samples.map { Array($0.utf8) } == run.samples.map { Array($0.utf8) })
  }

  private struct LoggedStep: Decodable {
    let step: Int
    let loss: Double
  }

  private struct LoggedEnd: Decodable {
    let parametersSHA256: String
    let samples: [String]

    enum CodingKeys: String, CodingKey {
      case samples
      case parametersSHA256 = "parameters_sha256"
    }
  }
}

/// The values of MICROGPT_ISA on this machine; the empty one selects the widest set.
let instructionChoices = [""] + InstructionSet.available.map { $0.rawValue }

/// A run of the reference, as recorded by the oracle.
struct ReferenceRun: Decodable {
  /// The options of this command for the run.
  let options: [String]
  /// What the reference prints.
  let lines: String
  let losses: [Double]
  let parametersSHA256: String
  let samples: [String]

  private enum Key: String, CodingKey {
    case config, chars, losses, samples
    case documents = "num_docs"
    case parameters = "num_params"
    case parametersSHA256 = "params_sha256"
  }

  private struct Settings: Decodable {
    let steps, layers, embd, heads, block, samples: Int
    let seed: UInt64
    let std, lr, beta1, beta2, eps, temperature: Double
  }

  init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: Key.self)
    let settings = try values.decode(Settings.self, forKey: .config)
    options = [
      "--steps", "\(settings.steps)", "--layers", "\(settings.layers)", "--embedding", "\(settings.embd)",
      "--heads", "\(settings.heads)", "--block-size", "\(settings.block)", "--seed", "\(settings.seed)",
      "--init-std", "\(settings.std)", "--learning-rate", "\(settings.lr)", "--beta1", "\(settings.beta1)",
      "--beta2", "\(settings.beta2)", "--epsilon", "\(settings.eps)",
      "--temperature", "\(settings.temperature)", "--samples", "\(settings.samples)",
    ]
    // In the format of Python's `float.hex`.
    losses = try values.decode([String].self, forKey: .losses).map { text in
      guard let loss = Double(text) else {
        throw DecodingError.dataCorruptedError(forKey: .losses, in: values, debugDescription: text)
      }
      return loss
    }
    parametersSHA256 = try values.decode(String.self, forKey: .parametersSHA256)
    samples = try values.decode([String].self, forKey: .samples)

    let vocabularySize = try values.decode(String.self, forKey: .chars).unicodeScalars.count + 1
    var lines = """
      num docs: \(try values.decode(Int.self, forKey: .documents))
      vocab size: \(vocabularySize)
      num params: \(try values.decode(Int.self, forKey: .parameters))

      """
    for (index, loss) in losses.enumerated() {
      lines += String(format: "step %4d / %4d | loss %.4f\n", index + 1, settings.steps, loss)
    }
    lines += "\n--- inference (new, hallucinated names) ---\n"
    for (index, sample) in samples.enumerated() {
      lines += String(format: "sample %2d: ", index + 1) + sample + "\n"
    }
    self.lines = lines
  }

  /// The files of a run and of the text that it learns.
  struct Case: CustomTestStringConvertible, Sendable {
    let json, data: String

    var testDescription: String {
      URL(fileURLWithPath: json).deletingPathExtension().lastPathComponent
    }

    func load() throws -> ReferenceRun {
      try JSONDecoder().decode(ReferenceRun.self, from: Data(contentsOf: URL(fileURLWithPath: json)))
    }

    /// The runs of this repository's `Tests/Fixtures`; a run is named after its text.
    static let fixtures: [Case] = {
      let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      let folder = tests.appendingPathComponent("Fixtures").path
      let files = try? FileManager.default.contentsOfDirectory(atPath: folder)
      return (files ?? []).filter { $0.hasSuffix(".json") }.sorted().map { json in
        Case(json: "\(folder)/\(json)", data: "\(folder)/\(json.prefix { $0 != "-" }).txt")
      }
    }()

    /// The runs of the folder that `MICROGPT_SHARED` names; none if it is not set.
    static var shared: [Case] {
      guard let sharedFolder else { return [] }
      let names = [
        "names-1000", "names-0-trace-emma", "names-30-layers2-trace-isabella",
        "names-40-layers2-embd32-block8-seed7", "unicode-25",
      ]
      return names.map { name in
        Case(
          json: "\(sharedFolder)/golden/\(name).json",
          data: "\(sharedFolder)/\(name.hasPrefix("names") ? "names.txt" : "golden/unicode.txt")")
      }
    }
  }
}
