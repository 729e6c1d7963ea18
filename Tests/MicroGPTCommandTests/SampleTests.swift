import Foundation
import MicroGPT
import Testing

@testable import MicroGPTCommand

/// `microgpt sample`: the lines of a kept model.
@Suite("Sampling from a file") struct SampleTests {
  /// A run in a model.safetensors of its own, and the samples that it printed.
  struct Kept {
    let sandbox: Sandbox
    let printed: String

    init(_ options: String = "") throws {
      sandbox = try Sandbox(["input.txt": SavedRun.names])
      let ending = try sandbox.run(
        "\(SavedRun.tiny) --steps 40 --samples 5 --quiet --save model.safetensors \(options)")
      #expect(ending.code == 0, "\(ending.error)")
      printed = SampleTests.samples(ending.output)
    }

    /// What `sample` prints.
    func sample(_ options: String = "", file: String = "model.safetensors") throws -> Ending {
      try sandbox.run("sample \(file) \(options)")
    }

    /// The texts that it prints.
    func texts(_ options: String, file: String = "model.safetensors") throws -> [String] {
      let ending = try sample(options, file: file)
      #expect(ending.code == 0 && ending.error == "", "\(ending.error)")
      return SampleTests.texts(ending.output)
    }

    /// The file with the weights alone, as other programs write it.
    func writeWeights(_ parameter: Double? = nil) throws {
      let file = try Safetensors(bytes: Array(sandbox.bytes("model.safetensors")))
      let metadata = file.metadata.filter { ["vocabulary", "heads"].contains($0.key) }
      let model = try checkpoint(in: sandbox).model
      let tensors = file.tensors.filter { model.tensorNames.contains($0.name) }.map { tensor in
        guard let parameter else { return tensor }
        return Safetensors.Tensor(
          tensor.name, tensor.shape, .float64(Array(repeating: parameter, count: tensor.values.count)))
      }
      try sandbox.write(Safetensors(metadata: metadata, tensors: tensors).bytes(), to: "weights.safetensors")
    }
  }

  /// The lines of samples among those that training prints.
  static func samples(_ output: String) -> String {
    output.split(separator: "\n").filter { $0.hasPrefix("sample ") }.map { $0 + "\n" }.joined()
  }

  static func texts(_ output: String) -> [String] {
    output.split(separator: "\n").map { String($0.drop { $0 != ":" }.dropFirst(2)) }
  }

  @Test(
    "without options it prints what training printed",
    arguments: [
      "", "--temperature 0.9", "--temperature 0", "--samples 12", "--samples 0", "--seed 7",
    ], ["", "--streams many", "--engine fast", "--engine fast --streams many"])
  func trained(options: String, engine: String) throws {
    let kept = try Kept("\(options) \(engine)")
    for _ in 0..<2 { #expect(try kept.sample() == Ending(output: kept.printed)) }
  }

  @Test("a model on standard input is the same")
  func standardInput() throws {
    let kept = try Kept()
    #expect(
      try kept.sandbox.shell(#""$microgpt" sample - < model.safetensors"#) == Ending(output: kept.printed))
  }

  @Test("a resumed run's file gives the samples of its last sitting")
  func resumed() throws {
    let kept = try Kept("--stop-after 10")
    let ending = try kept.sandbox.run(
      "train --resume model.safetensors --quiet --samples 3 --temperature 0.7")
    #expect(try kept.sample() == Ending(output: SampleTests.samples(ending.output)))
  }

  @Test("options replace the file's settings one by one, as they would in training")
  func options() throws {
    let kept = try Kept()
    let names = SampleTests.texts(kept.printed)
    #expect(try Array(kept.texts("--samples 8").prefix(5)) == names)
    #expect(try kept.sample("--samples 0") == Ending())
    for options in ["--temperature 0.9", "--streams many", "--streams many --temperature 1.5 --samples 7"] {
      let other = try Kept(options)
      #expect(try kept.sample(options).output == other.printed)
      #expect(other.printed != kept.printed)
    }
  }

  @Test("one stream draws as the library's sampler does, from the file's random numbers or from a seed")
  func oneStream() throws {
    let kept = try Kept(), checkpoint = try checkpoint(in: kept.sandbox)
    for (options, random) in [
      ("", checkpoint.state.random), ("--seed 3", PythonRandom(seed: 3)), ("--seed 0", PythonRandom(seed: 0)),
    ] {
      let sampler = Sampler(checkpoint.model, random: random)
      let expected = try (0..<20).map { _ in try sampler.sample(prompt: "ma", temperature: 0.8) }
      #expect(try kept.texts("--prompt ma --samples 20 --temperature 0.8 \(options)") == expected)
    }
  }

  @Test(
    "many streams draw as the library's batch sampler does, in the file's arithmetic or another",
    arguments: ["exact", "fast"], ["", "--engine exact", "--engine fast"])
  func manyStreams(engine: String, options: String) throws {
    let kept = try Kept("--engine \(engine) --seed 5"), model = try checkpoint(in: kept.sandbox).model
    let arithmetic = try #require(
      Arithmetic(rawValue: options.isEmpty ? engine : String(options.dropFirst(9))))
    for (seed, given) in [(5, ""), (9, "--seed 9")] as [(UInt64, String)] {
      let sampler = try BatchSampler(model, seed: seed, numbers: 0..<300, prompt: "a", engine: arithmetic)
      var expected: [String] = []
      while let document = try sampler.next() { expected.append(document) }
      #expect(try kept.texts("--streams many --prompt a --samples 300 \(options) \(given)") == expected)
    }
  }

  @Test("weights alone are sampled with seed 42, by one stream and by many")
  func weights() throws {
    let kept = try Kept(), file = "weights.safetensors"
    try kept.writeWeights()
    let model = try checkpoint(in: kept.sandbox).model
    let sampler = Sampler(model, random: PythonRandom(seed: 42))
    let expected = try (0..<20).map { _ in try sampler.sample() }
    #expect(try kept.texts("", file: file) == expected)
    #expect(try kept.texts("--seed 42", file: file) == expected)
    #expect(try kept.texts("--seed 43", file: file) != expected)
    let batch = try BatchSampler(model, seed: 42, numbers: 0..<20)
    #expect(try kept.texts("--streams many", file: file).first == batch.next())
  }

  @Test(
    "what cannot be sampled is refused with what to do instead",
    arguments: [
      (
        "--prompt eM1",
        "Character 2 of the prompt 'eM1', 'M' (U+004D), is not in the model's vocabulary: "
          + "abcdefghijklmnopqrstuvwxyz."
      ),
      (
        "--prompt é",
        "Character 1 of the prompt 'é', 'é' (U+00E9), is not in the model's vocabulary: abcdefghijklmnopqrstuvwxyz."
      ),
      (
        "--prompt a\u{1b}",
        "Character 2 of the prompt 'a\\u{1B}', '\\u{1B}' (U+001B), is not in the model's vocabulary: "
          + "abcdefghijklmnopqrstuvwxyz."
      ),
      (
        "--prompt emma",
        "The prompt 'emma' has 4 characters, but this model can continue at most 3. Shorten it."
      ),
      (
        "--engine fast",
        "'--engine fast' needs a stream for each line. Add '--streams many', or leave '--engine fast' out: one "
          + "stream is always exact."
      ),
      ("--seed -1", "'--seed -1' is out of range. Give a whole number, 0 to 18446744073709551615."),
      ("--samples x", "'--samples x' is not a whole number. Write digits only, as in '--samples 20'."),
      ("--temperature -1", "'--temperature -1' is out of range. Give a decimal number, 0 or more."),
      ("--streams two", "'--streams two' is not one of the choices. Give one or many."),
      (
        "other.safetensors",
        "Unexpected argument 'other.safetensors'. Write 'microgpt sample MODEL'; an argument with spaces needs quotes."
      ),
    ])
  func refusals(options: String, message: String) throws {
    let sandbox = try Sandbox(["input.txt": "abcdefghijklmnopqrstuvwxyz\n"])
    _ = try sandbox.run("\(SavedRun.tiny) --steps 1 --samples 0 --quiet --save model.safetensors")
    #expect(
      try sandbox.run("sample model.safetensors \(options)") == Ending(error: "Error: \(message)\n", code: 64)
    )
  }

  @Test("a file that is missing or holds no model is refused")
  func files() throws {
    let kept = try Kept()
    #expect(
      try kept.sandbox.run("sample")
        == Ending(
          error:
            "Error: 'microgpt sample' needs MODEL. Write 'microgpt sample MODEL', as in 'microgpt sample "
            + "model.safetensors'.\n", code: 64))
    #expect(
      try kept.sample(file: "none.safetensors")
        == Ending(
          error:
            "Error: 'none.safetensors' cannot be read: No such file or directory. Check its name and folder.\n",
          code: 66))
    let text = try kept.sample(file: "input.txt")
    #expect(
      text.code == 65 && text.output == "" && text.error.hasPrefix("Error: 'input.txt' cannot be used. "))
  }

  @Test("a model that computes infinities is refused", arguments: ["", "--streams many", "--temperature 0"])
  func notFinite(options: String) throws {
    let kept = try Kept()
    try kept.writeWeights(1e153)
    #expect(
      try kept.sample(options, file: "weights.safetensors")
        == Ending(
          error:
            "Error: The model computes infinities. It was trained too fast: train it again with a smaller "
            + "learning rate.\n", code: 70))
  }

  @Test("a reader that closes the pipe ends it without an error")
  func closedPipe() throws {
    let kept = try Kept()
    let ending = try kept.sandbox.shell(
      #"{ "$microgpt" sample model.safetensors --samples 100000; echo "exit code $?" >&2; } | head -n 1"#)
    #expect(ending.output == kept.printed.prefix { $0 != "\n" } + "\n")
    #expect(ending.error == "exit code 0\n")
  }
}
