import Foundation
import MicroGPT
import MicroGPTFiles
import MicroGPTFoundation
import Testing

/// The code of the articles for apps, compiled and run as an app has it: on the main actor, by the public interface.
@MainActor @Suite struct ArticleTests {
  private static let corpus = {
    // There are documents, and their characters are those of names.
    try! Corpus(documents: ["emma", "olivia", "ava", "emilia", "sophia"])
  }()

  private static func trainer(steps: Int = 20) throws -> sending Trainer {
    var configuration = Configuration()
    configuration.steps = steps
    return try Trainer(corpus: corpus, configuration: configuration)
  }

  private static func path(_ folder: URL) -> String { folder.appendingPathComponent("model").path }

  /// A folder that is removed when `body` ends.
  private static func withFolder(_ body: (String) async throws -> Void) async throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
      "microgpt-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try await body(path(folder))
  }

  @MainActor final class Learner {
    var fraction = 0.0
    var message = ""
    var model: Model?
    private var training: Task<Void, Never>?

    func start(_ corpus: Corpus) {
      training = Task {
        do {
          let trainer = try BackgroundTrainer(Trainer(corpus: corpus))
          for try await progress in trainer.progress() {
            fraction = progress.fraction
            message = "loss \(progress.loss)"
          }
          model = await trainer.model
        } catch is CancellationError {
          message = "Stopped."
        } catch {
          message = error.localizedDescription
        }
      }
    }

    func stop() { training?.cancel() }

    /// Waits until the task has ended.
    func wait() async { await training?.value }
  }

  @Test("the article on training in the background: a view's model trains")
  func train() async throws {
    let learner = Learner()
    learner.start(ArticleTests.corpus)
    await learner.wait()
    #expect(learner.fraction == 1 && learner.message.hasPrefix("loss "))
    let other = try Trainer(corpus: ArticleTests.corpus)
    try other.train()
    #expect(learner.model == other.model)
  }

  @Test("the article on training in the background: the user stops")
  func stop() async throws {
    let learner = Learner()
    learner.start(ArticleTests.corpus)
    learner.stop()
    await learner.wait()
    #expect(learner.model == nil && learner.message == "Stopped.")
  }

  @Test("the article on training in the background: further steps")
  func further() async throws {
    let trainer = BackgroundTrainer(try ArticleTests.trainer())
    var fraction = 0.0
    try await trainer.train()
    for try await progress in trainer.progress(steps: 500) { fraction = progress.fraction }
    #expect(fraction == 1)
    #expect(await trainer.completedSteps == 520)
  }

  @Test("the article on files: a model, a run, and an error")
  func files() async throws {
    try await ArticleTests.withFolder { path in
      let corpus = ArticleTests.corpus, trainer = try ArticleTests.trainer()
      try trainer.train(steps: 10)
      var model = trainer.model

      try model.write(to: path)
      let copy = try Model(contentsOf: path)
      #expect(copy == model)

      try Checkpoint(trainer.state).write(to: path)
      let resumed = try Trainer(resuming: Checkpoint(contentsOf: path).state, corpus: corpus)
      try resumed.train()
      try trainer.train()
      #expect(resumed.model == trainer.model)

      try Data("damaged".utf8).write(to: URL(fileURLWithPath: path))
      var message = ""
      do {
        model = try Model(contentsOf: path)
      } catch {
        message = error.localizedDescription
      }
      #expect(message.hasPrefix("'\(path)' cannot be used. "))
      #expect(model == copy)
    }
  }

  @Test("the article on text: a name, many names, and probabilities")
  func text() async throws {
    let trainer = try ArticleTests.trainer(steps: 300)
    try trainer.train()
    let model = trainer.model

    let sampler = Sampler(model)
    let name = try sampler.sample(prompt: "em", temperature: 0.7, filter: TokenFilter(topK: 5))
    #expect(name.hasPrefix("em"))

    let names = try await Task.detached {
      let sampler = try BatchSampler(model, seed: 7, numbers: 0..<1000, prompt: "em")
      var names: [String] = []
      while let name = try sampler.next() { names.append(name) }
      return names
    }.value
    #expect(names.count == 1000 && names.allSatisfy { $0.hasPrefix("em") })

    let probabilities = try sampler.probabilities(after: "em", temperature: 1)
    let logits = try model.logits(after: "em")
    let loss = try model.loss("emma")
    #expect(probabilities.firstIndex(of: probabilities.max()!) == logits.firstIndex(of: logits.max()!))
    #expect(loss > 0)
  }

  @Test("the README on apps: from documents to a name")
  func readme() async throws {
    var names: [String] = [], fraction = 0.0
    func print(_ name: String) { names.append(name) }
    try await ArticleTests.withFolder { path in
      let corpus = ArticleTests.corpus

      let trainer = try BackgroundTrainer(Trainer(corpus: corpus))
      for try await progress in trainer.progress() { fraction = progress.fraction }  // on the caller's actor
      let model = await trainer.model
      try model.write(to: path)  // in the product MicroGPTFiles
      print(try Sampler(model).sample(prompt: "em", temperature: 0.7, filter: TokenFilter(topK: 5)))
    }
    #expect(fraction == 1 && names.count == 1 && names[0].hasPrefix("em"))
  }

  @Test(
    "the code for apps in articles and the README is in these tests, block by block",
    arguments: [
      ("Sources/MicroGPT/MicroGPT.docc/TrainInTheBackground", 2),
      ("Sources/MicroGPT/MicroGPT.docc/SaveAndLoad", 3), ("Sources/MicroGPT/MicroGPT.docc/GenerateText", 3),
      ("README", 1),
    ])
  func code(page: String, count: Int) throws {
    let isArticle = page.contains("docc")
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    func lines(_ text: some StringProtocol) -> String {
      text.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) + "\n" }.joined()
    }
    let tests = try lines(String(contentsOfFile: #filePath, encoding: .utf8))
    let page = try String(contentsOf: root.appendingPathComponent("\(page).md"), encoding: .utf8)
    // The README has other code, too.
    let blocks = page.components(separatedBy: "\n```").enumerated().filter { $0.offset % 2 == 1 }.map(
      \.element
    )
    .filter { isArticle || $0.contains("BackgroundTrainer") }
    #expect(blocks.count == count)
    for block in blocks {
      var code = lines(try #require(block.hasPrefix("swift\n") ? block.dropFirst(6) : nil))
      // The class has a method more in the tests, before its last brace.
      if code.hasSuffix("stop() { training?.cancel() }\n}\n") { code.removeLast(2) }
      #expect(tests.contains(code))
    }
  }
}
