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

/// Whole files, read and written.
@Suite("Files") struct FilesTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test(
    "a file is read byte for byte, whatever its length and last byte",
    arguments: [0, 1, 65_535, 65_536, 65_537, 300_000])
  func read(count: Int) throws {
    let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 * 7) }
    try Data(bytes).write(to: URL(fileURLWithPath: folder.path + "/file"))
    #expect(try readFile(folder.path + "/file") == bytes)
  }

  @Test("an empty device is an empty file")
  func nullDevice() throws {
    #expect(try readFile("/dev/null") == [])
  }

  @Test(
    "a pipe, whose length is unknown, is read to its end",
    arguments: [0, 65_535, 65_536, 65_537, 131_072, 300_000])
  func namedPipe(count: Int) throws {
    let path = folder.path + "/pipe", bytes = [UInt8](repeating: 7, count: count)
    #expect(mkfifo(path, 0o600) == 0)
    let writer = Thread { try? Data(bytes).write(to: URL(fileURLWithPath: path)) }
    writer.start()
    #expect(try readFile(path) == bytes)
  }

  @Test(
    "a file that cannot be read is an error with its path and the system's reason",
    arguments: [("missing", ENOENT), ("missing/file", ENOENT), ("file/inside", ENOTDIR), (".", EISDIR)])
  func unreadable(file: String, code: Int32) throws {
    try folder.write("text", to: "file")
    let path = "\(folder.path)/\(file)"
    #expect(throws: FileError(.read, path: path, code: code)) { try readFile(path) }
  }

  @Test("a file is written completely, replaces an existing one, and leaves no other file")
  func writing() throws {
    for text in ["first", "", "second, and longer"] {
      try writeFileAtomically(Array(text.utf8), to: folder.path + "/file")
      #expect(folder.text(of: "file") == text)
      #expect(folder.contents == ["file"])
    }
  }

  @Test("a file longer than any buffer is written completely")
  func writingLong() throws {
    let bytes = (0..<200_000).map { UInt8(truncatingIfNeeded: $0 * 7) }
    try writeFileAtomically(bytes, to: folder.path + "/file")
    #expect(try readFile(folder.path + "/file") == bytes)
  }

  @Test("a file that is replaced keeps its permissions")
  func permissions() throws {
    let path = folder.path + "/file"
    try folder.write("text", to: "file")
    #expect(chmod(path, 0o600) == 0)
    try writeFileAtomically([49], to: path)
    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    #expect(attributes[.posixPermissions] as? Int == 0o600 && folder.text(of: "file") == "1")
  }

  @Test("a failed write leaves no other file, and the error names the requested one")
  func unwritable() throws {
    try folder.write("text", to: "file")
    try createFolder(folder.path + "/folder")
    for (file, code) in [("missing/file", ENOENT), ("file/inside", ENOTDIR), ("folder", EISDIR)] {
      let path = "\(folder.path)/\(file)"
      #expect(throws: FileError(.replace, path: path, code: code)) {
        try writeFileAtomically([1, 2], to: path)
      }
      #expect(folder.contents == ["file", "folder"])
      #expect(folder.text(of: "file") == "text")
    }
  }

  @Test("what a killed process left is no obstacle, and a link left there does not lead anywhere")
  func leftovers() throws {
    try folder.write("text", to: "file")
    try folder.write("precious", to: "other")
    try FileManager.default.createSymbolicLink(
      atPath: "\(folder.path)/left.part", withDestinationPath: folder.path + "/other")
    try writeFileAtomically([49], to: folder.path + "/file", through: folder.path + "/left.part")
    #expect(folder.contents == ["file", "other"])
    #expect(folder.text(of: "file") == "1" && folder.text(of: "other") == "precious")
  }

  @Test("a file that need not outlive the machine is complete all the same")
  func notDurable() throws {
    let path = folder.path + "/file"
    for bytes in [[1, 2, 3], [UInt8](repeating: 9, count: 300_000), []] {
      try writeFileAtomically(bytes, to: path, isDurable: false)
      #expect(try readFile(path) == bytes)
    }
    #expect(folder.contents == ["file"])
  }

  @Test("whether a file can be created is known beforehand, and what is there stays")
  func canReplace() throws {
    let path = folder.path + "/file"
    try checkCanReplace(path)
    #expect(folder.contents == [])
    try Data([1]).write(to: URL(fileURLWithPath: path))
    try checkCanReplace(path)
    #expect(try readFile(path) == [1] && folder.contents == ["file"])
    #expect(mkfifo(folder.path + "/pipe", 0o600) == 0)
    for (name, code) in [("missing/file", ENOENT), ("file/file", ENOTDIR), (".", EISDIR), ("pipe", EEXIST)] {
      let path = "\(folder.path)/\(name)"
      #expect(throws: FileError(.create, path: path, code: code)) { try checkCanReplace(path) }
    }
    #expect(folder.contents == ["file", "pipe"])
  }

  @Test("a link is resolved to its file, and a path without a file stays as it is")
  func links() throws {
    let path = folder.path + "/file"
    try Data([1]).write(to: URL(fileURLWithPath: path))
    try FileManager.default.createSymbolicLink(atPath: folder.path + "/link", withDestinationPath: "file")
    #expect(isSameFile(resolvingLinks(folder.path + "/link"), path))
    #expect(resolvingLinks(folder.path + "/link").hasSuffix("/file"))
    #expect(resolvingLinks(folder.path + "/missing") == folder.path + "/missing")
  }

  @Test("folders are created with those above them, and an existing one is unchanged")
  func folders() throws {
    try createFolder(folder.path + "/a/b/c")
    try folder.write("text", to: "a/b/file")
    try createFolder(folder.path + "/a/b")
    try createFolder(folder.path + "/a//b/d/")
    #expect(
      try FileManager.default.subpathsOfDirectory(atPath: folder.path).sorted() == [
        "a", "a/b", "a/b/c", "a/b/d", "a/b/file",
      ])
    try createFolder("/")
  }

  @Test("a file in the way of a folder is an error that names it")
  func fileInTheWay() throws {
    try folder.write("text", to: "file")
    let path = folder.path + "/file"
    #expect(throws: FileError(.create, path: path, code: ENOTDIR)) { try createFolder(path) }
    #expect(throws: FileError(.create, path: path, code: ENOTDIR)) { try createFolder(path + "/a/b") }
    #expect(folder.text(of: "file") == "text")
  }

  @Test("two paths are the same file if they refer to the same file")
  func sameFile() throws {
    try folder.write("text", to: "file")
    try folder.write("text", to: "other")
    try FileManager.default.createSymbolicLink(
      atPath: folder.path + "/link", withDestinationPath: folder.path + "/file")
    let path = folder.path
    #expect(isSameFile(path + "/file", path + "/file"))
    #expect(isSameFile(path + "/file", path + "/./file"))
    #expect(isSameFile(path + "/file", path + "/link"))
    #expect(!isSameFile(path + "/file", path + "/other"))
    #expect(!isSameFile(path + "/file", path + "/missing"))
    #expect(isSameFile(path + "/missing", path + "/./missing"))
    #expect(!isSameFile(path + "/missing", path + "/gone"))
    #expect(!isSameFile(path + "/missing", path + "/no/missing"))
    #expect(fileExists(path) && fileExists(path + "/link") && !fileExists(path + "/missing"))
  }

  @Test("only a file with at least a byte has contents, also behind a link")
  func contents() throws {
    try folder.write("a", to: "file")
    try folder.write("", to: "empty")
    #expect(mkfifo(folder.path + "/pipe", 0o600) == 0)
    for (link, file) in [("link", "file"), ("link to empty", "empty"), ("dangling", "missing")] {
      try FileManager.default.createSymbolicLink(
        atPath: "\(folder.path)/\(link)", withDestinationPath: file)
    }
    let names = ["file", "empty", "pipe", "link", "link to empty", "dangling", "missing", ".", "file/inside"]
    #expect(names.filter { hasContents("\(folder.path)/\($0)") } == ["file", "link"])
    #expect(!hasContents("/dev/null") && !hasContents(""))
  }

  @Test("a link is replaced, and the file that it leads to is unchanged")
  func writingLink() throws {
    try folder.write("precious", to: "file")
    try FileManager.default.createSymbolicLink(atPath: folder.path + "/link", withDestinationPath: "file")
    try writeFileAtomically([49], to: folder.path + "/link")
    #expect(folder.contents == ["file", "link"])
    #expect(folder.text(of: "file") == "precious" && folder.text(of: "link") == "1")
  }
}

/// The system's words for an error that not every system calls the same.
private func reason(_ code: Int32) -> String { String(cString: strerror(code)) }

/// The complete sentences of errors.
@Suite("File errors") struct FileErrorTests {
  @Test(
    "an error says what is wrong, where, and what to do",
    arguments: [
      (
        .read, "a.txt", ENOENT,
        "'a.txt' cannot be read: No such file or directory. Check its name and folder."
      ),
      (.read, "b/a.txt", ENOTDIR, "'b/a.txt' cannot be read: Not a directory. Check its name and folder."),
      (.read, "b", EISDIR, "'b' cannot be read: Is a directory. Name a file, such as one inside."),
      (.read, "a.txt", EACCES, "'a.txt' cannot be read: Permission denied. Check its permissions."),
      (.read, "standard input", EIO, "standard input cannot be read: Input/output error."),
      (
        .create, "b/a.log", EACCES,
        "'b/a.log' cannot be created: Permission denied. Name a file in a folder that exists and can be "
          + "written to."
      ),
      (
        .write, "a.log", ENOSPC,
        "Writing to 'a.log' failed: No space left on device. What was written before is kept, the rest is "
          + "lost."
      ),
      (
        .write, "standard output", ENOSPC,
        "Writing to standard output failed: No space left on device. What was written before is kept, the "
          + "rest is lost."
      ),
      (
        .create, "/dev/null", EEXIST,
        "'/dev/null' is a device or a pipe, which cannot be replaced. Name a file."
      ),
      (.create, "b", EISDIR, "'b' is a folder. Name a file, such as one inside."),
      (
        .replace, "a.model", ENOSPC,
        "'a.model' cannot be saved: No space left on device. If it existed before, it is unchanged. "
          + "Make room on its disk."
      ),
      (
        .replace, "a.model", EDQUOT,
        "'a.model' cannot be saved: \(reason(EDQUOT)). If it existed before, it is unchanged. "
          + "Make room on its disk."
      ),
      (
        .replace, "b/a.model", ENOENT,
        "'b/a.model' cannot be saved: No such file or directory. If it existed before, it is unchanged. "
          + "Make its folder again."
      ),
      (
        .replace, "b/a.model", ENOTDIR,
        "'b/a.model' cannot be saved: Not a directory. If it existed before, it is unchanged. "
          + "Make its folder again."
      ),
      (
        .replace, "a.model", EACCES,
        "'a.model' cannot be saved: Permission denied. If it existed before, it is unchanged. "
          + "Check its folder's permissions and its disk."
      ),
      (
        .replace, "a.model", EIO,
        "'a.model' cannot be saved: Input/output error. If it existed before, it is unchanged. "
          + "Check its folder's permissions and its disk."
      ),
      (
        .lock, "a.model", EWOULDBLOCK,
        "'a.model' is being saved to by another process. Wait until it ends, or name another file."
      ),
      (
        .lock, "a.model", ENOLCK,
        "'a.model' cannot be locked: No locks available. Name a file in another folder."
      ),
    ] as [(FileError.Operation, String, Int32, String)])
  func sentences(operation: FileError.Operation, path: String, code: Int32, sentence: String) {
    #expect(FileError(operation, path: path, code: code).description == sentence)
  }

  @Test("only a pipe without a reader is a closed pipe")
  func closedPipe() {
    #expect(FileError(.write, path: "standard output", code: EPIPE).isClosedPipe)
    #expect(!FileError(.write, path: "standard output", code: ENOSPC).isClosedPipe)
  }
}
