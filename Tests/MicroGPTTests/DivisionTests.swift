import Testing

@testable import MicroGPT

/// Texts as lines, paragraphs and streams, against the plain way.
@Suite struct DivisionTests {
  // from itertools import groupby
  // text = io.TextIOWrapper(io.BytesIO(b), encoding='utf-8').read()
  // ['\n'.join(g).strip() for full, g in groupby(text.split('\n'), lambda l: bool(l.strip())) if full]
  @Test(
    "paragraphs are what Python's groupby makes of blank lines",
    arguments: [
      ("a\nb\n\nc", ["a\nb", "c"]),
      ("\n\n  a \n  b  \n \t \n\n c\n", ["a \n  b", "c"]),
      ("a\r\nb\r\r\nc\r\n\r\nd\re", ["a\nb", "c", "d\ne"]),
      ("one", ["one"]),
      ("one\n", ["one"]),
      ("\u{85}\na\n\u{2028}\nb\n\u{3000}", ["a", "b"]),
      ("水\n火\n\n\n木 ", ["水\n火", "木"]),
      ("a\n\u{1C}\nb\u{1D}\n\u{1E}c", ["a", "b\u{1D}\n\u{1E}c"]),
      ("\u{FEFF}\n\na", ["\u{FEFF}", "a"]),
    ])
  func paragraphs(text: String, golden: [String]) throws {
    let corpus = try Corpus(text: text, as: .paragraphs)
    #expect(corpus.map(Array.init) == golden.map { Array($0.unicodeScalars) })
    #expect(try Corpus(utf8: Array(text.utf8), as: .paragraphs) == corpus)
    #expect(try corpus == Corpus(documents: golden))
    #expect(!corpus.isStream)
  }

  @Test(
    "random texts are divided as by a plain reference",
    arguments: 0..<200 as Range<UInt64>)
  func plain(seed: UInt64) throws {
    var random = PythonRandom(seed: seed)
    let pieces = [
      "a", "b c", "é", "水", "\n", "\n\n", "\r\n", "\r", " ", "\t", "\u{A0}", "\u{3000}", "\u{FEFF}", "🙂",
    ]
    let text = (0..<Int(random.uniform() * 60)).map { _ in
      pieces[Int(random.uniform() * Double(pieces.count))]
    }
    .joined()
    // Line by line over scalars, with nothing of the library but what white space is.
    var lines: [[Unicode.Scalar]] = [[]], previous: Unicode.Scalar = "a"
    for scalar in text.unicodeScalars {
      if scalar == "\n" && previous == "\r" { previous = scalar; continue }
      if scalar == "\n" || scalar == "\r" { lines.append([]) } else { lines[lines.count - 1].append(scalar) }
      previous = scalar
    }
    func strip(_ scalars: [Unicode.Scalar]) -> [Unicode.Scalar] {
      Array(scalars.drop { $0.isPythonSpace }.reversed().drop { $0.isPythonSpace }.reversed())
    }
    let stripped = lines.map(strip).filter { !$0.isEmpty }
    var paragraphs: [[Unicode.Scalar]] = [[]]
    for line in lines {
      if strip(line).isEmpty {
        paragraphs.append([])
      } else {
        paragraphs[paragraphs.count - 1] += line + ["\n"]
      }
    }
    let blocks = paragraphs.map(strip).filter { !$0.isEmpty }
    #expect((try? Corpus(text: text))?.map(Array.init) ?? [] == stripped)
    #expect((try? Corpus(text: text, as: .paragraphs))?.map(Array.init) ?? [] == blocks)
    let all = Array(lines.joined(separator: ["\n"]))
    if all.count < 2 {
      #expect(throws: CorpusError.tooShort) { try Corpus(text: text, as: .stream) }
    } else {
      let stream = try Corpus(text: text, as: .stream)
      #expect(Array(stream[0]) == all && stream.count == 1 && stream.isStream)
      #expect(stream.characters == Array(Set(all)).sorted())
    }
    if !stripped.isEmpty {
      #expect(try Corpus(text: text).characters == Array(Set(stripped.joined())).sorted())
    }
  }

  @Test(
    "bytes that are not UTF-8 are found in every division, in their line", arguments: Corpus.Division.allCases
  )
  func invalid(division: Corpus.Division) {
    for (bytes, line) in [
      ([0xFF], 1), ([0x61, 0x0A, 0x62, 0x0D, 0x0A, 0x80], 3), ([0x0D, 0x0D, 0xC3], 3),
      (Array(repeating: 0x0A, count: 100) + [0xED, 0xA0, 0x80], 101),
      (Array("12345678\n12345678\n1234567".utf8) + [0xF8, 0x61], 3),
    ] as [([UInt8], Int)] {
      #expect(throws: CorpusError.invalidUTF8(line: line)) { try Corpus(utf8: bytes, as: division) }
    }
  }

  @Test("the caller's bytes stay as they were")
  func bytesAreValues() throws {
    let bytes = Array("emma\r\nava  \r\n".utf8)
    for division in Corpus.Division.allCases {
      let corpus = try Corpus(utf8: bytes, as: division)
      #expect(bytes == Array("emma\r\nava  \r\n".utf8))
      #expect(corpus.count == (division == .lines ? 2 : 1))
      #expect(bytes.withUnsafeBytes { try? Corpus(utf8: $0, as: division) } == corpus)
    }
  }
}
