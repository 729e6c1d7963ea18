// The command's streams: standard output for results, standard error for everything else, and the terminal that
// either may be.

import MicroGPTFiles

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

enum Console {
  /// Standard output, buffered.
  static func output() -> OutputFile { OutputFile(descriptor: STDOUT_FILENO, path: "standard output") }

  /// Writes a line to standard output and flushes it.
  static func print(_ line: String) throws(FileError) {
    let output = output()
    try output.write(line + "\n")
    try output.flush()
  }

  /// Writes a line to standard error.
  static func remark(_ line: String) { write(line + "\n") }

  /// Writes to standard error. Failures are ignored: nowhere is left to report them.
  static func write(_ text: String) {
    let error = OutputFile(descriptor: STDERR_FILENO, path: "standard error")
    try? error.write(text)
    try? error.flush()
  }

  static func environment(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

  /// Whether results go to a terminal.
  static var isTerminal: Bool { isatty(STDOUT_FILENO) == 1 }

  /// Whether remarks go to a terminal.
  static var isErrorTerminal: Bool { isatty(STDERR_FILENO) == 1 }

  /// Whether results and remarks both go to a terminal that can redraw a line.
  static var isInteractive: Bool {
    isatty(STDOUT_FILENO) == 1 && isatty(STDERR_FILENO) == 1 && environment("TERM") != "dumb"
  }

  /// The width of standard error's terminal in columns, 80 if unknown.
  static var columns: Int {
    columns(of: STDERR_FILENO) ?? environment("COLUMNS").flatMap { Int($0) } ?? 80
  }

  /// The width of text on standard output: all columns of its terminal but the last, since some wrap as soon as that is
  /// written; 80 if it goes elsewhere.
  static var outputWidth: Int { textWidth(of: STDOUT_FILENO) }

  /// The width of text on standard error, likewise.
  static var errorWidth: Int { textWidth(of: STDERR_FILENO) }

  private static func textWidth(of descriptor: Int32) -> Int {
    columns(of: descriptor).map { max($0 - 1, 1) } ?? 80
  }

  private static func columns(of descriptor: Int32) -> Int? {
    var size = winsize()
    return ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0 ? Int(size.ws_col) : nil
  }

  /// The cores that the system runs threads on.
  static var cores: Int { max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))) }

  /// Seconds on a clock that never goes backward.
  static var seconds: Double {
    var now = timespec()
    clock_gettime(CLOCK_MONOTONIC, &now)
    return Double(now.tv_sec) + Double(now.tv_nsec) * 1e-9
  }

  /// The bytes of memory in this machine, or `nil` if unknown.
  static var physicalMemory: Int? {
    let pages = sysconf(Int32(_SC_PHYS_PAGES)), size = sysconf(Int32(_SC_PAGESIZE))
    return pages > 0 && size > 0 ? Int(pages) * Int(size) : nil
  }
}

/// Flushes an output every so often: about ten times a second, for a person who follows it.
///
/// Reading the clock for every line would cost more than writing it, so it is read about a thousand times a second:
/// the number of calls between two readings doubles while they take less than a millisecond, and is halved otherwise.
struct PeriodicFlush {
  private var flushed = Console.seconds, asked = Console.seconds
  private var calls = 0, callsBetween = 1
  private let interval: Double

  /// - Parameter interval: The seconds between two flushes.
  init(every interval: Double = 0.1) { self.interval = interval }

  mutating func flush(_ output: OutputFile) throws(FileError) {
    calls += 1
    guard calls >= callsBetween else { return }
    let now = Console.seconds
    callsBetween = now - asked < 0.001 ? min(2 * callsBetween, 4096) : max(callsBetween / 2, 1)
    (asked, calls) = (now, 0)
    guard now - flushed >= interval else { return }
    try output.flush()
    flushed = now
  }
}
