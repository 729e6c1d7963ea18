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

  @Test("a file is continued after the bytes to keep, and what follows them is lost", arguments: 0...6)
  func continuing(length: Int) throws {
    try folder.write("former", to: "file")
    let kept = "former".prefix(length),
      file = try OutputFile(continuing: folder.path + "/file", after: length)
    #expect(folder.text(of: "file") ?? "" == kept)
    try file.write(", and ")
    try file.flush()
    try file.write("more")
    try file.close()
    #expect(folder.text(of: "file") ?? "" == kept + ", and more")
    #expect(folder.contents == ["file"])
  }

  @Test("a continued file has the length asked for, whatever came to it meanwhile")
  func continuingTwice() throws {
    try folder.write("former", to: "file")
    let path = folder.path + "/file", first = try OutputFile(continuing: path, after: 3)
    try first.write("lost")
    try first.flush()
    let second = try OutputFile(continuing: path, after: 3)
    try second.write("kept")
    try second.close()
    #expect(folder.text(of: "file") == "forkept")
  }

  @Test(
    "a file that does not exist or cannot be opened is not continued",
    arguments: [("missing", ENOENT), ("file/inside", ENOTDIR), (".", EISDIR)])
  func notContinued(file: String, code: Int32) throws {
    try folder.write("text", to: "file")
    let path = "\(folder.path)/\(file)"
    #expect(throws: FileError(.create, path: path, code: code)) { try OutputFile(continuing: path, after: 0) }
    #expect(folder.contents == ["file"] && folder.text(of: "file") == "text")
  }

  @Test("what cannot be cut is not continued, and does not stay open")
  func notCut() throws {
    // More files than a process may have open at once.
    for _ in 0..<2_000 {
      #expect(throws: FileError(.write, path: "/dev/null", code: EINVAL)) {
        try OutputFile(continuing: "/dev/null", after: 0)
      }
    }
  }

  @Test("after synchronizing the file has everything, and takes more")
  func synchronizing() throws {
    let file = try OutputFile(creating: folder.path + "/file")
    try file.synchronize()
    try file.write("text")
    #expect(folder.text(of: "file") == "")
    try file.synchronize()
    #expect(folder.text(of: "file") == "text")
    try file.write(", and more")
    try file.synchronize()
    #expect(folder.text(of: "file") == "text, and more")
  }

  @Test("pipes and devices are synchronized once they are written to")
  func synchronizingPipes() throws {
    var ends: [Int32] = [0, 0]
    #expect(pipe(&ends) == 0)
    defer { for end in ends { close(end) } }
    #expect(fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0)  // Reading an empty pipe fails instead of waiting.
    let file = OutputFile(descriptor: ends[1], path: "standard output")
    try file.write("text")
    try file.synchronize()
    var bytes = [UInt8](repeating: 0, count: 4)
    #expect(read(ends[0], &bytes, 4) == 4 && bytes == Array("text".utf8))

    let null = try OutputFile(creating: "/dev/null")
    try null.write("text")
    try null.synchronize()
  }

  @Test(
    "a disk that is full is an error of synchronizing",
    .enabled(if: hasFullDevice, "This system has no /dev/full."))
  func synchronizingFull() throws {
    let file = try OutputFile(creating: fullDevice)
    try file.synchronize()
    try file.write("text")
    #expect(throws: FileError(.write, path: fullDevice, code: ENOSPC)) { try file.synchronize() }
    try file.synchronize()  // There is nothing left that could fail.
  }

  @Test("a file that is not open cannot be synchronized")
  func synchronizingClosed() {
    let file = OutputFile(descriptor: -1, path: "standard output")
    #expect(throws: FileError(.write, path: "standard output", code: EBADF)) { try file.synchronize() }
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
