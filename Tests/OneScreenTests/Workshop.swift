// A place to compile and run programs: a temporary folder that is removed after the tests, a cache of what
// has been compiled, and no more processes at a time than the machine has processors.

import Foundation
import Testing

/// Compiles each distinct program once, and runs it any number of times.
actor Workshop {
  @TaskLocal private static var current: Workshop?

  /// The workshop of the suite that is running.
  static var open: Workshop {
    get throws {
      guard let current else { throw WorkshopError.notOpen }
      return current
    }
  }

  private struct Order: Hashable {
    let source: SourceText
    let optimization: Optimization
  }

  private let folder: URL
  private var programs: [Order: Task<Program, any Error>] = [:]
  private var jobCount = 0
  private var freeWorkers = ProcessInfo.processInfo.activeProcessorCount
  private var waiting: [Job: [CheckedContinuation<Void, Never>]] = [:]

  private init(folder: URL) { self.folder = folder }

  /// Opens a workshop, lets `action` use it, and removes its folder.
  static func whileOpen(_ action: @Sendable () async throws -> Void) async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "microgpt-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer {
      do { try FileManager.default.removeItem(at: folder) } catch { Issue.record(error) }
    }
    try await $current.withValue(Workshop(folder: folder), operation: action)
  }

  /// The program that `source` compiles to.
  func program(_ source: SourceText, _ optimization: Optimization) async throws -> Program {
    let order = Order(source: source, optimization: optimization)
    if let known = programs[order] { return try await known.value }
    let task = Task { try await compile(order) }
    programs[order] = task
    return try await task.value
  }

  private func compile(_ order: Order) async throws -> Program {
    guard let compiler = Workshop.compiler else { throw WorkshopError.noCompiler }
    let place = try newFolder()
    let file = place.appending(path: order.source.name)
    try order.source.text.write(to: file, atomically: false, encoding: .utf8)
    let arguments = [order.optimization.rawValue, file.lastPathComponent]
    let finished = try await perform(.compile) { try await execute(compiler, arguments, in: place) }
    guard finished.status == 0 else {
      throw WorkshopError.rejected(name: file.lastPathComponent, diagnostics: finished.errors)
    }
    return Program(executable: file.deletingPathExtension(), diagnostics: finished.errors)
  }

  /// Runs a program in a new folder, which holds `input` as input.txt, or nothing.
  func run(_ executable: URL, _ arguments: [String] = [], input: [UInt8]? = nil) async throws -> Finished {
    let place = try newFolder()
    if let input { try Data(input).write(to: place.appending(path: "input.txt")) }
    return try await perform(.run) { try await execute(executable, arguments, in: place) }
  }

  private func newFolder() throws -> URL {
    jobCount += 1
    let place = folder.appending(path: "\(jobCount)")
    try FileManager.default.createDirectory(at: place, withIntermediateDirectories: false)
    return place
  }

  /// What a process is started for. Runs go first, because the longest job is a run.
  private enum Job: CaseIterable {
    case run
    case compile
  }

  /// Performs `action` when a worker is free.
  private func perform(
    _ job: Job, _ action: @Sendable () async throws -> Finished
  ) async rethrows -> Finished {
    if freeWorkers > 0 {
      freeWorkers -= 1
    } else {
      await withCheckedContinuation { waiting[job, default: []].append($0) }
    }
    defer { release() }
    return try await action()
  }

  /// Gives the worker to the next job, or marks it as free.
  private func release() {
    for job in Job.allCases where waiting[job]?.isEmpty == false {
      return waiting[job, default: []].removeFirst().resume()
    }
    freeWorkers += 1
  }

  /// The compiler of the toolchain whose Swift library this process runs on, where Linux reports it, or the first in
  /// `PATH`.
  private static let compiler: URL? = {
    let maps = (try? String(contentsOfFile: "/proc/self/maps", encoding: .utf8)) ?? ""
    let line = maps.split(separator: "\n").first { $0.hasSuffix("/libswiftCore.so") }
    if let line, let path = line.firstIndex(of: "/") {
      var place = URL(filePath: String(line[path...]))
      while place.pathComponents.count > 1 {
        place.deleteLastPathComponent()
        let compiler = place.appending(path: "bin/swiftc")
        if FileManager.default.isExecutableFile(atPath: compiler.path) { return compiler }
      }
    }
    return inPath("swiftc")
  }()
}

/// A program that can be run.
struct Program {
  let executable: URL
  /// The compiler's diagnostics for its source.
  let diagnostics: String
}

/// How a process ended.
struct Finished {
  /// The exit code, or the negated number of the signal that ended it.
  let status: Int32
  let output: [UInt8]
  let errors: String
}

/// Why a program could not be compiled.
enum WorkshopError: Error, CustomStringConvertible {
  case noCompiler
  case notOpen
  case rejected(name: String, diagnostics: String)

  var description: String {
    switch self {
    case .noCompiler: "There is no swiftc, neither beside the Swift library nor in PATH."
    case .notOpen: "Only the tests of the suite OneScreen have a workshop."
    case .rejected(let name, let diagnostics): "\(name) does not compile:\n\(diagnostics)"
    }
  }
}

extension SourceText {
  /// Compiles the text, unless that has been done.
  func compiled(_ optimization: Optimization) async throws -> Program {
    try await Workshop.open.program(self, optimization)
  }

  /// Compiles the text, unless that has been done, and runs it with this input.txt.
  func run(_ optimization: Optimization, input: [UInt8]?) async throws -> Finished {
    try await Workshop.open.run(compiled(optimization).executable, input: input)
  }
}

/// The first file in `PATH` that has this name and can be executed.
func inPath(_ name: String) -> URL? {
  let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
  return folders.lazy.map { URL(filePath: String($0)).appending(path: name) }
    .first { FileManager.default.isExecutableFile(atPath: $0.path) }
}

/// Runs a program to its end. Its output goes into two files next to `folder`, because a pipe would fill up unless it
/// were read while the program runs.
private func execute(_ executable: URL, _ arguments: [String], in folder: URL) async throws -> Finished {
  let output = folder.appendingPathExtension("output"), errors = folder.appendingPathExtension("errors")
  for file in [output, errors] { try Data().write(to: file) }

  let process = Process()
  process.executableURL = executable
  process.arguments = arguments
  process.currentDirectoryURL = folder
  process.standardInput = FileHandle.nullDevice
  process.standardOutput = try FileHandle(forWritingTo: output)
  process.standardError = try FileHandle(forWritingTo: errors)
  let status = try await withCheckedThrowingContinuation { continuation in
    process.terminationHandler = { process in
      let isExit = process.terminationReason == .exit
      continuation.resume(returning: isExit ? process.terminationStatus : -process.terminationStatus)
    }
    do { try process.run() } catch { continuation.resume(throwing: error) }
  }
  return Finished(
    status: status, output: try Array(Data(contentsOf: output)),
    errors: String(decoding: try Data(contentsOf: errors), as: UTF8.self))
}

/// Opens a workshop for a suite and closes it after the last of its tests.
struct WorkshopTrait: SuiteTrait, TestScoping {
  func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
  ) async throws {
    try await Workshop.whileOpen(function)
  }
}

extension Trait where Self == WorkshopTrait {
  /// Gives the tests of a suite a workshop.
  static var workshop: Self { Self() }
}
