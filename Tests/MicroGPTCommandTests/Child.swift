import Foundation
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// How a program ended, and everything that it wrote.
struct Ending: Equatable {
  var output = ""
  var error = ""
  var code: Int32 = 0
}

/// What a child's descriptor is connected to.
enum Redirection {
  case read(String)
  case write(String)
  case descriptor(Int32)
}

/// A child process, started with only the environment and streams given here.
struct Child {
  private let process: pid_t

  /// Starts the program at the path in the first word, with the other words as its arguments.
  init(_ words: [String], environment: [String: String], folder: String, streams: [Redirection]) throws {
    #if canImport(Darwin)
      var actions: posix_spawn_file_actions_t?, attributes: posix_spawnattr_t?
    #else
      var actions = posix_spawn_file_actions_t(), attributes = posix_spawnattr_t()
    #endif
    posix_spawn_file_actions_init(&actions)
    posix_spawnattr_init(&attributes)
    defer {
      posix_spawn_file_actions_destroy(&actions)
      posix_spawnattr_destroy(&attributes)
    }
    for (descriptor, stream) in zip(Int32(0)..., streams) {
      switch stream {
      case .read(let path): posix_spawn_file_actions_addopen(&actions, descriptor, path, O_RDONLY, 0)
      case .write(let path):
        posix_spawn_file_actions_addopen(&actions, descriptor, path, O_WRONLY | O_CREAT | O_TRUNC, 0o666)
      case .descriptor(let source): posix_spawn_file_actions_adddup2(&actions, source, descriptor)
      }
    }
    // Children inherit ignored and blocked signals. A test process may ignore SIGPIPE, or SIGINT in the background, and
    // its threads may block all.
    var signals = sigset_t(), none = sigset_t()
    sigemptyset(&signals)
    sigemptyset(&none)
    for signal in [SIGPIPE, SIGXFSZ, SIGINT, SIGTERM, SIGHUP] { sigaddset(&signals, signal) }
    posix_spawnattr_setsigdefault(&attributes, &signals)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))

    // The shell only changes folders, which posix_spawn cannot do everywhere; the program takes its place.
    let line = ["/bin/sh", "-c", #"cd "$0" && exec "$@""#, folder] + words
    var arguments = line.map { strdup($0) } + [nil]
    var variables = environment.map { strdup("\($0)=\($1)") } + [nil]
    defer { for word in arguments + variables { free(word) } }
    var process = pid_t()
    let code = posix_spawn(&process, line[0], &actions, &attributes, &arguments, &variables)
    guard code == 0 else { throw POSIXError(POSIXErrorCode(rawValue: code) ?? .EINVAL) }
    self.process = process
  }

  /// The exit code, or the number of the signal that has killed the child, with a minus sign; `nil` while it runs.
  func ended() -> Int32? {
    var status: Int32 = 0
    guard waitpid(process, &status, WNOHANG) == process else { return nil }
    return status & 0x7f == 0 ? status >> 8 & 0xff : -(status & 0x7f)
  }

  /// Sends the child signals. It is stopped meanwhile, so that they reach it all at once.
  func send(_ signals: [Int32]) throws {
    for signal in [SIGSTOP] + signals + [SIGCONT] {
      guard kill(process, signal) == 0 else { throw POSIXError(.ESRCH) }
    }
  }

  /// Waits for the end, at most three minutes: a child that hangs fails the test. A debug build's thousand steps take a
  /// minute on a busy machine.
  func wait(_ meanwhile: () -> Void = { usleep(1000) }) throws -> Int32 {
    let deadline = Date(timeIntervalSinceNow: 180)
    while Date() < deadline {
      if let code = ended() { return code }
      meanwhile()
    }
    try stop()
    throw POSIXError(.ETIMEDOUT)
  }

  /// Kills the child.
  ///
  /// - Returns: What `ended` returns: `-SIGKILL`, unless it had ended before.
  @discardableResult
  func stop() throws -> Int32 {
    try send([SIGKILL])
    while true {
      if let code = ended() { return code }
      usleep(100)
    }
  }
}

/// A folder in which to run the command as a user would, with a home, a cache and a search path of its own. It is
/// removed when the test ends.
final class Sandbox {
  /// The working folder.
  let folder: String
  /// Everything else: home, cache, `bin` and the streams' files.
  let root: String

  /// A sandbox with these files in its working folder.
  init(_ files: KeyValuePairs<String, String> = [:]) throws {
    let name = "microgpt-\(UUID().uuidString)"
    root = FileManager.default.temporaryDirectory.resolvingSymlinksInPath().appendingPathComponent(name).path
    folder = root + "/here"
    for folder in ["here", "home", "cache", "bin", "streams"] {
      try FileManager.default.createDirectory(
        atPath: "\(root)/\(folder)", withIntermediateDirectories: true)
    }
    for (file, text) in files { try write(text, to: file) }
  }

  deinit { try? FileManager.default.removeItem(atPath: root) }

  /// Puts a file into the working folder.
  func write(_ text: some Sequence<UInt8>, to file: String) throws {
    try Data(text).write(to: URL(fileURLWithPath: "\(folder)/\(file)"))
  }

  func write(_ text: String, to file: String) throws { try write(text.utf8, to: file) }

  /// The text of a file in the working folder.
  func read(_ file: String) throws -> String { String(decoding: try bytes(file), as: UTF8.self) }

  /// The bytes of a file in the working folder.
  func bytes(_ file: String) throws -> Data {
    try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(file)"))
  }

  /// The names of the files and folders in the working folder, sorted.
  func files() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: folder).sorted() }

  /// The environment of this sandbox's children: no network, unless a test changes it.
  func environment(_ changes: [String: String?] = [:]) -> [String: String] {
    var environment: [String: String?] = [
      "HOME": "\(root)/home", "XDG_CACHE_HOME": "\(root)/cache", "PATH": "/usr/bin:/bin", "TERM": "xterm",
      "MICROGPT_OFFLINE": "1",
    ]
    // Sanitizers, and toolchains that are not installed, need it.
    environment["LD_LIBRARY_PATH"] = ProcessInfo.processInfo.environment["LD_LIBRARY_PATH"]
    return environment.merging(changes) { $1 }.compactMapValues { $0 }
  }

  /// Runs the command with these arguments and waits for its end.
  ///
  /// - Parameters:
  ///   - input: The file that is its standard input.
  ///   - output: Where its standard output goes, if the test does not examine it.
  ///   - environment: Changes to its environment; `nil` removes a variable.
  func run(
    _ arguments: [String], input: String = "/dev/null", output: Redirection? = nil,
    environment: [String: String?] = [:]
  ) throws -> Ending {
    try run(words: [Sandbox.command] + arguments, input: input, output: output, environment: environment)
  }

  /// Runs the command with the words of a line that has no quotes.
  func run(_ line: String, environment: [String: String?] = [:]) throws -> Ending {
    try run(split(line), environment: environment)
  }

  /// Runs a line of the shell, in which `$microgpt` is the command.
  func shell(_ line: String, environment: [String: String?] = [:]) throws -> Ending {
    let environment = environment.merging(["microgpt": Sandbox.command]) { $1 }
    return try run(words: ["/bin/sh", "-c", line], environment: environment)
  }

  /// Starts the command with these arguments, its standard output and error going to files of the working folder.
  func start(_ arguments: [String], output: String, error: String? = nil) throws -> Child {
    try Child(
      [Sandbox.command] + arguments, environment: environment(), folder: folder,
      streams: [
        .read("/dev/null"), .write("\(folder)/\(output)"),
        .write(error.map { "\(folder)/\($0)" } ?? "/dev/null"),
      ])
  }

  /// Starts the command with the words of a line that has no quotes.
  func start(_ line: String, output: String, error: String? = nil) throws -> Child {
    try start(split(line), output: output, error: error)
  }

  /// Runs the program at the path in the first word.
  func run(
    words: [String], input: String = "/dev/null", output: Redirection? = nil,
    environment: [String: String?] = [:]
  ) throws -> Ending {
    let streams = ["output", "error"].map { "\(root)/streams/\($0)-\(UUID().uuidString)" }
    let child = try Child(
      words, environment: self.environment(environment), folder: folder,
      streams: [.read(input), output ?? .write(streams[0]), .write(streams[1])])
    let code = try child.wait()
    let texts = streams.map { path in
      String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
    }
    return Ending(output: texts[0], error: texts[1], code: code)
  }

  /// The built command, in the folder of the tests.
  static let command: String = {
    for bundle in Bundle.allBundles where bundle.bundlePath.hasSuffix(".xctest") {
      return bundle.bundleURL.deletingLastPathComponent().appendingPathComponent("microgpt").path
    }
    return Bundle.main.bundleURL.appendingPathComponent("microgpt").path
  }()

  /// Expects that a command refuses to replace a file with contents, replaces it with --force, and writes to an empty one
  /// what it wrote with --force.
  ///
  /// - Parameters:
  ///   - line: The command line without the option that names its output.
  ///   - option: The option.
  func expectReplacedOnlyByForce(_ line: String, _ option: String) throws {
    let file = "output", line = "\(line) \(option) \(file)"
    try write("precious", to: file)
    #expect(
      try run(line)
        == Ending(
          error:
            "Error: '\(file)' exists and would be replaced. Name another file after \(option), or add --force.\n",
          code: 73))
    #expect(try read(file) == "precious")
    #expect(try run("\(line) --force").code == 0)
    let result = try bytes(file)
    #expect(result != Data("precious".utf8))
    try write("", to: file)
    #expect(try run(line).code == 0)
    #expect(try bytes(file) == result)
  }
}

/// The folder of the makemore names and the figures for them, which are not part of this repository.
let sharedFolder = ProcessInfo.processInfo.environment["MICROGPT_SHARED"]

/// The text with its times and speeds, which vary from run to run, as `T` and `N`.
func timeless(_ text: String) -> String {
  text.replacing(#/in [0-9.:]+ (s|min|h), [0-9,]+ steps/s/#, with: "in T, N steps/s")
    // At the end of a line, as in the table of a sweep.
    .replacing(#/ [0-9.:]+ (s|min|h)(?=\n|$)/#, with: " T")
}
