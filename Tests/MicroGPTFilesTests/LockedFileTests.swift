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

/// Files that one process at a time may replace: who has the lock, and what is left in the folder.
@Suite("Locked files") struct LockedFileTests {
  private let folder: TemporaryFolder
  private var path: String { folder.path + "/model" }

  init() throws { folder = try TemporaryFolder() }

  private func link(_ name: String, to target: String) throws {
    try FileManager.default.createSymbolicLink(
      atPath: "\(folder.path)/\(name)", withDestinationPath: target)
  }

  @Test("while a file is locked nobody else can lock it, and then the lock and its file are gone")
  func lock() throws {
    for _ in 0..<3 {
      let file = try LockedFile(path)
      #expect(folder.contents == ["model.lock"])
      for _ in 0..<2 {
        #expect(throws: FileError(.lock, path: path, code: EWOULDBLOCK)) { try LockedFile(path) }
      }
      #expect(folder.contents == ["model.lock"])
      withExtendedLifetime(file) {}
    }
    #expect(folder.contents == [])
  }

  @Test("the lock lasts through replacements")
  func lockOfReplaced() throws {
    let file = try LockedFile(path)
    for text in ["first", "second"] {
      try file.replace(with: Array(text.utf8))
      #expect(throws: FileError(.lock, path: path, code: EWOULDBLOCK)) { try LockedFile(path) }
    }
    withExtendedLifetime(file) {}
  }

  @Test("files side by side have locks of their own, and a refused lock leaves the other's alone")
  func others() throws {
    let one = try LockedFile(path), two = try LockedFile(path + ".best")
    #expect(throws: FileError.self) { try LockedFile(path) }
    #expect(folder.contents == ["model.best.lock", "model.lock"])
    withExtendedLifetime((one, two)) {}
  }

  @Test("locks do not use up the files that a process may have open, refused ones neither")
  func descriptors() throws {
    for _ in 0..<2_000 { _ = try LockedFile(path) }
    let file = try LockedFile(path)
    for _ in 0..<2_000 {
      #expect(throws: FileError(.lock, path: path, code: EWOULDBLOCK)) { try LockedFile(path) }
    }
    withExtendedLifetime(file) {}
  }

  @Test("a lock file that a killed process left is no obstacle, and is removed at the end")
  func leftLock() throws {
    try folder.write("", to: "model.lock")
    var file: LockedFile? = try LockedFile(path)
    #expect(throws: FileError(.lock, path: path, code: EWOULDBLOCK)) { try LockedFile(path) }
    withExtendedLifetime(file) {}
    file = nil
    #expect(folder.contents == [])
  }

  @Test("a lock whose file was removed does not remove the file of the next one")
  func removedLock() throws {
    var first: LockedFile? = try LockedFile(path)
    unlink(path + ".lock")
    let second = try LockedFile(path)
    withExtendedLifetime(first) {}
    first = nil
    #expect(folder.contents == ["model.lock"])
    #expect(throws: FileError(.lock, path: path, code: EWOULDBLOCK)) { try LockedFile(path) }
    withExtendedLifetime(second) {}
  }

  @Test(
    "another process has the lock until it ends, however it ends",
    .enabled(if: hasFlock, "There is no flock."),
    arguments: ["TERM", "KILL"])
  func otherProcess(signal: String) throws {
    let line = "touch '\(folder.path)/locked'; read line; kill -\(signal) $$"
    let child = popen("flock '\(path).lock' /bin/sh -c \"\(line.replacing("$", with: "\\$"))\"", "w")
    let deadline = Date(timeIntervalSinceNow: 60)
    while !fileExists(folder.path + "/locked"), Date() < deadline { usleep(1000) }
    #expect(throws: FileError(.lock, path: path, code: EWOULDBLOCK)) { try LockedFile(path) }
    fputs("\n", child)
    #expect(pclose(child) != 0)
    #expect(folder.contents == ["locked", "model.lock"])
    _ = try LockedFile(path)
    #expect(folder.contents == ["locked"])
  }

  @Test("another process does not get a lock that this one has", .enabled(if: hasFlock, "There is no flock."))
  func refusedChild() throws {
    func isLocked() -> Bool { pclose(popen("flock --nonblock '\(path).lock' true", "r")) != 0 }
    var file: LockedFile? = try LockedFile(path)
    #expect(isLocked())
    withExtendedLifetime(file) {}
    file = nil
    #expect(!isLocked())
  }

  @Test("a file is replaced as a whole, and only it and the lock are in the folder")
  func replacing() throws {
    let file = try LockedFile(path)
    #expect(file.path == path)
    for text in ["first, and longer", "", "second"] {
      try file.replace(with: Array(text.utf8))
      #expect(folder.text(of: "model") == text)
      #expect(folder.contents == ["model", "model.lock"])
    }
  }

  @Test("who reads a file while it is replaced reads the former one to its end")
  func reading() throws {
    try folder.write("former", to: "model")
    let reader = try #require(FileHandle(forReadingAtPath: path))
    try LockedFile(path).replace(with: Array("next".utf8))
    #expect(try reader.readToEnd() == Data("former".utf8))
  }

  @Test("what a killed process left of a replacement is used up")
  func leftPart() throws {
    try folder.write("torn, and longer than what is saved", to: "model.part")
    try folder.write("precious", to: "other")
    try LockedFile(path).replace(with: [49])
    #expect(folder.contents == ["model", "other"] && folder.text(of: "model") == "1")
    try link("model.part", to: folder.path + "/other")
    try LockedFile(path).replace(with: [50])
    #expect(folder.contents == ["model", "other"] && folder.text(of: "model") == "2")
    #expect(folder.text(of: "other") == "precious")
  }

  @Test("a link stays, and the file that it leads to is locked and replaced")
  func links() throws {
    try createFolder(folder.path + "/disk")
    try folder.write("former", to: "disk/model")
    try link("model", to: "disk/model")
    try link("again", to: "model")
    let file = try LockedFile(folder.path + "/again")
    #expect(file.path == folder.path + "/again")
    for other in ["again", "model", "disk/model", "disk/../disk/model"] {
      let other = "\(folder.path)/\(other)"
      #expect(throws: FileError(.lock, path: other, code: EWOULDBLOCK)) { try LockedFile(other) }
    }
    try file.replace(with: Array("next".utf8))
    #expect(folder.text(of: "disk/model") == "next")
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: path) == "disk/model")
    #expect(folder.contents == ["again", "disk", "model"])
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: folder.path + "/disk").sorted() == [
        "model", "model.lock",
      ])
  }

  @Test("paths that lead to one file which is still to be written share its lock")
  func pathsToMissing() throws {
    try createFolder(folder.path + "/disk")
    try link("folder", to: "disk")
    let file = try LockedFile(folder.path + "/disk/model")
    for other in ["disk/./model", "folder/model"] {
      let other = "\(folder.path)/\(other)"
      #expect(throws: FileError(.lock, path: other, code: EWOULDBLOCK)) { try LockedFile(other) }
    }
    withExtendedLifetime(file) {}
  }

  @Test("a link that leads to no file is itself replaced")
  func danglingLink() throws {
    try link("model", to: "missing")
    try LockedFile(path).replace(with: [49])
    #expect(folder.contents == ["model"] && folder.text(of: "model") == "1")
    #expect(throws: (any Error).self) { try FileManager.default.destinationOfSymbolicLink(atPath: path) }
  }

  @Test(
    "what is not a file cannot be locked, and nothing is left beside it",
    arguments: [
      ("folder", EISDIR, "is a folder. Name a file, such as one inside."),
      ("pipe", EEXIST, "is a device or a pipe, which cannot be replaced. Name a file."),
      (
        "missing/model", ENOENT,
        "cannot be created: No such file or directory. Name a file in a folder that exists and can be written to."
      ),
      (
        "file/model", ENOTDIR,
        "cannot be created: Not a directory. Name a file in a folder that exists and can be written to."
      ),
    ])
  func unlockable(file: String, code: Int32, sentence: String) throws {
    try createFolder(folder.path + "/folder")
    try folder.write("", to: "file")
    #expect(mkfifo(folder.path + "/pipe", 0o600) == 0)
    let path = "\(folder.path)/\(file)"
    let error = #expect(throws: FileError(.create, path: path, code: code)) { try LockedFile(path) }
    #expect(error?.description == "'\(path)' \(sentence)")
    #expect(folder.contents == ["file", "folder", "pipe"])
  }

  @Test("a device cannot be locked, a link to it neither")
  func device() throws {
    try link("null", to: "/dev/null")
    for path in ["/dev/null", folder.path + "/null"] {
      #expect(throws: FileError(.create, path: path, code: EEXIST)) { try LockedFile(path) }
    }
    #expect(!fileExists("/dev/null.lock"))
  }

  @Test("a folder where the lock's file would be is an error of locking")
  func lockIsFolder() throws {
    try createFolder(path + ".lock")
    let error = #expect(throws: FileError(.lock, path: path, code: EISDIR)) { try LockedFile(path) }
    #expect(
      error?.description
        == "'\(path)' cannot be locked: Is a directory. Name a file in another folder.")
    #expect(folder.contents == ["model.lock"])
  }

  @Test(
    "a folder that cannot be written to is an error", .enabled(if: geteuid() != 0, "Root writes anywhere."))
  func readOnlyFolder() throws {
    try folder.write("former", to: "model")
    chmod(folder.path, 0o500)
    defer { chmod(folder.path, 0o700) }
    #expect(throws: FileError(.create, path: path, code: EACCES)) { try LockedFile(path) }
    #expect(folder.text(of: "model") == "former")
  }

  @Test("a folder that vanishes is an error of each replacement until it is there again")
  func vanishing() throws {
    try createFolder(folder.path + "/disk")
    let path = folder.path + "/disk/model", file = try LockedFile(path)
    try file.replace(with: [49])
    for round in 0..<2 {
      #expect(rename(folder.path + "/disk", folder.path + "/away") == 0)
      #expect(throws: FileError(.replace, path: path, code: ENOENT)) { try file.replace(with: [50]) }
      #expect(folder.text(of: "away/model") == (round == 0 ? "1" : "3"))
      #expect(rename(folder.path + "/away", folder.path + "/disk") == 0)
      try file.replace(with: [51])
      #expect(folder.text(of: "disk/model") == "3")
    }
  }

  @Test("a folder that comes in the file's way is an error that names it, and leaves nothing")
  func folderInTheWay() throws {
    let file = try LockedFile(path)
    try createFolder(path)
    #expect(throws: FileError(.replace, path: path, code: EISDIR)) { try file.replace(with: [49]) }
    #expect(folder.contents == ["model", "model.lock"])
  }

  @Test("an error of a linked file has the name that the user gave")
  func linkedError() throws {
    try createFolder(folder.path + "/disk")
    try folder.write("former", to: "disk/model")
    try link("model", to: "disk/model")
    let file = try LockedFile(path)
    #expect(rename(folder.path + "/disk", folder.path + "/away") == 0)
    #expect(throws: FileError(.replace, path: path, code: ENOENT)) { try file.replace(with: [50]) }
  }
}

/// The command of util-linux, which not every system has.
private let hasFlock = FileManager.default.fileExists(atPath: "/usr/bin/flock")
