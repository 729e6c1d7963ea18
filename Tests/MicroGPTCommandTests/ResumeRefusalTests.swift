import Foundation
import MicroGPT
import Testing

@testable import CommandLineOptions
@testable import MicroGPTCommand

/// Options and files with which a run cannot be resumed, and those with which it can.
@Suite("Refusals to resume") struct ResumeRefusalTests {
  /// An option of a run, its value, and another one.
  struct Given: CustomTestStringConvertible {
    let option, value, other: String
    /// The value in other letters.
    var same: String?

    var testDescription: String { option }
  }

  private static let given = [
    Given(option: "--layers", value: "2", other: "1", same: "02"),
    Given(option: "--embedding", value: "6", other: "9"),
    Given(option: "--heads", value: "3", other: "2"),
    Given(option: "--block-size", value: "5", other: "16"),
    Given(option: "--engine", value: "fast", other: "exact"),
    Given(option: "--batch-size", value: "2", other: "1"),
    Given(option: "--learning-rate", value: "0.02", other: "0.01", same: "2e-2"),
    Given(option: "--schedule", value: "cosine", other: "linear"),
    Given(option: "--beta1", value: "0.8", other: "0.85", same: "0.80"),
    Given(option: "--beta2", value: "0.9", other: "0.99"),
    Given(option: "--epsilon", value: "1e-07", other: "1e-08", same: "0.0000001"),
    Given(option: "--weight-decay", value: "0.25", other: "0.0"),
    Given(option: "--init-std", value: "0.1", other: "0.08"),
    Given(option: "--seed", value: "3", other: "42"),
    Given(option: "--held-out", value: "0.2", other: "0.0", same: "0.20"),
    Given(option: "--eval-every", value: "2", other: "4"),
    Given(option: "--patience", value: "7", other: "1"),
  ]

  /// Two steps of four, with a value for each of these options that is not its default.
  private static func begun() throws -> Sandbox {
    let sandbox = try Sandbox(["input.txt": SavedRun.names])
    let options = given.map { "\($0.option) \($0.value)" }.joined(separator: " ")
    let ending = try sandbox.run("\(options) --steps 4 --stop-after 2 --save model.safetensors")
    #expect(ending.code == 0)
    return sandbox
  }

  /// Checks that a line is refused with a message, and that it leaves the files as they are.
  private func expectRefusal(
    _ line: String, _ message: String, code: Int32 = 64, in sandbox: Sandbox,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let files = try sandbox.files(), contents = try files.map { try sandbox.bytes($0) }
    #expect(
      try sandbox.run("train \(line) --log run.jsonl") == Ending(error: "Error: \(message)\n", code: code),
      sourceLocation: sourceLocation)
    #expect(
      try sandbox.files() == files && files.map { try sandbox.bytes($0) } == contents,
      sourceLocation: sourceLocation)
  }

  @Test("these tests have every option that a run keeps")
  func table() {
    let names = Train.options.filter { ["MODEL", "TRAINING", "MEASURING"].contains($0.key) }
      .flatMap { $0.value.map(\.name) }
    #expect(Set(names) == Set(ResumeRefusalTests.given.map(\.option) + ["--steps"]))
    #expect(Set(names).isSuperset(of: Hyperparameter.all.map(\.option)))
  }

  @Test("a run keeps its options: another value is refused, the same one is not", arguments: given)
  func options(given: Given) throws {
    let sandbox = try ResumeRefusalTests.begun(), resume = "--resume model.safetensors"
    try expectRefusal(
      "\(resume) \(given.option) \(given.other)",
      "'\(given.option) \(given.other)' is not the run's, which is '\(given.option) \(given.value)'. "
        + "Leave it out: a resumed run keeps its options.", in: sandbox)
    for value in [given.value, given.same ?? given.value] {
      #expect(try sandbox.run("\(resume) \(given.option) \(value) --stop-after 1").code == 0)
    }
    #expect(try checkpoint(in: sandbox).state.completedSteps == 4)
  }

  @Test("a run that is not measured on the way does not begin to be")
  func measuring() throws {
    let sandbox = try Sandbox(["input.txt": SavedRun.names])
    _ = try sandbox.run("\(SavedRun.tiny) --steps 2 --stop-after 1 --save model.safetensors")
    let advice = "Leave it out: a resumed run keeps its options."
    try expectRefusal(
      "--resume model.safetensors --held-out 0.1",
      "'--held-out 0.1' is not the run's, which is '--held-out 0.0'. \(advice)", in: sandbox)
    for option in ["--eval-every 1", "--patience 1"] {
      try expectRefusal(
        "--resume model.safetensors \(option)", "'\(option)' is not one of the run's options. \(advice)",
        in: sandbox)
    }
    #expect(try sandbox.run("--resume model.safetensors --held-out 0").code == 0)
  }

  @Test("options that do not change the parameters are free")
  func free() throws {
    let sandbox = try ResumeRefusalTests.begun()
    let whole = try ResumeRefusalTests.begun()
    #expect(try whole.run("--resume model.safetensors").code == 0)
    let ending = try sandbox.run(
      "--resume model.safetensors --steps 4 --samples 1 --temperature 0.9 --streams many --quiet --color always "
        + "--offline --force --log run.jsonl --save other.safetensors --save-every 1 --stop-after 2 --data input.txt"
    )
    #expect(ending.code == 0 && ending.error == "")
    #expect(ending.output.split(separator: "\n").filter { $0.hasPrefix("sample ") }.count == 1)
    #expect(
      try checkpoint("other.safetensors", in: sandbox).state
        == checkpoint("model.safetensors", in: whole).state)
  }

  @Test("fewer steps than the run began with are refused, as many are not")
  func steps() throws {
    let sandbox = try ResumeRefusalTests.begun()
    for steps in [0, 2, 3] {
      try expectRefusal(
        "--resume model.safetensors --steps \(steps)",
        "'--steps \(steps)' is fewer than the 4 that the run was started with. "
          + "Give more, or end this sitting early with '--stop-after N'.", in: sandbox)
    }
    #expect(try sandbox.run("--resume model.safetensors --steps 4").code == 0)
  }

  @Test("another text is refused, the same one is not, whatever its name")
  func text() throws {
    let sandbox = try ResumeRefusalTests.begun()
    try sandbox.write(SavedRun.names + "\n", to: "other.txt")
    try expectRefusal(
      "--resume model.safetensors --data other.txt",
      "'--data other.txt' is not the text of the run in 'model.safetensors': the bytes have another "
        + "SHA-256. Name that text, or use '--init-from model.safetensors' to learn from this one.",
      in: sandbox)
    try sandbox.write(SavedRun.names, to: "same.txt")
    try sandbox.write("emma\n", to: "input.txt")
    try expectRefusal(
      "--resume model.safetensors",
      "The text that was found, input.txt, is not the text of the run in 'model.safetensors': the bytes have another "
        + "SHA-256. Name its text with --data.", code: 65, in: sandbox)
    #expect(try sandbox.run("--resume model.safetensors --data same.txt --stop-after 1").code == 0)
    let input = "\(sandbox.folder)/same.txt"
    #expect(try sandbox.run(split("--resume model.safetensors --data -"), input: input).code == 0)
  }

  @Test("a file that cannot be opened is refused with its name", arguments: ["--resume", "--init-from"])
  func unreadable(option: String) throws {
    let sandbox = try Sandbox(["input.txt": SavedRun.names])
    for (path, problem) in [
      ("missing", "No such file or directory. Check its name and folder."),
      (".", "Is a directory. Name a file, such as one inside."),
    ] {
      try expectRefusal(
        "\(option) \(path)", "'\(path)' cannot be read: \(problem)", code: 66, in: sandbox)
    }
  }

  @Test(
    "a file that is not a checkpoint is refused with what is wrong", arguments: ["--resume", "--init-from"])
  func damaged(option: String) throws {
    let sandbox = try ResumeRefusalTests.begun(), bytes = try sandbox.bytes("model.safetensors")
    var header = bytes, digit = bytes
    header[7] = 0xFF
    let seed = try #require(bytes.range(of: Data("\"embedding\":\"6\"".utf8)))
    digit[seed.upperBound - 2] = UInt8(ascii: "7")
    for damaged in [
      Data(), Data("emma\nolivia\n".utf8), bytes.dropLast(), bytes + [0], bytes.prefix(100), header, digit,
      Data(repeating: 0xFF, count: 5000),
    ] {
      try sandbox.write(damaged, to: "damaged")
      let ending = try sandbox.run("\(option) damaged --log run.jsonl")
      #expect(ending.code == 65 && ending.output == "")
      #expect(ending.error.hasPrefix("Error: 'damaged' cannot be used. "), "\(ending.error)")
      #expect(ending.error.split(separator: "\n").count == 1)
    }
    #expect(try sandbox.files().contains("run.jsonl") == false)
  }

  @Test("a run cannot be resumed and begun at once")
  func both() throws {
    let sandbox = try ResumeRefusalTests.begun()
    try expectRefusal(
      "--resume model.safetensors --init-from model.safetensors",
      "'--resume' goes on with a run and '--init-from' begins a new one. Leave one of them out.", in: sandbox)
  }
}

/// New runs that begin with a model's weights.
@Suite("Runs from weights") struct InitialWeightsTests {
  /// A sandbox with a model of two layers and the names' characters, as another program would write it.
  private func sandbox() throws -> Sandbox {
    let sandbox = try Sandbox(["input.txt": SavedRun.names])
    let sizes = "--layers 2 --embedding 6 --heads 3 --block-size 5"
    #expect(try sandbox.run("\(sizes) --steps 3 --samples 0 --save model.safetensors").code == 0)
    var file = try Safetensors(bytes: Array(sandbox.bytes("model.safetensors")))
    file.tensors.removeAll { $0.name.hasPrefix("adam.") }
    file.metadata.removeAll { !["vocabulary", "heads"].contains($0.key) }
    try sandbox.write(file.bytes(), to: "weights.safetensors")
    return sandbox
  }

  @Test(
    "a run from weights takes their sizes and is the library's, with a new optimizer, on any text",
    arguments: Arithmetic.allCases)
  func library(engine: Arithmetic) throws {
    let sandbox = try sandbox(), text = "ada\nalana\nalia\n"
    try sandbox.write(text, to: "other.txt")
    let line = "--data other.txt --engine \(engine.rawValue) --steps 9 --seed 5 --samples 1"
    let ending = try sandbox.run("\(line) --init-from weights.safetensors --save new.safetensors")
    #expect(ending.error.contains("Starting with the weights in weights.safetensors.\n"))

    let model = try Model(safetensors: Array(sandbox.bytes("weights.safetensors")))
    var configuration = model.configuration
    (configuration.steps, configuration.seed) = (9, 5)
    let trainer = try Trainer(
      model: model, corpus: Corpus(text: text), configuration: configuration, engine: engine)
    try trainer.train()
    #expect(try checkpoint("new.safetensors", in: sandbox).state == trainer.state)
    #expect(try ending.output.hasSuffix("\nsample  1: \(trainer.sampler().sample())\n"))

    // A checkpoint's weights are a model, too.
    let again = try sandbox.run(
      "\(line) --init-from model.safetensors --layers 2 --embedding 6 --heads 3 --block-size 5")
    #expect(again.output == ending.output && again.code == 0)
  }

  @Test("a run from weights can be resumed, and its file replaced only by --force")
  func resumed() throws {
    let sandbox = try sandbox(), line = "--init-from weights.safetensors --steps 9 --samples 2"
    let whole = try sandbox.run("\(line) --save whole.safetensors")
    _ = try sandbox.run("\(line) --save new.safetensors --stop-after 4")
    let rest = try sandbox.run("--resume new.safetensors")
    #expect(try sandbox.bytes("new.safetensors") == sandbox.bytes("whole.safetensors"))
    #expect(rest.output.split(separator: "\n").suffix(3) == whole.output.split(separator: "\n").suffix(3))

    let onto = "--init-from new.safetensors --save new.safetensors --steps 1"
    #expect(try sandbox.run(onto).code == 73)
    #expect(try sandbox.bytes("new.safetensors") == sandbox.bytes("whole.safetensors"))
    #expect(try sandbox.run("\(onto) --force").code == 0)
    #expect(try checkpoint("new.safetensors", in: sandbox).state.completedSteps == 1)
  }

  @Test(
    "other sizes than the weights' are refused",
    arguments: [
      ("--layers 1", "--layers 2"), ("--embedding 9", "--embedding 6"), ("--heads 2", "--heads 3"),
      ("--block-size 16", "--block-size 5"),
    ])
  func sizes(option: String, size: String) throws {
    #expect(
      try sandbox().run("--init-from weights.safetensors \(option)")
        == Ending(
          error: "Error: '\(option)' is not the model's size: '\(size)'. "
            + "Leave it out: the sizes are those of the weights.\n", code: 64))
  }

  @Test("a character that the model does not know is refused before the run")
  func characters() throws {
    let sandbox = try sandbox()
    try sandbox.write("ada\nnoé\n", to: "input.txt")
    let characters = try Tokenizer(Corpus(text: SavedRun.names)).characters
    let vocabulary = String(String.UnicodeScalarView(characters))
    #expect(
      try sandbox.run("--init-from weights.safetensors --save new.safetensors --log run.jsonl")
        == Ending(
          error: "Error: Document 2 of input.txt has 'é' (U+00E9), which is not in the vocabulary of "
            + "weights.safetensors: \(vocabulary). Change the text, or train a new model on it.\n", code: 65))
    #expect(try sandbox.files() == ["input.txt", "model.safetensors", "weights.safetensors"])
  }
}
