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
    "one stream draws in the arithmetic that is asked for, with any memory", arguments: ["exact", "fast"])
  func oneStreamEngine(engine: String) throws {
    let kept = try Kept("--engine fast"), checkpoint = try checkpoint(in: kept.sandbox)
    let arithmetic = try #require(Arithmetic(rawValue: engine))
    let sampler = Sampler(checkpoint.model, random: checkpoint.state.random, engine: arithmetic)
    let expected = try (0..<300).map { _ in try sampler.sample(temperature: 0.9) }
    for memory in ["", "--memory 0", "--memory 64"] {
      #expect(
        try kept.texts("--samples 300 --temperature 0.9 --engine \(engine) \(memory)") == expected,
        "\(memory)")
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
      ("--seed -1", "'--seed -1' is out of range. Give a whole number, 0 to 18446744073709551615."),
      ("--samples x", "'--samples x' is not a whole number. Write digits only, as in '--samples 20'."),
      ("--temperature -1", "'--temperature -1' is out of range. Give a decimal number, 0 or more."),
      ("--streams two", "'--streams two' is not one of the choices. Give one or many."),
      (
        "--length 4 --prompt emma",
        "The prompt 'emma' has 4 characters, but with '--length 4' there is room for at most 3. Shorten it."
      ),
      (
        "--length 9 --streams many",
        "'--length 9' needs one stream. Add '--streams one', or leave '--length 9' out."
      ),
      (
        "--memory 0 --streams many",
        "'--memory 0' needs one stream. Add '--streams one', or leave '--memory 0' out."
      ),
      ("--memory 4097", "'--memory 4097' is out of range. Give a whole number, 0 to 4096."),
      ("--length 0", "'--length 0' is out of range. Give a whole number, 1 or more."),
      ("--top-k 0", "'--top-k 0' is out of range. Give a whole number, 1 or more."),
      ("--top-p 0", "'--top-p 0' is out of range. Give a decimal number, more than 0, at most 1."),
      ("--top-p 1.5", "'--top-p 1.5' is out of range. Give a decimal number, more than 0, at most 1."),
      ("--min-p 2", "'--min-p 2' is out of range. Give a decimal number, 0 to 1."),
      (
        "--prompt a --prompts input.txt",
        "'--prompt' and '--prompts' exclude each other. Give one of them."
      ),
      (
        "--data input.txt",
        "'--data' and '--offline' find the text for '--unique'. Add it, or leave them out."
      ),
      ("--prompts - --unique --data -", "Standard input can be only one of the files. Name the others."),
      (
        "--unique --data model.safetensors",
        "'--data model.safetensors' is not the text of the run in 'model.safetensors': the bytes have another "
          + "SHA-256. Name that text."
      ),
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

  // MARK: - Probabilities and lengths

  @Test(
    "filters and length are the library's", arguments: ["--top-k 3", "--top-p 0.6", "--min-p 0.4 --top-k 9"])
  func filters(options: String) throws {
    let kept = try Kept("--seed 5"), checkpoint = try checkpoint(in: kept.sandbox)
    let filter =
      switch options {
      case "--top-k 3": try TokenFilter(topK: 3)
      case "--top-p 0.6": try TokenFilter(topP: 0.6)
      default: try TokenFilter(topK: 9, minP: 0.4)
      }
    for length in [2, 4, 11] {
      let sampler = Sampler(checkpoint.model, random: PythonRandom(seed: 1))
      let expected = try (0..<30).map { _ in
        try sampler.sample(prompt: "a", temperature: 1.5, filter: filter, length: length)
      }
      #expect(
        try kept.texts("--samples 30 --temperature 1.5 --prompt a --seed 1 --length \(length) \(options)")
          == expected)
      #expect(expected.contains { $0.count == length })
    }
    let batch = try BatchSampler(
      checkpoint.model, seed: 5, numbers: 0..<30, temperature: 1.5, filter: filter, engine: .fast)
    var expected: [String] = []
    while let document = try batch.next() { expected.append(document) }
    #expect(
      try kept.texts("--samples 30 --temperature 1.5 --streams many --engine fast \(options)") == expected)
  }

  @Test("each line of a file is a prompt, and the random numbers go on from one to the next")
  func prompts() throws {
    let kept = try Kept("--seed 5"), checkpoint = try checkpoint(in: kept.sandbox)
    try kept.sandbox.write(" ma\r\n\nj\n", to: "prompts.txt")
    let sampler = Sampler(checkpoint.model, random: checkpoint.state.random)
    let expected = try ["ma", "ma", "ma", "j", "j", "j"].map { try sampler.sample(prompt: $0) }
    #expect(try kept.texts("--prompts prompts.txt --samples 3") == expected)
    #expect(
      try kept.sandbox.shell(#""$microgpt" sample model.safetensors --prompts - --samples 3 < prompts.txt"#)
        == kept.sample("--prompts prompts.txt --samples 3"))
    #expect(try kept.sample("--prompts prompts.txt --samples 0") == Ending())
    let many = try kept.texts("--prompts prompts.txt --samples 3 --streams many")
    for (prompt, numbers) in [("ma", 0..<3), ("j", 3..<6)] {
      let batch = try BatchSampler(checkpoint.model, seed: 5, numbers: numbers, prompt: prompt)
      for number in numbers { #expect(try many[number] == batch.next()) }
    }
  }

  @Test("prompts that cannot be used are refused before anything is printed")
  func promptRefusals() throws {
    let kept = try Kept()
    for (text, message, code) in [
      (
        " \n",
        "There is nothing to begin lines with in prompts.txt: every line is blank. Put a prompt on each line.",
        65
      ),
      (
        "a\nemma\n", "The prompt 'emma' has 4 characters, but this model can continue at most 3. Shorten it.",
        64
      ),
    ] as [(String, String, Int32)] {
      try kept.sandbox.write(text, to: "prompts.txt")
      #expect(try kept.sample("--prompts prompts.txt") == Ending(error: "Error: \(message)\n", code: code))
    }
    try kept.sandbox.write([97, 10, 255], to: "prompts.txt")
    #expect(
      try kept.sample("--prompts prompts.txt")
        == Ending(
          error:
            "Error: Line 2 of prompts.txt is not valid UTF-8. Save the text with the encoding UTF-8 and try "
            + "again.\n", code: 65))
    #expect(try kept.sample("--prompts none.txt").code == 66)
  }

  // MARK: - New lines

  @Test("--unique prints lines that are neither in the text nor printed before, and counts the others")
  func unique() throws {
    let kept = try Kept(), names = Set(SavedRun.names.split(separator: "\n").map(String.init))
    let all = try kept.texts("--samples 500 --temperature 0.3 --prompt a")
    var seen: Set<String> = [], new: [String] = []
    for text in all where !names.contains(text) && seen.insert(text).inserted { new.append(text) }
    let known = all.count { names.contains($0) }
    try #require(known > 1 && new.count > 1 && all.count - known - new.count > 1)
    for options in ["", "--data input.txt"] {
      let ending = try kept.sample("--samples 500 --temperature 0.3 --prompt a --unique \(options)")
      #expect(SampleTests.texts(ending.output) == new)
      #expect(
        ending.error == "Of 500 samples, \(known) are in input.txt, \(new.count) are new, and "
          + "\(500 - known - new.count) repeat new ones.\n")
    }
    #expect(
      try kept.sample("--samples 0 --unique").error
        == "Of 0 samples, 0 are in input.txt, 0 are new, and 0 repeat new ones.\n")
  }

  @Test("--unique claims nothing without the text that the model has learned")
  func uniqueText() throws {
    let kept = try Kept()
    try kept.writeWeights()
    #expect(
      try kept.sample("--unique", file: "weights.safetensors")
        == Ending(
          error:
            "Error: 'weights.safetensors' does not say which text its model has learned. Name the text with "
            + "--data.\n", code: 64))
    #expect(try kept.sample("--unique --data input.txt", file: "weights.safetensors").code == 0)
    try kept.sandbox.write("emma\n", to: "input.txt")
    #expect(
      try kept.sample("--unique")
        == Ending(
          error:
            "Error: The text that was found, input.txt, is not the text of the run in 'model.safetensors': the "
            + "bytes have another SHA-256. Name its text with --data.\n", code: 65))
  }

  // MARK: - Output

  /// A model for which all of a, b, c and the end are equally probable.
  private func equal() throws -> Kept {
    let kept = try Kept()
    try kept.sandbox.write("cab\n", to: "abc.txt")
    _ = try kept.sandbox.run(
      "--data abc.txt --init-std 0 --steps 0 --samples 0 --quiet --block-size 3 --save equal.safetensors")
    return kept
  }

  @Test("an explanation shows the candidates, the chosen one and its surprise")
  func explain() throws {
    let ending = try equal().sample("--explain --seed 3 --samples 2", file: "equal.safetensors")
    #expect(ending == Ending(output: explanation))
    #expect(ending.output.split(separator: "\n").allSatisfy { $0.count <= 80 })
  }

  @Test("JSON has the same lines, one object each")
  func json() throws {
    let sandbox = try Sandbox(["input.txt": "a\"b\\c\u{7}d\n\"\\\n"])
    _ = try sandbox.run("\(SavedRun.tiny) --steps 20 --samples 0 --quiet --save model.safetensors")
    let plain = try sandbox.run("sample model.safetensors --samples 50")
    let lines = try sandbox.run("sample model.safetensors --samples 50 --json").output.split(separator: "\n")
    let objects = try lines.map { try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any] }
    #expect(objects.map { $0?["text"] as? String } == SampleTests.texts(plain.output))
    #expect(objects.map { $0?["sample"] as? Int } == (1...50).map { $0 })
    #expect(objects.allSatisfy { $0?.count == 2 })
  }

  @Test("JSON with an explanation has each token, its probability and surprise, and the candidates")
  func jsonExplained() throws {
    let kept = try Kept(), model = try checkpoint(in: kept.sandbox).model
    let options = "--samples 20 --temperature 0.8 --prompt ma --length 9 --top-k 9"
    let texts = try kept.texts(options), sampler = Sampler(model, random: PythonRandom(seed: 0))
    let lines = try kept.sample("\(options) --json --explain").output.split(separator: "\n")
    #expect(lines.count == 20)
    for (text, line) in zip(texts, lines) {
      let object = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
      let tokens = try #require(object["tokens"] as? [[String: Any]])
      #expect(object["text"] as? String == text && object["prompt"] as? String == "ma")
      var prefix = "ma"
      for token in tokens {
        let probabilities = try sampler.probabilities(
          after: prefix, temperature: 0.8, filter: TokenFilter(topK: 9))
        let name = token["token"] as? String
        let index = name.map { model.tokenizer.token(of: $0.unicodeScalars.first!)! } ?? model.tokenizer.bos
        // Foundation's parser may round the last bit otherwise.
        #expect(abs((token["probability"] as? Double ?? -1) - probabilities[index]) < 1e-15)
        #expect(abs((token["surprise"] as? Double ?? -1) + log(probabilities[index])) < 1e-12)
        let candidates = try #require(token["candidates"] as? [[Any]])
        for (candidate, expected) in zip(candidates, probabilities.sorted(by: >).prefix(5)) {
          #expect(abs((candidate[1] as? Double ?? -1) - expected) < 1e-15)
        }
        #expect(candidates.count == 5 || candidates.count == 6 || probabilities.count { $0 > 0 } < 5)
        prefix += name ?? ""
      }
      #expect(prefix == text && (tokens.last?["token"] is NSNull) == (text.count < 9))
    }
  }

  @Test("control characters are escaped on a terminal, and stay as they are in a pipe")
  func terminal() throws {
    let sandbox = try Sandbox(["input.txt": "a\u{1b}b\u{202e}c\u{9b}d\n"])
    _ = try sandbox.run(
      "\(SavedRun.tiny) --block-size 8 --steps 60 --samples 0 --quiet --save model.safetensors")
    let line = ["sample", "model.safetensors", "--samples", "1", "--temperature", "0"]
    #expect(try sandbox.run(line).output == "sample  1: a\u{1b}b\u{202e}c\u{9b}d\n")
    let run = try TerminalRun([Sandbox.command] + line, in: sandbox, columns: 80)
    #expect(run.sent == "sample  1: a\\u{1B}b\\u{202E}c\\u{9B}d\r\n")
    let json = try TerminalRun([Sandbox.command] + line + ["--json"], in: sandbox, columns: 80)
    #expect(json.sent == "{\"sample\": 1, \"text\": \"a\\u001bb\\u202ec\\u009bd\"}\r\n")
    #expect(try !sandbox.run(line + ["--explain"]).output.dropFirst(30).unicodeScalars.contains("\u{1b}"))
  }
}

private let explanation = """
  sample  1: acb
    after ''
    > 'a'         25.0 %  1.39 nats   ████████
      'b'         25.0 %              ████████
      'c'         25.0 %              ████████
      end         25.0 %              ████████
    after 'a'
      'a'         25.0 %              ████████
      'b'         25.0 %              ████████
    > 'c'         25.0 %  1.39 nats   ████████
      end         25.0 %              ████████
    after 'ac'
      'a'         25.0 %              ████████
    > 'b'         25.0 %  1.39 nats   ████████
      'c'         25.0 %              ████████
      end         25.0 %              ████████
    surprise 4.16 nats in 3 choices, 1.39 each

  sample  2: cca
    after ''
      'a'         25.0 %              ████████
      'b'         25.0 %              ████████
    > 'c'         25.0 %  1.39 nats   ████████
      end         25.0 %              ████████
    after 'c'
      'a'         25.0 %              ████████
      'b'         25.0 %              ████████
    > 'c'         25.0 %  1.39 nats   ████████
      end         25.0 %              ████████
    after 'cc'
    > 'a'         25.0 %  1.39 nats   ████████
      'b'         25.0 %              ████████
      'c'         25.0 %              ████████
      end         25.0 %              ████████
    surprise 4.16 nats in 3 choices, 1.39 each


  """
