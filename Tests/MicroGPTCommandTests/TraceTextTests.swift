import MicroGPT
import Testing

@testable import MicroGPTCommand

/// A trace in a terminal.
@Suite("Traces as text") struct TraceTextTests {
  private func story(_ document: String, _ change: (inout Configuration) -> Void = { _ in }) throws
    -> TraceStory
  {
    var configuration = Configuration()
    configuration.steps = 10
    change(&configuration)
    return try TraceStory(.trained(on: nil, configuration, nil), document)
  }

  @Test("no line is wider than the terminal, whatever the sizes", arguments: [40, 53, 80, 81, 100, 132, 200])
  func width(_ width: Int) throws {
    let stories = [
      try story("emma"),
      try story("maximiliana") { ($0.layers, $0.embedding, $0.heads) = (2, 6, 3) },
      try story("a") { ($0.embedding, $0.heads) = (1, 1) },
      try story("alexandria") { ($0.embedding, $0.heads, $0.blockSize) = (64, 2, 64) },
    ]
    for story in stories {
      for section in story.sections() {
        let text = TraceText(width: width, color: false).text(section)
        for line in text.split(separator: "\n") where !line.hasPrefix("    ") || line.contains("head") {
          #expect(line.unicodeScalars.count <= width, "\(line)")
          #expect(line.last != " " && !line.contains("\u{a0}"), "\(line)")
        }
        // A formula is broken at blanks.
        for line in text.split(separator: "\n") where line.hasPrefix("    ") && width >= 80 {
          #expect(line.unicodeScalars.count <= width, "\(line)")
        }
      }
    }
  }

  @Test("colors are around the same text, and only where they are asked for")
  func color() throws {
    let story = try story("emma")
    for section in story.sections() {
      let plain = TraceText(width: 100, color: false).text(section)
      let colored = TraceText(width: 100, color: true).text(section)
      #expect(!plain.contains("\u{1b}"))
      let bare = colored.replacing(#/\u{1b}\[[0-9;]*m/#, with: "")
      if section.stage == .attention {
        #expect(colored.contains("\u{1b}[48;5;166;38;5;16m   1.00\u{1b}[0m"))
      } else {
        // Blanks at the ends of lines may have a color.
        #expect(
          bare.split(separator: "\n").map { $0.trimming } == plain.split(separator: "\n").map { $0.trimming })
      }
      #expect(colored.contains("\u{1b}"))
    }
  }

  @Test("attention is shaded by its weight, in cells as wide as there is room")
  func attention() {
    let weights = Tensor(
      name: "a", rows: 3, columns: 3, values: [1, 0, 0, 0.3, 0.7, 0, 0.01, 0.19, 0.8])
    let block = TraceSection.Block.attention(
      .init(title: "head", weights: weights, rows: ["0 BOS", "1 a", "2 b"], tokens: ["BOS", "a", "b"]))
    #expect(
      TraceText(width: 80, color: false).text(block) == """
          head
                     BOS       a       b
          0 BOS   █ 1.00
          1 a     ▒ 0.30  ▓ 0.70
          2 b       0.01  ░ 0.19  █ 0.80

        """)
    #expect(
      TraceText(width: 25, color: false).text(block) == """
          head
                  BOS    a    b
          0 BOS  █1.0
          1 a    ▒.30 ▓.70
          2 b     .01 ░.19 █.80

        """)
  }

  @Test("numbers keep their sign and lose digits before they lose columns; what is cut is said")
  func vectors() {
    let matrix = Tensor(
      name: "m", rows: 2, columns: 4, values: [-0.256, 1.234, 0, 123.4, 12.34, -0.004, 99_999, -1.25])
    let block = TraceSection.Block.vectors([.init(title: "m", matrix: matrix, rows: ["0 a", "1 b"])])
    #expect(
      TraceText(width: 40, color: false).text(block) == """
               m
                  0     1     2     3
          0 a -0.26  1.23  0.00   123
          1 b  12.3 -0.00   1e5 -1.25

        """)
    #expect(
      TraceText(width: 27, color: false).text(block) == """
               m
                 0    1    2    3
          0 a -.26  1.2  .00  123
          1 b   12  .00  1e5 -1.2

        """)
    #expect(
      TraceText(width: 20, color: false).text(block) == """
               m, 2 of 4
                 0    1  …
          0 a -.26  1.2  …
          1 b   12  .00  …

        """)
  }

  @Test("tables align words at their beginning and numbers at their end, and say which columns are cut")
  func table() {
    let block = TraceSection.Block.table(
      .init(
        header: ["name", "number", "word"], rows: [["a", "1", "x"], ["bcdef", "1234567", "yz"]],
        words: [0, 2]))
    #expect(
      TraceText(width: 40, color: false).text(block) == """
          name    number  word
          a            1  x
          bcdef  1234567  yz

        """)
    #expect(
      TraceText(width: 18, color: false).text(block) == """
          name    number …
          a            1 …
          bcdef  1234567 …

        """)
  }

  @Test("a hidden unit is a full cell where it is awake")
  func units() {
    let hidden = Tensor(name: "h", rows: 2, columns: 4, values: [0.5, 0, 0, 2, 0, 0, 0, 0.1])
    let block = TraceSection.Block.units(.init(title: "awake", hidden: hidden, rows: ["0 a", "1 b"]))
    #expect(
      TraceText(width: 40, color: false).text(block) == """
          0 a    █··█  2 of 4
          1 b    ···█  1 of 4

        """)
  }

  @Test("characters take the columns that terminals give them")
  func wideCharacters() {
    #expect(displayWidth("abc") == 3 && displayWidth("e\u{301}") == 1 && displayWidth("日本") == 4)
    #expect(displayWidth("😀") == 2 && displayWidth("") == 0 && displayWidth("⏎␣") == 2)
    let block = TraceSection.Block.table(.init(header: ["x", "y"], rows: [["日", "1"], ["e\u{301}", "2"]]))
    #expect(
      TraceText(width: 40, color: false).text(block) == """
          x   y
          日  1
          e\u{301}   2

        """)
  }

  @Test("a part names its lines, on a line of their own if the terminal is narrow")
  func place() {
    let section = TraceSection(stage: .attention, title: "Attention, layer 0")
    #expect(section.place == "microgpt.swift:152-160, 123-127")
    #expect(
      TraceText(width: 60, color: false).text(section)
        == "\n── Attention, layer 0 ────── microgpt.swift:152-160, 123-127\n")
    #expect(
      TraceText(width: 40, color: false).text(section)
        == "\n── Attention, layer 0 ──────────────────\nmicrogpt.swift:152-160, 123-127\n")
    #expect(TraceSection(stage: .readout, title: "Probe").place == nil)
  }
}

extension Substring {
  fileprivate var trimming: Substring {
    self[..<(lastIndex { $0 != " " }.map { index(after: $0) } ?? startIndex)]
  }
}
