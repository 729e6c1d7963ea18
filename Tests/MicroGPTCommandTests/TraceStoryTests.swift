import MicroGPT
import Testing

@testable import MicroGPTCommand

/// What a trace tells, against the tensors that it tells of.
@Suite("Trace stories") struct TraceStoryTests {
  private static func story(
    _ document: String = "emma", _ change: (inout Configuration) -> Void = { _ in }
  ) throws -> TraceStory {
    var configuration = Configuration()
    (configuration.layers, configuration.embedding, configuration.heads) = (2, 8, 2)
    configuration.steps = 30
    change(&configuration)
    return try TraceStory(.trained(on: nil, configuration, nil), document)
  }

  /// The text of a part.
  private static func text(_ story: TraceStory, _ stage: TraceSection.Stage) -> String {
    story.sections(stage).map { TraceText(width: 1000, color: false).text($0) }.joined()
  }

  @Test("every tensor of the forward pass is shown as it is")
  func tensors() throws {
    let story = try TraceStoryTests.story()
    let shown = story.sections().flatMap(\.blocks).flatMap { block -> [Tensor] in
      switch block {
      case .vectors(let matrices): matrices.map(\.matrix)
      case .attention(let attention): [attention.weights]
      case .units(let units): [units.hidden]
      default: []
      }
    }
    for name in ["embedding", "embedding_norm"] { #expect(shown.contains(story.trace[name]!)) }
    #expect(shown.contains(story.trace.gradient("logits")!))
    for layer in 0..<2 {
      for name in ["attn_mixed", "attn_out", "mlp_hidden", "mlp_out"] {
        #expect(shown.contains(story.trace["layer\(layer).\(name)"]!))
      }
      for head in 0..<2 {
        #expect(shown.contains(story.trace["layer\(layer).head\(head).attention"]!))
        for name in ["q", "k", "v"] {
          let whole = story.trace["layer\(layer).\(name)"]!
          let part = (0..<whole.rows).flatMap { t in (4 * head..<4 * head + 4).map { whole[t, $0] } }
          #expect(shown.contains { $0.name == whole.name && $0.values == part && $0.columns == 4 })
        }
      }
    }
  }

  @Test("the loss is told with every surprise, as a number of choices, beside guessing")
  func loss() throws {
    let story = try TraceStoryTests.story(), trace = story.trace
    let text = TraceStoryTests.text(story, .loss)
    for surprise in trace.tokenLosses { #expect(text.contains(fixed(surprise, 4))) }
    #expect(text.contains(" / 5 = \(fixed(trace.loss, 4))\n"))
    #expect(text.contains("ln 27 = 3.2958"))
    var product = 1.0
    for t in trace.tokenLosses.indices {
      let p = trace["probabilities"]![t, trace.tokens[t + 1]]
      product *= 1 / p
      #expect(text.contains(fixed(p, 4)))
    }
    // The geometric mean of the choices is e to the loss.
    var choices = 1.0
    for _ in 0..<60 { choices -= (raised(choices, 5) - product) / (5 * raised(choices, 4)) }
    #expect(text.contains("as one of \(fixed(choices, 1)) equally probable ones"))
  }

  private func raised(_ number: Double, _ power: Int) -> Double {
    (0..<power).reduce(1) { product, _ in product * number }
  }

  @Test("the shares of attention add up to 1, and go where the weights do")
  func shares() throws {
    let story = try TraceStoryTests.story(), weights = story.trace["layer1.head1.attention"]!
    let text = TraceStoryTests.text(story, .attention)
    let sentence = try #require(text.split(separator: "\n").first { $0.hasPrefix("Head 1.1 looks most: ") })
    let itself = (1..<5).reduce(0) { $0 + weights[$1, $1] } / 4
    let first = (1..<5).reduce(0) { $0 + weights[$1, 0] } / 4
    let before = (2..<5).reduce(0) { $0 + weights[$1, $1 - 1] } / 4
    for (share, what) in [
      (itself, "itself"), (first, "BOS at position 0"), (before, "the one before it"),
      (1 - itself - first - before, "others"),
    ] {
      #expect(sentence.contains(try Regex("\(fixed(100 * share, 0)) % (goes )?to \(what)")), "\(sentence)")
    }
    let look = (0...3).max { weights[3, $0] < weights[3, $1] }!
    #expect(
      sentence.contains(
        "from 3 m at \(["0 BOS", "1 e", "2 m", "3 m"][look]) (\(fixed(100 * weights[3, look], 0)) %)"))
    #expect(sentence.contains("spread evenly, 32 % would go to itself."))
    #expect(TraceStoryTests.text(try TraceStoryTests.story(""), .attention).contains("With one position"))
  }

  @Test("the worked examples are the numbers of the tensors")
  func examples() throws {
    let story = try TraceStoryTests.story(), trace = story.trace, model = story.source.model
    let sum = model["wte"]![trace.tokens[2], 0] + model["wpe"]![2, 0]
    #expect(
      TraceStoryTests.text(story, .embedding).contains(
        " / √\(short(trace["embedding"]!.row(2).reduce(1e-5) { $0 + $1 * $1 / 8 })) = \(short(trace["embedding_norm"]![2, 0]))\n"
      ) && abs(sum - trace["embedding"]![2, 0]) < 1e-15)
    let scores = trace["layer0.head1.scores"]!, weights = trace["layer0.head1.attention"]!
    let text = TraceStoryTests.text(story, .attention)
    #expect(text.contains("√4 = \(short(scores[2, 0]))\n"))
    #expect(text.contains("= \(short(weights[2, 0]))\n"))
    let d = trace.gradient("logits")!, p = trace["probabilities"]!, next = trace.tokens[5]
    #expect(abs((p[4, next] - 1) / 5 - d[4, next]) < 1e-15)
    #expect(
      TraceStoryTests.text(story, .backward).contains(
        "d logit[4, BOS] = (\(short(p[4, next])) - 1) / 5 = \(short(d[4, next]))"))
  }

  @Test("the norms of gradients are told whole and by position, and those of parameters by matrix")
  func norms() throws {
    let story = try TraceStoryTests.story(), trace = story.trace
    let rows = TraceStoryTests.text(story, .backward).split(separator: "\n")
      .map { $0.split(separator: " ").map(String.init) }
    for name in ["logits", "layer1.mlp_out", "layer0.q", "embedding"] {
      let gradient = trace.gradient(name)!
      let row = try #require(rows.first { $0.first == name && $0.count == 7 })
      var squares = 0.0
      for t in 0..<5 {
        let square = (0..<gradient.columns).reduce(0) { $0 + gradient[t, $1] * gradient[t, $1] }
        squares += square
        #expect(abs(Double(row[t + 2])! - square.squareRoot()) < 6e-5)
      }
      #expect(abs(Double(row[1])! - squares.squareRoot()) < 6e-5)
    }
    let wte = try #require(rows.first { $0.first == "wte" })
    #expect(wte[1] == "27×8" && wte[4] == "85")
  }

  @Test("Adam's largest moves come first, with their places")
  func adam() throws {
    let story = try TraceStoryTests.story(), moves = story.source.state!.moves(by: story.trace)
    let changes = zip(moves.before, moves.after).map { $1 - $0 }
    let largest = changes.indices.max { abs(changes[$0]) < abs(changes[$1]) }!
    let text = TraceStoryTests.text(story, .adam)
    let rows = text.split(separator: "\n").map(String.init)
    let header = try #require(rows.firstIndex { $0.hasPrefix("  parameter") })
    let first = rows[header + 1]
    #expect(first.hasSuffix(fixed(changes[largest], 4)), "\(first)")
    #expect(first.contains(fixed(moves.before[largest], 4)) && first.contains(fixed(moves.after[largest], 4)))
    let sizes = rows[header + 1...header + 10].map { abs(Double($0.split(separator: " ").last!)!) }
    #expect(sizes == sizes.sorted(by: >))
    #expect(
      text.contains("If step 31 were on this document, at the learning rate 0.01 that the run began with"))
    let untrained = TraceStoryTests.text(try TraceStoryTests.story { $0.steps = 0 }, .adam)
    #expect(
      untrained.contains(
        "If step 1 were on this document, at the learning rate 0.01, these parameters would move most:"))
    #expect(
      untrained.contains(
        "the first step moves every parameter that has a gradient by the learning rate, but for epsilon."))
    let still = TraceStoryTests.text(
      try TraceStoryTests.story { ($0.steps, $0.learningRate) = (0, 0) }, .adam)
    #expect(still.contains("at the learning rate 0, no parameter would move."))
    let decaying = TraceStoryTests.text(try TraceStoryTests.story { $0.weightDecay = 0.25 }, .adam)
    #expect(
      decaying.contains("times 0.25 of itself") && decaying.contains("parameter -= rate·0.25·parameter"))
    #expect(!text.contains("Weight decay"))
  }

  @Test("the readouts and neighbors are the library's")
  func probes() throws {
    let story = try TraceStoryTests.story(), model = story.source.model
    let rows = TraceStoryTests.text(story, .readout).split(separator: "\n")
      .map { $0.split(separator: " ").map(String.init) }
    for readout in model.readouts(of: story.trace) {
      let row = try #require(rows.first { $0.first == readout.tensor })
      let cells = (0..<5).flatMap { t in
        let probabilities = (0..<27).map { readout.probabilities[t, $0] }
        let best = probabilities.firstIndex(of: probabilities.max()!)!
        return [fixed(probabilities[story.trace.tokens[t + 1]], 2), model.tokenizer.name(of: best)]
      }
      #expect(row == [readout.tensor, fixed(readout.loss, 4)] + cells)
    }
    let neighbors = TraceStoryTests.text(story, .neighbors)
    for token in Set(story.trace.tokens) {
      let all = model.neighbors(of: token)
      let names = all.prefix(4).map { "\(model.tokenizer.name(of: $0.token)) \(fixed($0.similarity, 2))" }
      #expect(neighbors.contains(names.joined(separator: ", ")))
      #expect(
        neighbors.contains("\(model.tokenizer.name(of: all.last!.token)) \(fixed(all.last!.similarity, 2))"))
    }
  }

  @Test("a document longer than the block is cut, and the introduction says so")
  func cut() throws {
    let story = try TraceStoryTests.story("emma") { $0.blockSize = 4 }
    #expect(story.introduction[1].contains("'emma', cut to the block of 4 tokens."))
    #expect(story.trace.tokens.count == 5)
    #expect(!(try TraceStoryTests.story("emma") { $0.blockSize = 5 }).introduction[1].contains("cut"))
  }
}
