import Foundation
import MicroGPT
import Testing

@testable import MicroGPTCommand

/// `microgpt eval`: its figures against the trace of each document, and its messages.
@Suite("microgpt eval") struct EvalTests {
  /// A sandbox with a tiny model of some names, half of which are held out.
  private static func kept(_ options: String = "") throws -> Sandbox {
    let run = try SavedRun("\(SavedRun.tiny) --steps 20 --samples 0 --held-out 0.5 \(options)")
    return run.sandbox
  }

  /// What `--json` prints.
  private struct Report: Decodable {
    struct Line: Decodable, Equatable {
      let text: String
      let loss: Double
      let tokens: Int
    }
    let model, data, data_sha256, engine: String
    let held_out: Bool
    let documents, left_out, cut, tokens, characters: Int
    let loss, loss_per_token, perplexity, bits_per_character: Double
    let most_surprising, least_surprising: [Line]
  }

  private static func report(_ line: String, in sandbox: Sandbox) throws -> Report {
    let ending = try sandbox.run("eval \(line) --json")
    #expect(ending.code == 0 && ending.error == "")
    #expect(ending.output.split(separator: "\n").count == 1)
    return try JSONDecoder().decode(Report.self, from: Data(ending.output.utf8))
  }

  @Test("the figures and the lines are those of each document's trace")
  func figures() throws {
    let sandbox = try EvalTests.kept(), model = try checkpoint(in: sandbox).model
    // One is cut, two are left out and one occurs twice; "maex" is cut before its unknown character.
    let known = ["ada", "eve", "mona", "ada", "lea", "isabella", "eda", "maea\u{1F}x"]
    try sandbox.write((["Ada"] + known + ["ada lea"]).joined(separator: "\n"), to: "text.txt")
    let traces = try known.map { try model.trace(String($0.prefix(4))) }
    let nats = traces.reduce(0) { $0 + $1.tokenLosses.reduce(0, +) }
    let tokens = traces.reduce(0) { $0 + min($1.tokenLosses.count, 4) }
    let found = try EvalTests.report("model.safetensors --data text.txt --lines 3", in: sandbox)
    #expect(found.documents == 8 && found.left_out == 2 && found.cut == 3)
    #expect(found.tokens == tokens && found.characters == 3 * 5 + 4 * 3)
    #expect(found.loss == traces.reduce(0) { $0 + $1.loss } / 8)
    #expect(abs(found.loss_per_token - nats / Double(tokens)) < 1e-13)
    #expect(abs(found.perplexity - exp(nats / Double(tokens))) < 1e-11)
    #expect(abs(found.bits_per_character - nats / 27 / log(2)) < 1e-12)
    #expect(found.data == "text.txt" && found.engine == "exact" && !found.held_out)
    let ranked = zip(known, traces).map { ($0, $1.loss) }.sorted { $0.1 < $1.1 }
    let distinct = ranked.enumerated().filter { $0 == 0 || ranked[$0 - 1].0 != $1.0 }.map { $0.element }
    #expect(found.least_surprising.map(\.text) == distinct.prefix(3).map { $0.0 })
    #expect(found.most_surprising.map(\.text) == distinct.reversed().prefix(3).map { $0.0 })
    #expect(found.most_surprising[0].loss == distinct.last!.1)

    let ending = try sandbox.run("eval model.safetensors --data text.txt --lines 1")
    func shown(_ entry: (String, Double)) -> String {
      "\(fixed(entry.1, 4))  \(entry.0.prefix(4))\(entry.0.count > 4 ? "…" : "")"
    }
    #expect(
      ending
        == Ending(
          output: """
            docs: 8 of text.txt
            left out: 2 with unknown characters, the first 'A' (U+0041) in document 1
            cut: 3 longer than the block of 4 allows
            tokens: 32 (characters: 27, ends: 5)
            loss: \(fixed(found.loss, 4)) (per token: \(fixed(found.loss_per_token, 4)))
            perplexity: \(fixed(found.perplexity, 4))
            bits per character: \(fixed(found.bits_per_character, 4)) (ends included)

            --- most surprising (loss per token) ---
            \(shown(distinct.last!))

            --- least surprising (loss per token) ---
            \(shown(distinct[0]))

            """))
  }

  @Test(
    "the held-out loss is the one that training has printed and logged",
    arguments: ["", "--engine fast --batch-size 3", "--seed 7"])
  func heldOut(options: String) throws {
    let run = try SavedRun("\(SavedRun.tiny) --steps 20 --samples 0 --held-out 0.3 \(options)")
    let printed = run.sittings[0].output.split(separator: "\n").filter { $0.hasPrefix("held-out loss") }
    let ending = try run.sandbox.run("eval model.safetensors --held-out --lines 0")
    #expect(ending.code == 0 && printed.count == 1)
    #expect(ending.output.split(separator: "\n").filter { $0.hasPrefix("held-out loss") } == printed)
    let report = try EvalTests.report("model.safetensors --held-out", in: run.sandbox)
    #expect(report.held_out && report.engine == (options.contains("fast") ? "fast" : "exact"))
    let log = try run.sandbox.read("run.jsonl")
    #expect(log.contains("\"held_out_documents\": \(report.documents)}"))
    if options != "--engine fast --batch-size 3" {
      #expect(log.contains("\"held_out_loss\": \(report.loss),"))
    }
    let all = try EvalTests.report("model.safetensors", in: run.sandbox)
    #expect(all.documents == 200 && all.data == "input.txt" && all.loss != report.loss)
  }

  @Test("a model and a text can be read from standard input, and --engine is obeyed")
  func standardInput() throws {
    let sandbox = try EvalTests.kept(), path = sandbox.folder
    let line = "eval model.safetensors --data input.txt --lines 2"
    let expected = try sandbox.run(line)
    #expect(
      try sandbox.run(split("eval - --data input.txt --lines 2"), input: "\(path)/model.safetensors")
        == expected)
    let named = expected.output.replacing("input.txt", with: "standard input")
    let found = try sandbox.run(
      split("eval model.safetensors --data - --lines 2"), input: "\(path)/input.txt")
    #expect(found == Ending(output: named))
    let exact = try EvalTests.report("model.safetensors", in: sandbox)
    let fast = try EvalTests.report("model.safetensors --engine fast", in: sandbox)
    #expect(fast.engine == "fast" && abs(fast.loss - exact.loss) < 1e-6 && fast.loss != exact.loss)
  }

  @Test(
    "what cannot be measured is answered with what to do",
    arguments: [
      (
        "eval",
        "'microgpt eval' needs MODEL. Write 'microgpt eval MODEL', as in 'microgpt eval model.safetensors --data "
          + "cities.txt'.", 64
      ),
      (
        "eval - --data -",
        "Standard input can be only one of the files. Name the others.", 64
      ),
      (
        "eval none.safetensors",
        "'none.safetensors' cannot be read: No such file or directory. Check its name and folder.", 66
      ),
      (
        "eval plain.safetensors --held-out",
        "'--held-out' measures on the lines that a run held out, but that of 'plain.safetensors' held out none. "
          + "Leave it out.", 64
      ),
      (
        "eval model.safetensors --held-out --data towns.txt",
        "'--data towns.txt' is not the text of the run in 'model.safetensors': the bytes have another SHA-256. "
          + "Name that text.", 64
      ),
      (
        "eval model.safetensors --data towns.txt",
        "Every document of towns.txt has a character that is not in the vocabulary of model.safetensors: "
          + "abcdefghijklmnoprstuvwxyz. The first is 'O' (U+004F). Give another text, or train a model on this one.",
        65
      ),
      (
        "eval model.safetensors --data blank.txt",
        "There is nothing to measure on in blank.txt: every line is blank. Put a document on each line, such as a "
          + "name.", 65
      ),
      (
        "eval model.safetensors --lines -1", "'--lines -1' is out of range. Give a whole number, 0 or more.",
        64
      ),
    ])
  func messages(line: String, message: String, code: Int32) throws {
    let sandbox = try EvalTests.refusing()
    #expect(try sandbox.run(line) == Ending(error: "Error: \(message)\n", code: code))
  }

  /// A sandbox with models and texts for mistakes.
  private static func refusing() throws -> Sandbox {
    let sandbox = try kept()
    try sandbox.write("Oslo\n\u{1B}x\n", to: "towns.txt")
    try sandbox.write("\n \n", to: "blank.txt")
    let plain = try sandbox.run(
      "train \(SavedRun.tiny) --steps 1 --samples 0 --quiet --save plain.safetensors")
    #expect(plain.code == 0)
    return sandbox
  }

  @Test("another text that was found rather than named is refused, too")
  func otherInput() throws {
    let sandbox = try EvalTests.kept()
    try sandbox.write("ada\neve\n", to: "input.txt")
    #expect(
      try sandbox.run("eval model.safetensors --held-out")
        == Ending(
          error:
            "Error: The text that was found, input.txt, is not the text of the run in 'model.safetensors': the "
            + "bytes have another SHA-256. Name its text with --data.\n", code: 65))
  }

  @Test("a model that needs more memory to be measured than there is is refused before any is taken")
  func memory() throws {
    let sandbox = try Sandbox(["input.txt": "ab\n"]), positions = 4_000_000
    // One channel and one head: attention weights of positions times positions.
    let layer = ["attn_wq", "attn_wk", "attn_wv", "attn_wo"].map { ("layer0.\($0)", [1, 1]) }
    let shapes =
      [("wte", [3, 1]), ("wpe", [positions, 1]), ("lm_head", [3, 1])] + layer
      + [("layer0.mlp_fc1", [4, 1]), ("layer0.mlp_fc2", [1, 4])]
    let tensors = shapes.map { name, shape in
      Safetensors.Tensor(name, shape, .float32(Array(repeating: 0, count: shape.reduce(1, *))))
    }
    let file = Safetensors(metadata: [("vocabulary", "ab"), ("heads", "1")], tensors: tensors)
    try sandbox.write(file.bytes(), to: "wide.safetensors")
    let ending = try sandbox.run("eval wide.safetensors")
    #expect(ending.code == 64 && ending.output == "")
    let available = size(try #require(Console.physicalMemory))
    #expect(
      ending.error.hasPrefix("Error: Measuring the model in wide.safetensors takes "), "\(ending.error)")
    #expect(
      ending.error.hasSuffix(
        " of memory, and this machine has \(available). Use a machine with more memory, or a model with a smaller "
          + "--block-size or --embedding.\n"), "\(ending.error)")
  }

  @Test(
    "the fast arithmetic is named where it is enough",
    .disabled(if: TrainTests.isDebug, "Debug builds measure through the specification, in doubles only."))
  func memoryOfArithmetics() throws {
    let sandbox = try EvalTests.kept()
    let saved = try SavedModel("\(sandbox.folder)/model.safetensors")
    func refusal(_ available: Int, _ engine: Arithmetic) -> String? {
      do {
        try saved.checkMemory(documents: 100, engine: engine, available: available)
        return nil
      } catch { return error.message }
    }
    let moments = 24 * saved.model.parameters.count
    func bytes(_ engine: Arithmetic) throws -> Int {
      let vocabularySize = saved.model.tokenizer.vocabularySize
      return try moments
        + #require(
          saved.model.configuration.evaluationMemory(
            documents: 100, vocabularySize: vocabularySize, engine: engine))
    }
    let (exact, fast) = try (bytes(.exact), bytes(.fast))
    try #require(fast < exact)
    #expect(refusal(exact, .exact) == nil && refusal(fast, .fast) == nil)
    #expect(
      refusal(exact - 1, .exact)
        == "Measuring the model in \(saved.path) takes \(size(exact)) of memory, and this machine has "
        + "\(size(exact - 1)). Add '--engine fast', which needs \(size(fast)).")
    for (available, engine) in [(fast - 1, Arithmetic.exact), (fast - 1, .fast)] {
      #expect(refusal(available, engine)?.contains("Use a machine with more memory") == true)
    }
  }
}
