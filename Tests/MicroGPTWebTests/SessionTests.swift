import MicroGPT
import Testing

@testable import MicroGPTWeb

/// The page's run: rewinding, samples and what is kept.
@Suite("The page's run") struct SessionTests {
  private func settings(_ lines: String = "") throws -> Settings { try Settings(lines: Array(lines.utf8)) }

  private func session(_ lines: String = "steps 60") throws -> Session {
    try Session(settings(lines), text: Array("emma\nolivia\nava\nisabella\nmia\nzoe".utf8))
  }

  private func lossBits(_ session: Session) -> [UInt64] { session.losses.bins.map(\.sum.bitPattern) }

  @Test("losses and samples of the default run are the reference's, bit for bit")
  func golden() throws {
    let session = try Session(Settings(), text: nil), figures = GoldenFigures.builtInNames
    #expect(try session.advance(2000) == 1000)
    #expect(lossBits(session) == figures.losses.map(\.bitPattern))
    #expect(session.trainer.model.parametersSHA256 == figures.parametersSHA256)
    try session.sample(20)
    #expect(session.samples.map(\.text) == figures.samples)
  }

  @Test(
    "rewinding and replaying gives the same bits", arguments: ["exact", "fast"], [0, 1, 7, 8, 23, 59, 60])
  func rewind(engine: String, step: Int) throws {
    let session = try session("steps 60\nengine \(engine)")
    var hashes = [session.trainer.model.parametersSHA256]
    while try session.advance(1) == 1 { hashes.append(session.trainer.model.parametersSHA256) }
    let losses = lossBits(session)
    try session.rewind(to: step)
    while session.remaining > 0 { try session.replay(3) }
    #expect(session.step == step && session.furthestStep == 60)
    #expect(session.trainer.model.parametersSHA256 == hashes[step])
    // Forward again, by rewinding and by stepping.
    _ = try session.advance(2)
    #expect(session.trainer.model.parametersSHA256 == hashes[min(60, step + 2)])
    try session.rewind(to: 60)
    try session.replay(100)
    #expect(session.trainer.model.parametersSHA256 == hashes[60])
    #expect(lossBits(session) == losses)
  }

  @Test("the same step gives the same samples, whatever was drawn before")
  func samples() throws {
    let session = try session()
    _ = try session.advance(30)
    try session.sample(3)
    let first = session.samples.map(\.text)
    _ = try session.advance(10)
    try session.sample(2)
    try session.rewind(to: 30)
    try session.replay(100)
    try session.sample(3)
    #expect(session.samples.suffix(3).map(\.text) == first)
    #expect(session.samples.map(\.step) == [30, 30, 30, 40, 40, 30, 30, 30])
    #expect(session.sampleCount == 8)
    let other = try self.session()
    _ = try other.advance(40)
    try other.sample(2)
    #expect(other.samples.map(\.text) == session.samples[3..<5].map(\.text))
  }

  @Test("samples that are in the text are not new")
  func memorized() throws {
    let session = try Session(settings("steps 200"), text: Array("ab\nab".utf8))
    _ = try session.advance(200)
    try session.sample(20)
    #expect(session.samples.contains { !$0.isNew })
    for sample in session.samples { #expect(sample.isNew == (sample.text != "ab")) }
  }

  @Test("snapshots and losses are bounded")
  func bounded() throws {
    let session = try session("steps 9000\nembedding 4\nheads 1\nblock_size 4")
    _ = try session.advance(9000)
    #expect(session.losses.bins.count <= 2048 && session.losses.bins.reduce(0) { $0 + $1.count } == 9000)
    #expect((32...64).contains(session.snapshotCount))
    let hash = session.trainer.model.parametersSHA256
    try session.rewind(to: 8999)
    #expect(session.remaining < 9000 / 32 + 1)
    while session.remaining > 0 { try session.replay(1000) }
    _ = try session.advance(1)
    #expect(session.trainer.model.parametersSHA256 == hash)
  }

  @Test("held-out losses are computed now and then, of documents that are not trained on")
  func heldOut() throws {
    let session = try session("steps 100\nhold_out 0.4")
    _ = try session.advance(100)
    #expect(session.trainer.corpus.count == 4)
    #expect(session.heldOutLosses.map(\.step) == [0, 50, 100])
  }

  @Test(
    "what cannot be used is refused in a sentence",
    arguments: [
      ("heads 3", "'embedding' is 16, which 3 heads cannot share evenly."),
      ("engine quick", "'engine' is 'quick', but has to be exact or fast."),
      ("width 3", "There is no hyperparameter 'width'."),
      ("hold_out 2", "'hold_out' is 2, which is too large."),
      ("layers two", "'layers' is 'two', but has to be a whole number, 1 or more."),
    ])
  func refused(lines: String, sentence: String) {
    let error = #expect(throws: PageError.self) { _ = try session(lines) }
    #expect(error?.sentence.hasPrefix(sentence) == true, "\(error?.sentence ?? "")")
  }

  @Test("an empty text, one that is not UTF-8, and a model that is too large are refused")
  func refusedText() {
    for text in [[], [0xFF], [10, 10]] as [[UInt8]] {
      #expect(throws: PageError.self) { _ = try Session(Settings(), text: text) }
    }
    #expect(throws: PageError.self) { _ = try session("embedding 8192\nlayers 4") }
  }
}

/// What the page shows of a line.
@Suite("Strips and panels") struct LineDetailTests {
  @Test(
    "every line of the map opens, at every position, with numbers in its formula",
    arguments: Program.allCases, ["", "layers 2\nembedding 6\nheads 3\nblock_size 5"])
  func details(_ program: Program, lines: String) throws {
    let session = try Session(Settings(lines: Array(lines.utf8)), text: Array("emma\nolivia\nava".utf8))
    _ = try session.advance(5)
    for line in program.lines {
      for position in [0, 2, 99] {
        let detail = try session.detail(program, line: line.number, document: 1, position: position)
        #expect(detail.line == line.number && !detail.title.isEmpty && detail.sentence.hasSuffix("."))
        #expect(detail.position < 7)
        #expect(line.main.quantity == .scalar || !(detail.tensors + detail.moments).isEmpty)
        for view in detail.tensors + detail.gradients + detail.moments {
          #expect(view.tensor.values.allSatisfy { $0.isFinite })
          #expect(view.rows.isEmpty || view.rows.count == view.tensor.rows)
          #expect(view.columns.isEmpty || view.columns.count == view.tensor.columns)
        }
      }
    }
  }

  @Test(
    "strips have as many cells as the facts say, whatever the document, from -1 to 1", arguments: [0, 1, 2])
  func strips(document: Int) throws {
    let session = try Session(
      Settings(lines: Array("layers 2\nblock_size 9".utf8)), text: Array("emma\nolivia\navaavaavaava".utf8))
    _ = try session.advance(3)
    let (scene, _) = try session.scene(document: document)
    let strips = session.strips(scene, position: 1), model = session.trainer.model
    var place = 0
    for program in Program.allCases {
      for line in program.lines {
        #expect(
          strips.offsets[place + 1] - strips.offsets[place]
            == model.configuration.cellCount(line.main.quantity, model: model), "\(program) \(line.number)")
        place += 1
      }
    }
    #expect(strips.offsets.last == strips.cells.count)
    #expect(strips.cells.allSatisfy { !(abs($0) > 1) } && strips.cells.contains { abs($0) == 1 })
  }

  @Test("cells are a tensor's row, norms of a matrix's rows, and empty where a head does not look")
  func cells() throws {
    let session = try Session(
      Settings(lines: Array("layers 2\nblock_size 9".utf8)), text: Array("emma\nolivia\navaavaavaava".utf8))
    _ = try session.advance(3)
    let (scene, _) = try session.scene(document: 0)
    let query = scene.trace["layer1.q"]!, slope = scene.trace.gradient("layer1.q")!
    let values = scene.cells(.value("layer*.q"), .value, position: 2)
    #expect(Array(values.suffix(16)) == Array(query.values[32..<48]))
    let gradients = scene.cells(.value("layer*.q"), .gradient, position: 2)
    #expect(Array(gradients.suffix(16)) == Array(slope.values[32..<48]) && gradients != values)
    #expect(gradients == scene.cells(.gradient("layer*.q"), .value, position: 2))
    let weights = scene.cells(.value("layer*.head*.attention"), .value, position: 2)
    #expect(weights.count == 2 * 4 * 9)
    #expect(weights.indices.allSatisfy { weights[$0].isNaN == ($0 % 9 > 2) })
    #expect(abs(weights[..<3].reduce(0, +) - 1) < 1e-12)
    let head = scene.model["lm_head"]!, norms = scene.cells(.parameters(["lm_head"]), .value, position: 0)
    #expect(norms.count == head.rows)
    #expect(norms[0] == head.values[..<16].reduce(0) { $0 + $1 * $1 }.squareRoot())
    let all = scene.cells(.parameters([]), .value, position: 0)
    #expect(all.count == 15)
    #expect(abs(all[2] - norms.reduce(0) { $0 + $1 * $1 }.squareRoot()) < 1e-12)
    #expect(
      scene.cells(.losses, .gradient, position: 0).filter { $0 == 1 / Double(scene.count) }.count
        == scene.count)
  }

  @Test("the formula has the position's numbers")
  func numbers() throws {
    let session = try Session(Settings(), text: Array("emma\nolivia\nava".utf8))
    let detail = try session.detail(.microgpt, line: 175, document: 0, position: 1)
    let (scene, _) = try session.scene(document: 0)
    #expect(detail.formula == ["loss = Σ surprise / \(scene.count) = \(figure(scene.trace.loss))"])
  }

  @Test("a text of one's own is traced, and a character outside the vocabulary is refused")
  func ownText() throws {
    let session = try Session(Settings(), text: Array("emma\nolivia".utf8))
    #expect(try session.scene(document: 0, text: "mama").scene.text == "mama")
    #expect(throws: PageError.self) { _ = try session.scene(document: 0, text: "x") }
    #expect(throws: PageError.self) { _ = try session.detail(.microgpt, line: 1, document: 0, position: 0) }
  }

  @Test(
    "figures have four digits that count",
    arguments: [
      (0, "0"), (1, "1"), (-0.12344, "−0.1234"), (12.3456, "12.35"), (999.96, "1,000"), (1234.5, "1,235"),
      (1e-5, "1e-5"),
      (0.00123456, "0.001235"), (2_000_000_000, "2e9"), (.infinity, "∞"),
    ])
  func figures(number: Double, text: String) { #expect(figure(number) == text) }

  @Test("a frame's points of the loss continue those that the page has")
  func lossPoints() throws {
    let session = try Session(
      Settings(lines: Array("steps 5000\nembedding 4\nheads 1\nblock_size 2".utf8)),
      text: Array("emma\nava".utf8))
    func first(_ known: Int) throws -> String {
      let text = try session.frame(document: -1, text: nil, position: 0, lossSince: known, sampleSince: 0)
        .text
      return String(text.split(separator: "\"first\":")[1].prefix { $0 != "," })
    }
    _ = try session.advance(10)
    #expect(try first(0) == "0")
    _ = try session.advance(10)
    #expect(try first(10) == "9")
    _ = try session.advance(4000)
    #expect(try first(20) == "0")
  }
}
