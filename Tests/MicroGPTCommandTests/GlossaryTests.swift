import Foundation
import MicroGPT
import Testing

@testable import MicroGPTCommand

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The glossary against the two files, the default run and the command.
@Suite("Glossary") struct GlossaryTests {
  private static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  private static func read(_ path: String) -> String {
    (try? String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)) ?? ""
  }

  private static let page = read("Documentation/Guides/Glossary.md")
  private static let guide = read("Documentation/Guides/SeeItThink.md")
  private static let files = [
    "microgpt.swift": SourceText(read("microgpt.swift")),
    "microgpt_matrix.swift": SourceText(read("microgpt_matrix.swift")),
  ]
  private static let entries = page.components(separatedBy: "\n### ").dropFirst().map(GlossaryEntry.init)
  private static let run = Result { try DefaultRun() }

  // MARK: - Form

  @Test("an entry is two sentences, and its number, its code or the command that prints it")
  func form() {
    #expect(GlossaryTests.entries.count > 90)
    for entry in GlossaryTests.entries {
      #expect(entry.definition.matches(of: #/[.?!](?=\s|$)/#).count == 2, "\(entry.name)")
      let kinds = entry.facts.components(separatedBy: " · ").filter { !$0.isEmpty }
        .map { $0.prefix { $0 != ":" } }
      #expect(
        !kinds.isEmpty && Set(kinds).count == kinds.count
          && Set(kinds).isSubset(of: ["Default run", "Code", "Command"]),
        "\(entry.name): \(entry.facts)")
      #expect(entry.facts.contains("Code: ") != entry.links.isEmpty, "\(entry.name)")
      #expect(entry.facts.contains("Default run: ") != entry.numbers.isEmpty, "\(entry.name)")
    }
  }

  @Test("the index has every entry, is sorted, and each of its links leads to an entry")
  func index() throws {
    let index = try #require(
      GlossaryTests.page.components(separatedBy: "\n## Index\n").last?
        .components(separatedBy: "\n## ").first)
    let links = index.matches(of: #/\[([^\]]+)\]\(#([^)]+)\)/#).map { (String($0.1), String($0.2)) }
    let anchors = GlossaryTests.entries.map(\.anchor)
    #expect(Set(anchors).count == anchors.count, "Two entries have the same anchor.")
    for entry in GlossaryTests.entries {
      #expect(links.contains { $0 == (entry.name, entry.anchor) }, "\(entry.name) is not in the index.")
    }
    for (name, anchor) in links { #expect(anchors.contains(anchor), "\(name) leads to #\(anchor).") }
    #expect(Set(links.map(\.0)).count == links.count, "A term is there twice.")
    let names = links.map { $0.0.lowercased() }
    #expect(names == names.sorted())
    for line in index.split(separator: "\n") {
      let match = try #require(line.wholeMatch(of: #/\*\*(.)\*\* (.*)/#), "\(line)")
      for link in match.2.matches(of: #/\[(.)/#) { #expect(link.1.uppercased() == match.1) }
    }
  }

  @Test("links of all documents into the glossary lead to an entry or a heading")
  func linksFromOutside() throws {
    let headings = GlossaryTests.page.matches(of: #/(?m)^#{2,3} (.+)$/#).map { anchor(String($0.1)) }
    let all = FileManager.default.enumerator(
      at: GlossaryTests.root.appendingPathComponent("Documentation"), includingPropertiesForKeys: nil)
    let pages = (all?.allObjects as? [URL] ?? []).filter { $0.pathExtension == "md" }
    var count = 0
    for page in pages + [GlossaryTests.root.appendingPathComponent("README.md")] {
      let text = try String(contentsOf: page, encoding: .utf8)
      var links = text.matches(of: #/\((?:[\w./]*/)?Glossary\.md#([^)]+)\)/#).map(\.1)
      if page.lastPathComponent == "Glossary.md" { links += text.matches(of: #/\]\(#([^)]+)\)/#).map(\.1) }
      for link in links {
        #expect(headings.contains(String(link)), "\(page.lastPathComponent): #\(link)")
        count += 1
      }
    }
    #expect(count > 100)
  }

  // MARK: - Code

  @Test("the lines that an entry or the guide to trace names have the words that it names")
  func code() throws {
    let guide = GlossaryEntry(name: "See it think", facts: GlossaryTests.guide)
    #expect(guide.links.count > 10)
    for entry in GlossaryTests.entries + [guide] {
      for link in entry.links {
        let range = link.first == link.last ? "#L\(link.first)" : "#L\(link.first)-L\(link.last)"
        #expect(link.anchor == range, "\(entry.name): the label names other lines than the link.")
        #expect((link.file == "microgpt_matrix.swift") == link.isMatrix, "\(entry.name)")
        let file = try #require(GlossaryTests.files[link.file], "\(entry.name)")
        try #require(1 <= link.first && link.first <= link.last && link.last <= file.lines.count)
        let lines = file.lines[link.first - 1..<link.last].joined(separator: "\n")
        #expect(
          lines.contains(link.code),
          "\(entry.name): line \(link.first) of \(link.file) has no '\(link.code)'.")
      }
    }
  }

  /// Names that are no terms: of loops, of Python's random numbers, of the order of additions, of text.
  private static let plumbing: Set<String> = [
    "isBlank", "text", "mixed", "next", "spare", "pair", "bits", "uniform", "angle", "radius", "sums", "mark",
    "index", "column", "listed", "path", "order", "count", "note", "depth", "length", "push", "pop", "list",
    "isReady", "power", "sum", "zero", "total", "powers", "part", "pow", "add", "square", "root", "memory",
    "zeros", "share", "inverse", "middle", "name",
  ]

  @Test("every name that the two files declare is in the glossary, but for those that are no terms")
  func names() {
    let shown = Set(
      GlossaryTests.page.matches(of: #/`([^`]+)`/#).flatMap { span in
        span.1.matches(of: #/[A-Za-z]\w*/#).map { String($0.0) }
      } + GlossaryTests.entries.map(\.name))
    var declared: Set<String> = []
    for file in GlossaryTests.files.values { declared.formUnion(file.declared) }
    #expect(declared.count > 80)
    for name in declared.subtracting(GlossaryTests.plumbing).sorted() where !shown.contains(name) {
      if name.contains(#/^d[A-Z]/#) { continue }  // Gradients, which the entry dx explains.
      Issue.record("'\(name)' is in no entry. Add one, or its line to an entry.")
    }
    #expect(
      GlossaryTests.plumbing.subtracting(declared) == [], "These are no longer declared in either file.")
  }

  @Test("the table of names has every matrix, its property, its shape and its size")
  func tableOfNames() throws {
    let run = try GlossaryTests.run.get()
    let rows = GlossaryTests.page.components(separatedBy: "\n## The names in a file\n").last!
      .matches(of: #/(?m)^\| `([^`]+)` \| `([^`]+)` \| (\S+) \| (\S+) \|$/#)
    #expect(rows.map { String($0.1) } == run.model.tensorNames)
    // The reference's order is that of the tables, then of a layer's matrices in a Layer.
    let code = try #require(GlossaryTests.files["microgpt.swift"]).lines.joined(separator: "\n")
    for row in rows {
      let tensor = try #require(run.model[String(row.1)])
      #expect(row.3 == "\(tensor.rows)×\(tensor.columns)" && row.4 == grouped(tensor.values.count))
      let sizes = try #require(
        code.firstMatch(of: try Regex("\\b\(row.2) = matrix\\(([^()]+)\\)", as: (Substring, Substring).self))?
          .1)
      let values = ["vocabularySize": 27, "blockSize": 16, "width": 16, "4 * width": 64]
      let shape = sizes.components(separatedBy: ", ").map { values[$0] }
      #expect(shape == [tensor.rows, tensor.columns], "\(row.1)")
    }
  }

  // MARK: - Numbers

  @Test("every number in bold is that of the default run")
  func numbers() throws {
    var expected = try GlossaryTests.run.get().numbers(GlossaryTests.entries, GlossaryTests.files)
    for entry in GlossaryTests.entries where entry.commands.isEmpty {
      #expect(entry.numbers == expected[entry.name] ?? [], "\(entry.name)")
      expected[entry.name] = nil
    }
    #expect(expected.keys.sorted() == [], "Numbers without an entry.")
    let without = GlossaryTests.entries.filter(\.numbers.isEmpty).map(\.name)
    #expect(without == ["Principal components"])
  }

  @Test("the example is a name that the default run has not read")
  func unread() throws {
    let run = try GlossaryTests.run.get()
    let place = try #require(run.documents.firstIndex(of: "emma"))
    #expect(place >= run.losses.count)
  }

  @Test("the figures in the guide to trace are those of the default run")
  func figuresOfTheGuide() throws {
    let run = try GlossaryTests.run.get()
    let guide = GlossaryTests.guide.replacing("\n", with: " ")
    func deviation(_ losses: some Collection<Double>) -> String {
      let mean = losses.reduce(0, +) / Double(losses.count)
      let squares = losses.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      return fixed((squares / Double(losses.count - 1)).squareRoot(), 2)
    }
    let all = deviation(try run.documents.map { try run.model.loss($0) })
    func attention(_ name: String) throws -> String {
      fixed(try run.model.trace(name)["layer0.head2.attention"]![3, 2], 2)
    }
    let (ma, gw) = (
      run.documents.count { $0.contains("ma") }, run.documents.count { $0.contains("gw") }
    )
    for sentence in [
      "the losses of the 2,594 names have a [standard deviation](Glossary.md#standard-deviation) of \(all).",
      "The losses of the last 300 steps, which read 300 of these names while the model went on learning, have one of \(deviation(run.losses.suffix(300))).",
      "\(ma) have an `m` followed by an `a`, and \(gw) have a `g` followed by a `w`",
      "in `jimena` the `m` looks at `i` with \(try attention("jimena")), and in `tamara` at the `a` before it with \(try attention("tamara"))",
      "has read `gwyn` (in step \((run.documents.firstIndex(of: "gwyn") ?? -1) + 1)) and not `maria`",
    ] {
      #expect(guide.contains(sentence))
    }
    #expect(try #require(run.documents.firstIndex(of: "maria")) >= run.losses.count)
  }

  @Test("an entry's command prints its numbers")
  func commands() throws {
    let entries = GlossaryTests.entries.filter { !$0.commands.isEmpty }
    #expect(entries.count >= 10)
    // A trace trains the default run each time. Here that is done once, and kept.
    let sandbox = try Sandbox(), training = try sandbox.run("--offline --save model.safetensors")
    #expect(training.code == 0)
    var printed = ["microgpt --offline": training.output + training.error]
    for entry in entries {
      for command in entry.commands where printed[command] == nil {
        let line = command.replacing("microgpt trace ", with: "microgpt trace model.safetensors ")
        let ending = try sandbox.run(String(line.dropFirst("microgpt ".count)))
        #expect(ending.code == 0, "\(command)")
        printed[command] = ending.output + ending.error
      }
      let output = entry.commands.compactMap { printed[$0] }.joined()
      for number in entry.numbers {
        let pattern = "(?<![0-9.])\(NSRegularExpression.escapedPattern(for: number))(?![0-9])"
        #expect(
          output.range(of: pattern, options: .regularExpression) != nil,
          "\(entry.name): \(entry.commands) does not print \(number).")
      }
    }
  }
}

/// The anchor that GitHub gives a heading.
private func anchor(_ heading: String) -> String {
  heading.lowercased().replacing(#/[^\w\- ]/#, with: "").replacing(" ", with: "-")
}

/// An entry of the glossary.
private struct GlossaryEntry {
  struct Link {
    let isMatrix: Bool
    let first, last: Int
    let file, anchor, code: String
  }

  let name, definition, facts: String

  init(name: String, facts: String) { (self.name, definition, self.facts) = (name, "", facts) }

  /// The text of a section of level 3, without the marks before its heading.
  init(_ text: String) {
    let parts = text.components(separatedBy: "\n## ")[0].components(separatedBy: "\n\n")
    name = parts[0]
    definition = parts.count > 1 ? parts[1].replacing("\n", with: " ") : ""
    facts = parts.count > 2 ? parts[2].trimmingCharacters(in: .newlines) : ""
  }

  var anchor: String { MicroGPTCommandTests.anchor(name) }

  /// What is in bold.
  var numbers: [String] { facts.matches(of: #/\*\*([^*]+)\*\*/#).map { String($0.1) } }

  var links: [Link] {
    facts.matches(
      of: #/\[(matrix file, )?lines? (\d+)(?:–(\d+))?\]\(\.\./\.\./(\w+\.swift)(#L[\dL-]+)\) `([^`]+)`/#
    ).map { match in
      Link(
        isMatrix: match.1 != nil, first: Int(match.2)!, last: Int(match.3 ?? match.2)!, file: String(match.4),
        anchor: String(match.5), code: String(match.6))
    }
  }

  var commands: [String] { facts.matches(of: #/`(microgpt [^`]+)`/#).map { String($0.1) } }
}

/// One of the two files.
private struct SourceText {
  let lines: [String]

  init(_ text: String) { lines = text.components(separatedBy: "\n") }

  /// The names of at least three letters that it declares: types, functions, constants and variables.
  var declared: Set<String> {
    var names: Set<String> = []
    for line in lines {
      let code = line.components(separatedBy: "//")[0].trimmingCharacters(in: .whitespaces)
      for match in code.matches(of: #/\b(?:func|struct|class|typealias) ([A-Za-z]\w{2,})/#) {
        names.insert(String(match.1))
      }
      guard code.hasPrefix("let ") || code.hasPrefix("var ") else { continue }
      for match in code.matches(of: #/(?:^(?:let|var)|,) ([A-Za-z]\w{2,})(?::| =(?!=))/#) {
        names.insert(String(match.1))
      }
    }
    return names
  }

  /// What the parentheses of the pattern match, at its only place in the file.
  func only(_ pattern: String) throws -> String {
    let all = lines.joined(separator: "\n").matches(of: try Regex(pattern, as: (Substring, Substring).self))
    try #require(all.count == 1, "\(pattern) matches \(all.count) times.")
    return String(all[0].1)
  }
}

/// The default run on the built-in names, and its example.
private struct DefaultRun {
  let configuration = Configuration()
  let initial, model: Model
  let documents: [String]
  let losses: [Double]
  let samples: [String]
  let untrained, trace: Trace

  init() throws {
    let trainer = try Trainer(corpus: .names, configuration: configuration)
    documents = trainer.corpus.map { String(decoding: $0.utf8, as: UTF8.self) }
    initial = trainer.model
    var losses: [Double] = []
    while let step = try trainer.step() { losses.append(step.loss) }
    (self.losses, model) = (losses, trainer.model)
    let sampler = trainer.sampler()
    samples = try (0..<20).map { _ in try sampler.sample(temperature: 0.5) }
    (untrained, trace) = (try initial.trace("emma"), try model.trace("emma"))
  }

  /// What each entry's numbers are, as it prints them; those of commands are tested with their commands.
  func numbers(_ entries: [GlossaryEntry], _ files: [String: SourceText]) throws -> [String: [String]] {
    let scalar = try #require(files["microgpt.swift"]), matrix = try #require(files["microgpt_matrix.swift"])
    func constant(_ name: String) throws -> String { try scalar.only("\\b\(name) = (\\d[\\d.e-]*)") }
    func number(_ name: String) throws -> Double { try #require(Double(try constant(name))) }
    func size(_ tensor: String) -> String { grouped(model[tensor]!.values.count) }
    let tokenizer = model.tokenizer, vocabulary = tokenizer.vocabularySize
    let e = try #require(tokenizer.token(of: "e")), a = try #require(tokenizer.token(of: "a"))
    let m = try #require(tokenizer.token(of: "m"))
    let parameters = grouped(model.parameters.count), width = try constant("width")
    let steps = try number("steps"), rate = try number("learningRate")
    let (beta1, beta2) = (try number("beta1"), try number("beta2"))
    let headWidth = try number("width") / number("headCount")
    let attention = trace["layer0.head2.attention"]!, hidden = trace["layer0.mlp_hidden"]!
    let expand = model["layer0.mlp_fc1"]!, contract = model["layer0.mlp_fc2"]!
    let p = trace["probabilities"]!
    let moves = initial.moves(by: untrained)
    let overflow = try scalar.only("overflow at (\\d+)")
    try #require(exp(Double(overflow)!) == .infinity && exp(Double(overflow)! - 1) < .infinity)
    let operations = try #require(scalar.lines.firstIndex { $0.hasPrefix("// AUTOGRAD") })
    let operationsEnd = try #require(scalar.lines.firstIndex { $0.hasPrefix("func sum(") })
    let update = try #require(entries.first { $0.name == "Optimizer" }?.links.first)
    // The values that are set on the lines of the entry.
    let hyperparameters = try #require(entries.first { $0.name == "Hyperparameter" }).links
      .map { scalar.lines[$0.first - 1].matches(of: #/\w = \d/#).count }.reduce(0, +)

    return [
      "Data set": [grouped(documents.map(\.count).reduce(0, +))],
      "Document": [grouped(documents.count)],
      "Character": ["\(Set(documents.joined()).count)"],
      "Random numbers": [try scalar.only("count: (\\d+)\\)")],
      "Random seed": [try scalar.only("seed: (\\d+)")],
      "Shuffle": [documents[0]],
      "Alphabet": ["\(tokenizer.characters.count)"],
      "Token": ["\(e)"],
      "BOS": ["\(tokenizer.bos)"],
      "Vocabulary": ["\(vocabulary)"],
      "Position": ["\(trace.tokenLosses.count)"],
      "Block size": [try constant("blockSize"), "\(documents.map(\.count).max()!)"],

      "Model": [parameters],
      "Parameter": [parameters],
      "Hyperparameter": ["\(hyperparameters)"],
      "Vector": [width],
      "Channel": ["\(model["wte"]!.columns - 1)"],
      "Width": [width],
      "Matrix": ["\(model.tensorNames.count)"],
      "Standard deviation": [try scalar.only("gauss\\(\\) \\* (0\\.\\d+)")],
      "Initial parameters": [initial.parameters.min()!, initial.parameters.max()!].map { fixed($0, 2) },
      "Embedding": [size("wte")],
      "Position embedding": [size("wpe")],

      "Forward pass": ["\(trace.tokenLosses.count)"],
      "Linear": ["\(model.tensorNames.count { !["wte", "wpe"].contains($0) })"],
      "Weight": [size("layer0.attn_wq")],
      "Bias": ["\(model.tensorNames.count { model[$0]!.rows == 1 || model[$0]!.columns == 1 })"],
      "rmsNorm": [fixed(Double(try scalar.only("\\+ (1e-\\d)"))!, 5)],
      "Layer": [
        try constant("layerCount"),
        grouped(
          model.tensorNames.filter { $0.hasPrefix("layer0.") }.map { model[$0]!.values.count }.reduce(0, +)),
      ],
      "Attention": [fixed(attention[3, 1], 2)],
      "Query": [size("layer0.attn_wq")],
      "Key": [size("layer0.attn_wk")],
      "Value of attention": [size("layer0.attn_wv")],
      "Dot product": [fixed(headWidth, 0)],
      "Score": [fixed(headWidth.squareRoot(), 0)],
      "Softmax": ["\(p.columns)"],
      "Peak": [overflow],
      "Causal": ["\(attention.values.count { $0 > 0 })"],
      "Keys and values kept": ["\(trace["layer0.k"]!.rows)"],
      "Head": [try constant("headCount")],
      "Head width": [fixed(headWidth, 0)],
      "Attention output": [size("layer0.attn_wo")],
      "Residual connection": ["\(scalar.lines.count { $0.contains(", x).map(+)") })"],
      "Multilayer perceptron": [grouped(expand.values.count + contract.values.count)],
      "Hidden unit": ["\(expand.rows)"],
      "relu": [
        "\((0..<hidden.columns).count { unit in (0..<hidden.rows).allSatisfy { hidden[$0, unit] == 0 } })"
      ],
      "lmHead": [size("lm_head")],
      "Logit": [fixed(trace["logits"]![2, a], 2)],
      "GPT-2": [
        "\(try scalar.only("GPT-2, with ([^.]*)").replacing(" and ", with: ", ").components(separatedBy: ", ").count)"
      ],

      "Probability": [fixed(1 / Double(vocabulary), 3)],
      "Target": [trace.tokens[1] == e ? "e" : "?"],
      "Logarithm": [fixed(log(Double(vocabulary)), 4)],
      "Surprise": [fixed(trace.tokenLosses[0], 2), fixed(p[0, e], 3)],
      "Nat": [fixed(1 / log(2), 2)],
      "Loss": [fixed(losses[0], 4)],
      "Guessing": [fixed(log(Double(vocabulary)), 4)],

      "Slope": [fixed(1 / p[0, e], 1)],
      "Gradient": [grouped(trace.parameterGradients.map(\.values.count).reduce(0, +))],
      "Value on the tape": [parameters],
      "Tape": [grouped(1 << Int(try scalar.only("1 << (\\d+)"))!)],
      "Parents": [
        "\(try scalar.only("parents = column\\(of: \\(([^)]+)\\)").components(separatedBy: ", ").count)"
      ],
      "Leaf": [parameters],
      "Autograd": ["\(scalar.lines[operations..<operationsEnd].count { $0.contains("tape.note(") })"],
      "Chain rule": [fixed(trace.gradient("probabilities")![0, e], 1)],
      "Backward pass": [grouped(Int(steps))],
      "Matrix calculus": ["\(model.tensorNames.count)"],
      "dx": [width],
      "back": ["\(matrix.lines.count { $0.contains("func back(") })"],
      "Transpose": ["\(expand.rows)×\(expand.columns)", "\(expand.columns)×\(expand.rows)"],

      "Training": [fixed(losses.last!, 4)],
      "Step": [grouped(losses.count), grouped(documents.count - losses.count)],
      "Batch": ["\(configuration.batchSize)"],
      "Optimizer": ["\(update.last - update.first + 1)"],
      "Learning rate": [try constant("learningRate")],
      "Learning rate decay": [
        fixed(rate * (1 - 500 / steps), 3), fixed(rate * (1 - (steps - 1) / steps), 5),
      ],
      "Adam": [fixed(zip(moves.before, moves.after).map { abs($1 - $0) }.max()!, 4)],
      "First moment": [fixed(100 * (1 - beta1), 0)],
      "Second moment": [fixed(100 * (1 - beta2), 0)],
      "Beta1": [try constant("beta1"), fixed(1 / (1 - beta1), 0)],
      "Beta2": [try constant("beta2"), fixed(1 / (1 - beta2), 0)],
      "Epsilon": [try constant("epsilon")],
      "Bias correction": [fixed(1 - beta1, 2), fixed(1 - beta2, 2)],

      "Inference": [try scalar.only("for sample in 1\\.\\.\\.(\\d+)")],
      "Sample": [samples[0]],
      "Draw": [fixed(100 * p[0, m], 0)],
      "Temperature": [try constant("temperature")],
      "Hallucinated": ["\(samples.count { documents.contains($0) })"],

      "Last bit": ["\(Double.significandBitCount + Double.exponentBitCount + 1)"],
      "ulp": [try matrix.only("< ([\\d.]+) \\* y\\.ulp")],
    ]
  }
}
