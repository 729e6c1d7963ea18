import Foundation
import MicroGPT
import Testing

@testable import MicroGPTCommand

/// `microgpt trace`, as a process.
@Suite("Tracing") struct TraceCommandTests {
  /// A model that takes little time in a debug build.
  static let tiny = "--embedding 4 --heads 2 --block-size 4 --steps 20"

  private func trace(_ options: String, _ files: KeyValuePairs<String, String> = [:]) throws -> Ending {
    try Sandbox(files).run("trace \(options)")
  }

  @Test("without a model it follows a document through the default run on the built-in names")
  func builtIn() throws {
    // A text that `train` would learn from changes nothing.
    let ending = try trace("emma --stage loss", ["input.txt": "zz\n"])
    #expect(ending.code == 0 && ending.error == "")
    #expect(ending.output.hasPrefix("The model was trained just now: 1,000 steps on 2,594 documents"))
    #expect(ending.output.contains("\n  0 BOS     e     0.0376    3.2801   26.6  m 8 %, a 8 %, s 7 %\n"))
    #expect(ending.output.contains("    loss = (3.2801 + 2.7968 + 4.6691 + 1.4183 + 1.3071) / 5 = 2.6943\n"))
    #expect(ending.output.contains("microgpt.swift:174-175\n"))
  }

  @Test("its numbers are those of the library's trace of a kept run, digit for digit")
  func json() throws {
    let sandbox = try Sandbox(["input.txt": SavedRun.names])
    let options = "--layers 2 \(TraceCommandTests.tiny) --samples 0 --quiet --save model.safetensors"
    #expect(try sandbox.run("train \(options)").code == 0)
    let ending = try sandbox.run("trace model.safetensors olivia --json")
    #expect(ending.code == 0 && ending.error == "")
    let found = try JSONDecoder().decode(TraceJSON.self, from: Data(ending.output.utf8))

    let state = try checkpoint(in: sandbox).state, model = try checkpoint(in: sandbox).model
    let trace = try model.trace("olivia")
    #expect(found.document == "olivia" && found.tokens == trace.tokens && found.loss == trace.loss)
    #expect(found.token_losses == trace.tokenLosses)
    func rows(_ tensors: [Tensor]) -> [String: [[Double]]] {
      Dictionary(
        uniqueKeysWithValues: tensors.map { tensor in
          let isCausal = tensor.name.hasSuffix(".scores") || tensor.name.hasSuffix(".attention")
          return (
            tensor.name,
            (0..<tensor.rows).map { row in
              (0..<(isCausal ? row + 1 : tensor.columns)).map { tensor[row, $0] }
            }
          )
        })
    }
    #expect(found.values == rows(trace.values))
    #expect(found.gradients == rows(trace.gradients))
    #expect(found.parameter_gradients == rows(trace.parameterGradients))
    #expect(found.parameters == rows(model.tensorNames.map { model[$0]! }))
    let moves = state.moves(by: trace)
    #expect(found.adam.step == 21 && found.adam.learning_rate == moves.learningRate)
    #expect(model.tensorNames.flatMap { found.adam.after[$0]!.flatMap(\.self) } == moves.after)
    let readouts = model.readouts(of: trace)
    #expect(Set(found.readouts.keys) == Set(readouts.map(\.tensor)))
    for readout in readouts {
      let other = try #require(found.readouts[readout.tensor])
      #expect(other.loss == readout.loss && other.token_losses == readout.tokenLosses)
      #expect(other.probabilities.flatMap(\.self) == readout.probabilities.values)
    }
    #expect(found.vocabulary == model.tokenizer.characters.map { String($0) } + ["BOS"])
  }

  @Test(
    "its numbers are the reference's on the golden traces, under the same keys, bit for bit",
    .enabled(
      if: ProcessInfo.processInfo.environment["MICROGPT_SHARED"] != nil, "MICROGPT_SHARED is not set."),
    arguments: [
      ("names-0-trace-emma", "emma --steps 0"),
      ("names-30-layers2-trace-isabella", "isabella --steps 30 --layers 2"),
    ])
  func golden(_ name: String, _ options: String) throws {
    let folder = try #require(ProcessInfo.processInfo.environment["MICROGPT_SHARED"])
    let file = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/golden/\(name).json"))
    let whole = try #require(try JSONSerialization.jsonObject(with: file) as? [String: Any])
    let expected = try #require(whole["trace"] as? [String: Any])
    let ending = try trace("\(options) --data \(folder)/names.txt --json")
    let found = try JSONDecoder().decode(TraceJSON.self, from: Data(ending.output.utf8))
    func numbers(_ value: Any?) throws -> [[Double]] {
      try #require(value as? [[String]]).map { try $0.map { try #require(Double($0)) } }
    }
    #expect(found.document == expected["document"] as? String && found.tokens == expected["tokens"] as? [Int])
    #expect(found.loss == Double(try #require(expected["loss"] as? String)))
    #expect(found.token_losses == (expected["token_losses"] as? [String])?.map { Double($0) })
    for (key, tensors) in [
      ("values", found.values), ("gradients", found.gradients),
      ("parameter_gradients", found.parameter_gradients),
    ] {
      let others = try #require(expected[key] as? [String: Any])
      for (name, rows) in others { #expect(tensors[name] == (try numbers(rows)), "\(key).\(name)") }
      // The only tensors that the reference lacks are the scores.
      #expect(tensors.keys.filter { others[$0] == nil }.allSatisfy { $0.hasSuffix(".scores") })
    }
  }

  @Test("--stage shows one part, of every layer", arguments: TraceSection.Stage.allCases)
  func stage(_ stage: TraceSection.Stage) throws {
    let ending = try trace("ava --layers 2 \(TraceCommandTests.tiny) --stage \(stage.rawValue)")
    #expect(ending.code == 0, "\(ending.error)")
    let headings = ending.output.split(separator: "\n").filter { $0.hasPrefix("── ") }
    #expect(headings.count == ([.attention, .mlp].contains(stage) ? 2 : 1))
    let whole = try trace("ava --layers 2 \(TraceCommandTests.tiny)")
    for heading in headings { #expect(whole.output.contains(heading)) }
  }

  @Test("all parts come in the order of execution, layer by layer, and the probes last")
  func order() throws {
    let output = try trace("ava --layers 2 \(TraceCommandTests.tiny)").output
    let titles = output.split(separator: "\n").filter { $0.hasPrefix("── ") }
      .map { $0.dropFirst(3).prefix { $0 != "─" }.trimmingCharacters(in: .whitespaces) }
    #expect(
      titles == [
        "Tokens, [T]", "Embedding, [T, C]", "Attention, layer 0", "Multilayer perceptron, layer 0",
        "Attention, layer 1", "Multilayer perceptron, layer 1", "Logits, [T, V]", "Loss", "Backward pass",
        "Adam", "Probe: the logits after each part", "Probe: the nearest embeddings",
      ])
  }

  @Test(
    "--check compares all gradients, and passes",
    arguments: ["", "--layers 2 --seed 7", "--steps 0 --heads 1"])
  func check(_ options: String) throws {
    let ending = try trace("ava \(TraceCommandTests.tiny) \(options) --check --json")
    #expect(ending.code == 0 && ending.error == "")
    let object = try JSONSerialization.jsonObject(with: Data(ending.output.utf8))
    let check = try #require(object as? [String: Any])
    let worst = try #require(check["worst"] as? [String: Any])
    #expect(check["passes"] as? Bool == true && (worst["relative_error"] as? Double ?? 1) < 1e-6)
    #expect(
      (check["compared"] as? Int ?? 0) + (check["kinks"] as? Int ?? 0) == check["parameters"] as? Int)
  }

  @Test("--check says in words what it has compared, and the worst, matrix by matrix")
  func checkText() throws {
    let ending = try trace("ava \(TraceCommandTests.tiny) --check")
    let words = ending.output.replacing("\n", with: " ")
    #expect(words.hasPrefix("The gradients of all 424 parameters are compared with finite differences"))
    #expect(words.contains("The largest error is ") && words.contains(": the gradients are right."))
    let rows = ending.output.split(separator: "\n").filter { $0.hasPrefix("  ") }
    #expect(rows.count == 10 && rows[0].hasSuffix("relative error") && rows[1].hasPrefix("  wte "))
  }

  @Test("a wrong gradient is called wrong")
  func wrong() throws {
    var configuration = Configuration()
    (configuration.embedding, configuration.heads, configuration.steps) = (4, 2, 0)
    let trainer = try Trainer(corpus: Corpus(documents: ["ava"]), configuration: configuration)
    // Another model's gradients are wrong for this one.
    let other = try trainer.model.ablating(head: 0, layer: 0).trace("ava")
    let report = GradientCheckReport(check: trainer.model.checkGradients(of: other), document: "ava")
    let right = try trainer.model.checkGradients("ava")
    #expect(right.passes && !report.check.passes)
    #expect(report.sentences[1].contains("above 1e-06, so the gradients are wrong."))
  }

  @Test("--ablate measures the document, and those that the run has not read, with and without a head")
  func ablate() throws {
    let ending = try trace("ava \(TraceCommandTests.tiny) --ablate 0.1 --json")
    #expect(ending.code == 0)
    let found = try JSONDecoder().decode(AblationJSON.self, from: Data(ending.output.utf8))
    #expect(found.others == "2,574 documents that the run has not read")

    var configuration = Configuration()
    (configuration.embedding, configuration.heads, configuration.blockSize, configuration.steps) = (
      4, 2, 4, 20
    )
    let trainer = try Trainer(
      corpus: Corpus(utf8: Array(Corpus.namesText.utf8)), configuration: configuration)
    try trainer.train()
    let unread = try Corpus(documents: (20..<2594).map { trainer.corpus.text(at: $0) })
    let without = trainer.model.ablating(head: 1, layer: 0)
    #expect(found.loss == (try trainer.model.trace("ava").loss))
    #expect(found.others_loss == (try trainer.model.evaluate(unread).loss))
    let head = try #require(found.without.first)
    #expect(head.loss == (try without.trace("ava").loss))
    #expect(head.others_loss == (try without.evaluate(unread).loss))
    #expect(head.layer == 0 && head.head == 1)

    let all = try trace("ava --layers 2 \(TraceCommandTests.tiny) --ablate all")
    for name in ["none", "0.0", "0.1", "1.0", "1.1"] { #expect(all.output.contains("\n  \(name) ")) }
    let text = try trace("ava \(TraceCommandTests.tiny) --ablate 0.1")
    let losses = [found.loss, head.loss, found.others_loss, head.others_loss]
    for loss in losses { #expect(text.output.contains(fixed(loss, 4))) }
  }

  @Test("a kept model's ablation is measured on what its run held out, its text, or a text that is named")
  func ablateKept() throws {
    let sandbox = try Sandbox(["input.txt": SavedRun.names, "other.txt": "ava\neva\n"])
    func others(_ model: String, _ options: String = "") throws -> String? {
      let ending = try sandbox.run("trace \(model) ava --ablate 0.0 --json \(options)")
      #expect(ending.code == 0, "\(ending.error)")
      let object = try JSONSerialization.jsonObject(with: Data(ending.output.utf8))
      return (object as? [String: Any])?["others"] as? String
    }
    let options = "train \(TraceCommandTests.tiny) --samples 0 --quiet"
    _ = try sandbox.run("\(options) --held-out 0.1 --save held.safetensors")
    _ = try sandbox.run("\(options) --save all.safetensors")
    #expect(try others("held.safetensors") == "20 documents that the run held out")
    #expect(
      try others("all.safetensors")?.hasPrefix("200 documents of input.txt") == true)
    #expect(try others("all.safetensors", "--data other.txt") == "2 documents of other.txt")
    // The text of the run is gone: another one says nothing unless it is named.
    try sandbox.write("zz\n", to: "input.txt")
    #expect(try others("all.safetensors") == nil)
    #expect(try others("held.safetensors") == nil)
    let ending = try sandbox.run("trace all.safetensors ava --ablate 0.0")
    #expect(ending.output.contains("Name a text with --data"))
  }

  @Test("--html writes the page, which says how it was made, and refuses to replace files")
  func html() throws {
    let sandbox = try Sandbox(["old.html": "x", "names.txt": "ava\n"])
    let ending = try sandbox.run("trace ava --data names.txt --html page.html")
    #expect(ending.code == 0 && ending.output == "" && ending.error == "The page is in page.html.\n")
    let page = try sandbox.read("page.html")
    #expect(page.hasPrefix("<!doctype html>") && page.contains("Attention, layer 0"))
    #expect(page.contains("microgpt trace ava --data names.txt --html page.html"))

    let refused = try sandbox.run("trace ava --html old.html")
    #expect(refused.code == 73 && refused.error.contains("exists and would be replaced"))
    #expect(try sandbox.read("old.html") == "x")
    #expect(try sandbox.run("trace ava --html old.html --force").code == 0)
    #expect(try sandbox.read("old.html").hasPrefix("<!doctype html>"))
    let text = try sandbox.run("trace ava --data names.txt --html names.txt --force")
    #expect(text.code == 64 && text.error.contains("would overwrite 'names.txt' (--data)"))
  }

  @Test(
    "numbers of any size are shown, also those that are not finite",
    arguments: ["--init-std 2", "--init-std 10", "--init-std 1e15", "--init-std 1e200"])
  func sizes(_ options: String) throws {
    let sandbox = try Sandbox()
    for output in ["", "--json", "--html x.html", "--width 40"] {
      let ending = try sandbox.run("trace emma --steps 0 \(options) \(output)")
      #expect(ending.code == 0, "\(ending.error)")
    }
    let check = try sandbox.run("trace emma --steps 0 --init-std 1e200 --check")
    #expect(check.code == 65 && check.error.contains("The gradients of 'emma' are not finite"))
  }

  @Test("the page says how it is made also for a document that begins with a hyphen")
  func hyphen() throws {
    let sandbox = try Sandbox(["dash.txt": "-a\na-\n"])
    let tiny = "--data dash.txt --steps 0 --embedding 4"
    #expect(try sandbox.run("trace \(tiny) --html x.html -- -a").code == 0)
    #expect(try sandbox.read("x.html").contains("microgpt trace \(tiny) --html x.html -- -a</code>"))
  }

  @Test("a page of a long document shows the first 64 positions")
  func longPage() throws {
    let sandbox = try Sandbox(["long.txt": String(repeating: "ab", count: 100) + "\n"])
    let document = String(repeating: "ab", count: 60)
    let options = "--data long.txt --steps 0 --embedding 4 --heads 1 --block-size 128"
    #expect(try sandbox.run("trace \(document) \(options) --html x.html").code == 0)
    let page = try sandbox.read("x.html")
    #expect(page.contains("attention of head 0.0, 64 × 64 of 121 × 121"))
    #expect(page.utf8.count < 2_000_000)
  }

  @Test("a model that this machine has no memory for is refused before anything is trained")
  func memory() throws {
    let ending = try trace("emma --steps 0 --embedding 1000000 --heads 1")
    #expect(ending.code == 64 && ending.error.contains("Take a smaller model."), "\(ending.error)")
  }

  @Test("a page that cannot be written is refused before anything is trained")
  func folder() throws {
    let ending = try trace("emma --steps 100000000 --html missing/x.html")
    #expect(ending.code == 73 && ending.error.contains("missing/x.html"))
  }

  @Test(
    "what cannot be shown is refused, with advice",
    arguments: [
      ("", 64, "needs DOCUMENT"),
      ("emma --embedding 10", 64, "not a multiple of '--heads 4'"),
      ("emma --ablate 0.4", 64, "0.0 to 0.3"),
      ("emma --ablate 2", 64, "is not a head. Give its layer and its number"),
      ("emma --ablate 0.-1", 64, "is not a head"),
      ("emma --check --ablate 0.1", 64, "show different things"),
      ("emma --json --stage loss", 64, "Leave one of them out"),
      ("emma --html x.html --check", 64, "'--html' is a page of the trace"),
      ("emma --html -", 64, "is not a file"),
      ("emma --width 20", 64, "40 to 1000"),
      ("Emma", 65, "'E' (U+0045), is not in the model's vocabulary"),
      ("missing.safetensors emma", 66, "missing.safetensors"),
      ("emma --data missing.txt", 66, "missing.txt"),
    ])
  func refused(_ options: String, _ code: Int32, _ words: String) throws {
    let ending = try trace(options)
    #expect(ending.code == code && ending.error.contains(words), "\(ending)")
    #expect(ending.output == "")
  }

  @Test("a kept model refuses the options of a run on the spot")
  func keptModel() throws {
    let sandbox = try Sandbox(["input.txt": SavedRun.names])
    _ = try sandbox.run("train \(TraceCommandTests.tiny) --samples 0 --quiet --save m.safetensors")
    for (options, words) in [
      ("--steps 4", "'--steps' is for a model that trace trains itself"),
      ("--data input.txt", "already trained"),
    ] {
      let ending = try sandbox.run("trace m.safetensors ava \(options)")
      #expect(ending.code == 64 && ending.error.contains(words), "\(ending)")
    }
    #expect(try sandbox.run("trace m.safetensors ava --stage tokens").code == 0)
  }

  @Test("a stream's model follows a part of the text, from the end of a line on")
  func stream() throws {
    let sandbox = try Sandbox(["input.txt": "a b\nab\nba b\n"])
    _ = try sandbox.run(
      "train --documents stream \(TraceCommandTests.tiny) --samples 0 --quiet --save s.safetensors")
    let ending = try sandbox.shell("\"$microgpt\" trace s.safetensors 'a b' --stage tokens")
    #expect(ending.code == 0, "\(ending.error)")
    #expect(ending.output.replacing("\n", with: " ").contains("The first position reads the end of a line."))
    #expect(ending.output.contains("\n         0      ⏎      0         a      2\n"))
    #expect(ending.output.contains("         1      a      2         ␣      1\n"))
  }
}

/// What `trace --ablate --json` prints.
private struct AblationJSON: Decodable {
  struct Head: Decodable {
    let layer, head: Int
    let loss, others_loss: Double
  }

  let loss, others_loss: Double
  let others: String
  let without: [Head]
}

/// What `trace --json` prints.
private struct TraceJSON: Decodable {
  struct Adam: Decodable {
    let step: Int
    let learning_rate: Double
    let after: [String: [[Double]]]
  }
  struct Readout: Decodable {
    let loss: Double
    let token_losses: [Double]
    let probabilities: [[Double]]
  }

  let document: String
  let tokens: [Int]
  let loss: Double
  let token_losses: [Double]
  let values, gradients, parameter_gradients, parameters: [String: [[Double]]]
  let adam: Adam
  let readouts: [String: Readout]
  let vocabulary: [String]
}
