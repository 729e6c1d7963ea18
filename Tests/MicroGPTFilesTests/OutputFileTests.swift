import Foundation
import Testing

@testable import MicroGPTFiles

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A file written piece by piece: its contents at each moment, and where errors appear.
@Suite("Output files") struct OutputFileTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test("text and bytes are written in order, and visible after a flush or close")
  func order() throws {
    let file = try OutputFile(creating: folder.path + "/file")
    try file.write("naïve ")
    try file.write([0x31, 0x0A])
    #expect(folder.text(of: "file") == "")
    try file.flush()
    #expect(folder.text(of: "file") == "naïve 1\n")
    try file.flush()
    try file.write("end")
    try file.close()
    #expect(folder.text(of: "file") == "naïve 1\nend")
  }

  @Test("an existing file is truncated")
  func emptied() throws {
    try folder.write("a text that is longer", to: "file")
    try OutputFile(creating: folder.path + "/file").close()
    #expect(folder.text(of: "file") == "")
  }

  @Test("the buffer is emptied whenever it holds 64 KB, and no piece is too long")
  func buffer() throws {
    let file = try OutputFile(creating: folder.path + "/file")
    try file.write([UInt8](repeating: 1, count: 65_535))
    #expect(folder.text(of: "file")?.utf8.count == 0)
    try file.write("a")
    #expect(folder.text(of: "file")?.utf8.count == 65_536)
    try file.write([UInt8](repeating: 2, count: 1_000_000))
    #expect(folder.text(of: "file")?.utf8.count == 1_065_536)
    try file.close()
    #expect(folder.text(of: "file")?.utf8.count == 1_065_536)
  }

  @Test("a file that is released without close is closed, and its buffer is lost")
  func dropped() throws {
    // More files than a process may have open at once.
    for _ in 0..<2_000 {
      let file = try OutputFile(creating: folder.path + "/file")
      try file.write("lost")
    }
    #expect(folder.text(of: "file") == "")
  }

  @Test(
    "a file that cannot be created is an error with its path",
    arguments: [("missing/file", ENOENT), ("file/inside", ENOTDIR), (".", EISDIR)])
  func uncreatable(file: String, code: Int32) throws {
    try folder.write("text", to: "file")
    let path = "\(folder.path)/\(file)"
    #expect(throws: FileError(.create, path: path, code: code)) { try OutputFile(creating: path) }
  }

  @Test(
    "a full disk is an error of the write that empties the buffer, of flush and of close",
    .enabled(if: hasFullDevice, "This system has no /dev/full."))
  func fullDisk() throws {
    let full = FileError(.write, path: fullDevice, code: ENOSPC)
    let file = try OutputFile(creating: fullDevice)
    #expect(throws: full) { try file.write([UInt8](repeating: 1, count: 65_536)) }
    #expect(throws: full) { try file.write(String(repeating: "a", count: 65_536)) }
    try file.flush()  // There is nothing left that could fail.
    try file.write("text")
    #expect(throws: full) { try file.flush() }
    try file.write("text")
    #expect(throws: full) { try file.close() }
    try OutputFile(creating: fullDevice).close()
  }

  @Test("a closed pipe is an error that says so, under the given name")
  func closedPipe() throws {
    signal(SIGPIPE, SIG_IGN)
    var ends: [Int32] = [0, 0]
    #expect(pipe(&ends) == 0)
    close(ends[0])
    let file = OutputFile(descriptor: ends[1], path: "standard output")
    try file.write("text")
    let error = #expect(throws: FileError.self) { try file.flush() }
    #expect(error == FileError(.write, path: "standard output", code: EPIPE))
    #expect(error?.isClosedPipe == true)
    try file.close()
  }

  @Test("a given descriptor stays open")
  func borrowed() throws {
    var ends: [Int32] = [0, 0]
    #expect(pipe(&ends) == 0)
    defer { for end in ends { close(end) } }
    for text in ["a", "b"] {
      try OutputFile(descriptor: ends[1], path: "standard output").writeAndFlush(text)
    }
    var bytes: [UInt8] = [0, 0]
    #expect(read(ends[0], &bytes, 2) == 2)
    #expect(bytes == Array("ab".utf8))
  }
}

extension OutputFile {
  fileprivate func writeAndFlush(_ text: String) throws(FileError) {
    try write(text)
    try flush()
  }
}
