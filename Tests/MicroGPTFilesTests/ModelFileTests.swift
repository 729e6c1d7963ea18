import Foundation
import MicroGPT
import Testing

@testable import MicroGPTFiles

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Checkpoints and models as files; the library's tests cover their bytes.
@Suite("Model files") struct ModelFileTests {
  private let folder: TemporaryFolder
  private var path: String { folder.path + "/model.safetensors" }

  init() throws { folder = try TemporaryFolder() }

  private func checkpoint(steps: Int) throws -> Checkpoint {
    var configuration = Configuration()
    (configuration.embedding, configuration.heads, configuration.blockSize) = (4, 2, 4)
    let trainer = try Trainer(
      corpus: Corpus(documents: ["emma", "zoé", "mia"]), configuration: configuration)
    for _ in 0..<steps { _ = try trainer.step() }
    return try Checkpoint(trainer.state, sampling: Checkpoint.Sampling(count: 3))
  }

  @Test("a checkpoint is read as it was written, and so is its model")
  func roundTrip() throws {
    let checkpoint = try checkpoint(steps: 3)
    try checkpoint.write(to: path)
    #expect(try Checkpoint(contentsOf: path) == checkpoint)
    #expect(try Model(contentsOf: path) == checkpoint.model)
    #expect(try readFile(path) == checkpoint.bytes())
    #expect(folder.contents == ["model.safetensors"])
  }

  @Test("the example in the documentation of locked files holds")
  func documentedExample() throws {
    let checkpoint = try checkpoint(steps: 1)

    let file = try LockedFile(path)
    try file.replace(with: checkpoint.bytes())

    #expect(try Checkpoint(contentsOf: path) == checkpoint)
    withExtendedLifetime(file) {}
  }

  @Test("writing replaces a checkpoint, and one that cannot be written leaves it as it was")
  func replacing() throws {
    try checkpoint(steps: 1).write(to: path)
    let later = try checkpoint(steps: 2)
    try later.write(to: path)
    #expect(try Checkpoint(contentsOf: path) == later)
    #expect(folder.contents == ["model.safetensors"])
    let missing = folder.path + "/missing/model"
    #expect(throws: FileError(.replace, path: missing, code: ENOENT)) { try later.write(to: missing) }
    #expect(throws: FileError(.replace, path: folder.path, code: EISDIR)) { try later.write(to: folder.path) }
    #expect(folder.contents == ["model.safetensors"])
  }

  @Test("a file that cannot be read is the system's error")
  func unreadable() throws {
    let message = "'\(path)' cannot be read: No such file or directory. Check its name and folder."
    for read in readers {
      let error = #expect(throws: ModelFileError.file(FileError(.read, path: path, code: ENOENT))) {
        try read(path)
      }
      #expect(error?.description == message)
      let isFolder = #expect(throws: ModelFileError.self) { try read(folder.path) }
      #expect(
        isFolder?.description
          == "'\(folder.path)' cannot be read: Is a directory. Name a file, such as one inside.")
    }
  }

  @Test("a file with other contents is an error that names it and says what is wrong with them")
  func otherContents() throws {
    let bytes = try checkpoint(steps: 0).bytes()
    for bytes in [[], Array("emma\nolivia\n".utf8), Array(bytes.dropLast())] {
      try Data(bytes).write(to: URL(fileURLWithPath: path))
      let reasons = [reason { try Checkpoint(bytes: bytes) }, reason { try Model(safetensors: bytes) }]
      for (read, reason) in zip(readers, reasons) {
        let reason = try #require(reason)
        let error = #expect(throws: ModelFileError.contents(path: path, reason)) { try read(path) }
        #expect(error?.description == "'\(path)' cannot be used. \(reason)")
      }
    }
  }

  @Test("a model is read as it was written, in two lines, and replaces what was there as a whole")
  func model() throws {
    let model = try checkpoint(steps: 2).model, other = folder.path + "/missing/model"
    try checkpoint(steps: 1).write(to: path)

    try model.write(to: path)
    let copy = try Model(contentsOf: path)

    #expect(copy == model)
    #expect(try readFile(path) == model.safetensors())
    #expect(folder.contents == ["model.safetensors"])
    #expect(throws: FileError(.replace, path: other, code: ENOENT)) { try model.write(to: other) }
    #expect(throws: ModelFileError.self) { try Checkpoint(contentsOf: path) }
  }

  @Test("weights without a run are a model and no checkpoint")
  func weights() throws {
    let model = try checkpoint(steps: 1).model
    var file = try Safetensors(bytes: checkpoint(steps: 1).bytes())
    file.metadata.removeAll { $0.key != "vocabulary" && $0.key != "heads" }
    file.tensors.removeLast(file.tensors.count / 3 * 2)  // Both moments.
    try Data(file.bytes()).write(to: URL(fileURLWithPath: path))
    #expect(try Model(contentsOf: path).parameters == model.parameters)
    let error = #expect(throws: ModelFileError.self) { try Checkpoint(contentsOf: path) }
    #expect(error?.description.hasPrefix("'\(path)' cannot be used. ") == true)
  }

  /// Both ways to read a file.
  private var readers: [(String) throws -> Void] {
    [{ _ = try Checkpoint(contentsOf: $0) }, { _ = try Model(contentsOf: $0) }]
  }

  /// Why bytes cannot be used.
  private func reason(_ read: () throws -> some Any) -> CheckpointError? {
    do {
      _ = try read()
      return nil
    } catch { return error as? CheckpointError }
  }
}
