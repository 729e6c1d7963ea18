// The six lessons, their pages and the guide that leads through them. Figures are read from the documents and compared
// with what the programs print, so that none goes stale.

import Foundation
import MicroGPT
import Testing

extension OneScreen {
  @Suite struct LessonTests {
    @Test("a lesson has at most 200 lines of 110 columns and imports only Foundation", arguments: Lesson.all)
    func form(lesson: Lesson) throws {
      let text = try lesson.source().text
      let lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
      #expect(lines.count <= 200)
      for (index, line) in lines.enumerated() { #expect(line.count <= 110, "line \(index + 1)") }
      let code = text.split(separator: "\n").filter { !$0.hasPrefix("//") }
      #expect(code.filter { $0.contains(/\bimport\b/) } == ["import Foundation"])
    }

    @Test(
      "every lesson has the data set, tokenizer and random numbers of microgpt.swift", arguments: Lesson.all)
    func sharedSections(lesson: Lesson) throws {
      let sections = try lesson.source().sharedSections()
      let expected = try OneScreenFile.scalar.source().sharedSections()
      #expect(firstDifference(Array(sections.utf8), Array(expected.utf8)) == nil)
    }

    @Test("the last lesson is microgpt.swift byte for byte")
    func lastLesson() throws {
      let last = try #require(Lesson.all.last)
      #expect(
        try Data(contentsOf: last.url(".swift"))
          == Data(contentsOf: repository.appending(path: "microgpt.swift")))
    }

    @Test("the pages and the guide link to files that are there")
    func links() throws {
      let pages = Lesson.all.map { $0.url(".md") } + [Guide.url]
      for page in pages {
        let text = withoutBlocks(try String(contentsOf: page, encoding: .utf8))
        let targets = text.matches(of: /\]\(([^)#]+)/).map { String($0.1) }
        #expect(!targets.isEmpty)
        for target in targets where !target.hasPrefix("http") {
          let file = page.deletingLastPathComponent().appending(path: target).standardizedFileURL
          #expect(FileManager.default.fileExists(atPath: file.path), "\(page.lastPathComponent): \(target)")
        }
      }
    }

    @Test(
      "a lesson compiles without a warning and gives what its page and the guide say",
      .enabled(if: PlatformFingerprint.isGolden, PlatformFingerprint.difference), arguments: Lesson.all)
    func figures(lesson: Lesson) async throws {
      let source = try lesson.source(), page = try lesson.page(), row = try Guide.row(of: lesson)
      #expect(try await source.compiled(.speed).diagnostics == "")
      let run = try await source.learned()
      #expect(run.loss == row.loss)
      #expect(page.contains("\nMean loss of the last 500 steps: **\(run.loss)**.\n"))
      #expect(run.samples.prefix(6).joined(separator: ", ") == (try Guide.samples(of: lesson)))

      // The transcript, in which "..." stands for any lines.
      let transcript = try block("text", of: page).filter { $0 != "..." }
      var rest = run.lines[...]
      for line in transcript {
        let place = try #require(rest.firstIndex(of: line), "'\(line)' is not printed, or not in this order.")
        rest = rest[(place + 1)...]
      }

      let lines = source.lines
      #expect(lines.count == row.lineCount)
      #expect(page.contains("), \(lines.count) lines.\n"))
      guard let previous = lesson.previous else { return }
      let changes = lines.difference(from: try previous.source().lines)
      #expect(changes.removals.count == row.removedCount)
      #expect(changes.insertions.count == row.insertedCount)
    }

    @Test("derivatives by hand agree with differences of the loss, and with autograd's losses and samples")
    func handAndTape() async throws {
      let byHand = try await Lesson.all[2].source().learned(),
        autograd = try await Lesson.all[3].source().learned()
      #expect(byHand.steps == autograd.steps)
      #expect(byHand.samples == autograd.samples)
      let check = try #require(
        byHand.lines.compactMap { $0.wholeMatch(of: /gradient check: worst difference (\S+) .*/) }.first)
      // 2.0e-09 was found, which is rounding: the loss, about 3, is divided by twice the move, 2e-5.
      #expect(try #require(Double(check.1)) < 1e-8)
    }

    @Test(
      "the change of an exercise gives the answer of its page",
      .enabled(if: PlatformFingerprint.isGolden, PlatformFingerprint.difference), arguments: Lesson.all)
    func exercise(lesson: Lesson) async throws {
      let page = try lesson.page(), change = try block("diff", of: page)
      try #require(change.count == 2 && change[0].hasPrefix("-") && change[1].hasPrefix("+"))
      let old = String(change[0].dropFirst()), new = String(change[1].dropFirst())
      let run = try await lesson.source().replacing(old + "\n", with: new + "\n").learned()

      let answer = try #require(page.components(separatedBy: "<summary>Answer</summary>").dropFirst().first)
      #expect(try #require(answer.firstMatch(of: /\*\*(.+?)\*\*/)).1 == run.loss)
      // What the answer quotes of the output.
      let spans = answer.components(separatedBy: "`").enumerated().filter { $0.offset % 2 == 1 }
      for (_, span) in spans where span.contains(" ") {
        #expect(run.lines.contains { $0.contains(span) }, "'\(span)' is not printed.")
      }
    }

    @Test(
      "without a part of lesson 5 the loss is the one in its table",
      .enabled(if: PlatformFingerprint.isGolden, PlatformFingerprint.difference))
    func parts() async throws {
      let lesson = Lesson.all[4],
        rows = try lesson.page().matches(of: /(?m)^\| .+ \| `(.+)` \| `(.+)` \| ([0-9.]+) \|$/)
      #expect(rows.count == 3)
      for row in rows {
        let run = try await lesson.source().replacing(String(row.1), with: String(row.2)).learned()
        #expect(run.loss == row.3, "\(row.0)")
      }
    }

    @Test("prose has no figure of four decimals but those that a test compares")
    func prose() throws {
      var known: Set<String> = [String(format: "%.4f", log(27.0))], texts = [("the guide", try Guide.text())]
      for lesson in Lesson.all {
        known.insert(try Guide.row(of: lesson).loss)
        let page = try lesson.page()
        // Bold figures are means and answers; the others are in the table of lesson 5.
        known.formUnion(page.matches(of: /\*\*(\d\.\d{4})\*\*/).map { String($0.1) })
        known.formUnion(page.matches(of: /(?m)^\| .+` \| (\d\.\d{4}) \|$/).map { String($0.1) })
        texts.append((lesson.name, withoutBlocks(page)))
      }
      for (name, text) in texts {
        for figure in text.matches(of: /\b\d+\.\d{4}\b/) {
          #expect(known.contains(String(figure.0)), "\(figure.0) in \(name)")
        }
      }
    }

    @Test(
      "the line of awk in the guide computes the mean of the last 500 losses",
      .enabled(if: inPath("awk") != nil, "There is no awk in PATH."))
    func awk() async throws {
      let line = try #require(try Guide.text().firstMatch(of: /(?m)^\.\/1-counting (\| awk .+)$/)).1
      let program = try await Lesson.all[0].source().compiled(.speed)
      let shell = URL(filePath: "/bin/sh"), command = "'\(program.executable.path)' \(line)"
      let printed = try await Workshop.open.run(shell, ["-c", command], input: Array(Corpus.namesText.utf8))
      let run = try await Lesson.all[0].source().learned()
      #expect(String(decoding: printed.output, as: UTF8.self) == run.loss + "\n")
    }

    private func withoutBlocks(_ page: String) -> String { page.replacing(/(?s)```.*?```/, with: "") }

    /// The lines of the one fenced block of a page in this language.
    private func block(_ language: String, of page: String) throws -> [String] {
      let blocks = page.components(separatedBy: "\n```\(language)\n").dropFirst()
      try #require(blocks.count == 1)
      let content = try #require(blocks.first?.components(separatedBy: "\n```").first)
      return content.components(separatedBy: "\n").filter { !$0.isEmpty }
    }
  }
}

/// A lesson: a program and its page.
struct Lesson: CustomTestStringConvertible {
  static let all = [
    "1-counting", "2-gradient-descent", "3-by-hand", "4-autograd", "5-attention", "6-microgpt",
  ].enumerated().map { Lesson(number: $0 + 1, name: $1) }

  let number: Int
  let name: String

  var testDescription: String { name }
  var previous: Lesson? { number > 1 ? Lesson.all[number - 2] : nil }

  func url(_ suffix: String) -> URL { repository.appending(path: "Lessons/\(name)\(suffix)") }
  func page() throws -> String { try String(contentsOf: url(".md"), encoding: .utf8) }
  func source() throws -> SourceText {
    SourceText(name: "\(name).swift", text: try String(contentsOf: url(".swift"), encoding: .utf8))
  }
}

/// Documentation/Guides/FromNothing.md.
private enum Guide {
  static let url = repository.appending(path: "Documentation/Guides/FromNothing.md")
  static func text() throws -> String { try String(contentsOf: url, encoding: .utf8) }

  /// What the table of losses says of a lesson.
  struct Row {
    let loss: String
    let lineCount: Int?
    let removedCount: Int?
    let insertedCount: Int?
  }

  static func row(of lesson: Lesson) throws -> Row {
    let rows = try text().split(separator: "\n").filter {
      $0.hasPrefix("| [") && $0.contains("/\(lesson.name).md)")
    }
    try #require(rows.count == 1)
    let cells = rows[0].split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
    try #require(cells.count == 7)
    return Row(
      loss: cells[2], lineCount: Int(cells[4]), removedCount: Int(cells[5]), insertedCount: Int(cells[6]))
  }

  /// The samples that the guide shows of a lesson, separated by commas. Its rows begin with one number or several.
  static func samples(of lesson: Lesson) throws -> String {
    let rows = try text().matches(of: /(?m)^\| ([1-6, ]+) \| ([a-z, ]+) \|$/)
    let row = try #require(rows.first { $0.1.contains("\(lesson.number)") })
    return String(row.2)
  }
}

/// What a lesson printed.
private struct LearnedRun {
  let lines: [String]
  /// Lines such as "step    1 / 1000 | loss 3.2958".
  let steps: [String]
  let samples: [String]
  /// The mean loss of the last 500 steps, with four decimals.
  let loss: String
}

extension SourceText {
  fileprivate var lines: [Substring] {
    text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
  }

  /// Runs a lesson on the built-in names.
  fileprivate func learned() async throws -> LearnedRun {
    let finished = try await run(.speed, input: Array(Corpus.namesText.utf8))
    try #require(finished.status == 0, "\(finished.errors)")
    let lines = String(decoding: finished.output, as: UTF8.self).components(separatedBy: "\n")
    let steps = lines.filter { $0.hasPrefix("step ") }
    try #require(steps.count == 1000)
    let losses = try steps.suffix(500).map {
      try #require($0.split(separator: " ").last.flatMap { Double($0) })
    }
    return LearnedRun(
      lines: lines, steps: steps,
      samples: lines.filter { $0.hasPrefix("sample ") }.map { String($0.dropFirst("sample  1: ".count)) },
      loss: String(format: "%.4f", losses.reduce(0, +) / 500))
  }
}
