import Foundation

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A run whose standard output is a pipe. A run that prints more than pipes and buffers hold cannot end before the test
/// reads it, so that a test can interrupt it for certain, whatever the machine's speed.
final class PipedRun {
  /// What was read so far.
  private(set) var output = ""
  private let child: Child
  private let pipe: Int32
  private let errorPath: String
  private var isRunning = true

  /// Steps whose lines do not fit into a pipe and a buffer of 64 KB each.
  static let steps = 6000

  /// Starts the command with these arguments.
  init(_ arguments: [String], in sandbox: Sandbox) throws {
    var ends: [Int32] = [0, 0]
    guard Foundation.pipe(&ends) == 0 else { throw POSIXError(.EMFILE) }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    defer { close(ends[1]) }
    (pipe, errorPath) = (ends[0], "\(sandbox.root)/streams/error-\(UUID().uuidString)")
    child = try Child(
      [Sandbox.command] + arguments, environment: sandbox.environment(), folder: sandbox.folder,
      streams: [.read("/dev/null"), .descriptor(ends[1]), .write(errorPath)])
  }

  deinit {
    if isRunning { _ = try? child.stop() }
    close(pipe)
  }

  /// What it has written to standard error so far.
  var error: String {
    String(decoding: FileManager.default.contents(atPath: errorPath) ?? Data(), as: UTF8.self)
  }

  /// Reads until a condition holds, at most three minutes.
  func read(until condition: () -> Bool) throws {
    let deadline = Date(timeIntervalSinceNow: 180)
    while !condition() {
      guard Date() < deadline else { throw POSIXError(.ETIMEDOUT) }
      take(wait: 10)
    }
  }

  /// Sends it signals, which reach it all at once.
  func send(_ signals: Int32...) throws { try child.send(signals) }

  /// Kills it.
  func kill() throws {
    isRunning = false
    try child.stop()
  }

  /// Reads to the end and waits for it.
  func end() throws -> Ending {
    let code = try child.wait { take(wait: 10) }
    isRunning = false
    while take(wait: 0) {}
    return Ending(output: output, error: error, code: code)
  }

  /// Reads what the pipe has, and waits if it has nothing.
  @discardableResult
  private func take(wait milliseconds: Int32) -> Bool {
    var request = pollfd(fd: pipe, events: Int16(POLLIN), revents: 0)
    guard poll(&request, 1, milliseconds) > 0 else { return false }
    var chunk = [UInt8](repeating: 0, count: 4096)
    let count = Foundation.read(pipe, &chunk, chunk.count)
    output += String(decoding: chunk.prefix(max(0, count)), as: UTF8.self)
    return count > 0
  }
}
