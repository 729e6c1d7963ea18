import Testing

@testable import MicroGPTFiles

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Lines against those that splitting the whole text gives.
@Suite("Lines of files") struct LineReaderTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func lines(_ text: String, capacity: Int = 262_144) throws -> (lines: [String], isTerminated: Bool)
  {
    try folder.write(text, to: "file")
    let reader = try LineReader(folder.path + "/file", capacity: capacity)
    var lines: [String] = []
    while let line = try reader.next() {
      lines.append(String(decoding: reader.bytes[line], as: UTF8.self))
    }
    return (lines, reader.isTerminated)
  }

  static let texts: [(text: String, lines: [String])] = [
    ("", []), ("\n", [""]), ("a", ["a"]), ("a\n", ["a"]), ("a\nb", ["a", "b"]), ("a\n\nb\n", ["a", "", "b"]),
    ("a\r\nb\r", ["a\r", "b\r"]), ("naïve\0\nb", ["naïve\0", "b"]), ("\n\n", ["", ""]),
    ("0123456789\n0123456\n01234567\n012345678\n", ["0123456789", "0123456", "01234567", "012345678"]),
  ]

  @Test("lines are the same whatever the size of a piece", arguments: texts, [1, 2, 7, 8, 9, 262_144])
  func pieces(text: (text: String, lines: [String]), capacity: Int) throws {
    #expect(try lines(text.text, capacity: capacity).lines == text.lines)
  }

  @Test("whether the last line ends with a line feed is known")
  func terminated() throws {
    #expect(try lines("a\nb\n").isTerminated)
    #expect(try !lines("a\nb").isTerminated)
  }

  @Test("a file of many lines is read in memory for few of them")
  func memory() throws {
    try folder.write(String(repeating: "0123456789\n", count: 100_000), to: "file")
    let reader = try LineReader(folder.path + "/file", capacity: 4096)
    var count = 0
    while let line = try reader.next() {
      #expect(line.count == 10)
      count += 1
    }
    #expect(count == 100_000)
    #expect(reader.bytes.count == 4096)
  }

  @Test("a file that is not there and a folder are errors of reading")
  func errors() throws {
    #expect(throws: FileError(.read, path: "\(folder.path)/none", code: ENOENT)) {
      try LineReader(folder.path + "/none")
    }
    #expect(throws: FileError(.read, path: folder.path, code: EISDIR)) {
      try LineReader(folder.path).next()
    }
  }
}
