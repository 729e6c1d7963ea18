// The three ends of the command: standard output for results, standard error for everything else, and the
// terminal that one or both may be.

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

  /// Writes a line to standard output and sees it off.
  static func print(_ line: String) throws(FileError) {
    let output = output()
    try output.write(line + "\n")
    try output.flush()
  }

  /// Writes a line to standard error. That it may fail is nothing that could be told anybody.
  static func complain(_ line: String) { write(line + "\n") }

  /// Writes to standard error.
  static func write(_ text: String) {
    let error = OutputFile(descriptor: STDERR_FILENO, path: "standard error")
    try? error.write(text)
    try? error.flush()
  }

  static func environment(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

  /// Whether results and remarks are both seen on a terminal, one that can redraw a line.
  static var isInteractive: Bool {
    isatty(STDOUT_FILENO) == 1 && isatty(STDERR_FILENO) == 1 && environment("TERM") != "dumb"
  }

  /// The columns of the terminal behind standard error, 80 where that is not known.
  static var columns: Int {
    var size = winsize()
    if ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 { return Int(size.ws_col) }
    return environment("COLUMNS").flatMap { Int($0) } ?? 80
  }

  /// Seconds on a clock that only ever goes forward.
  static var seconds: Double {
    var now = timespec()
    clock_gettime(CLOCK_MONOTONIC, &now)
    return Double(now.tv_sec) + Double(now.tv_nsec) * 1e-9
  }

  /// The bytes of memory in this machine, or `nil` where the system does not say.
  static var physicalMemory: Int? {
    let pages = sysconf(Int32(_SC_PHYS_PAGES)), size = sysconf(Int32(_SC_PAGESIZE))
    return pages > 0 && size > 0 ? Int(pages) * Int(size) : nil
  }
}

/// Sees off what has been written ten times a second: often enough for somebody who follows it, and seldom
/// enough to cost nothing. Nor does it ask for the time more often than some thousand times a second.
struct Pace {
  private var flushed = Console.seconds, asked = Console.seconds
  private var calls = 0, callsBetween = 1

  mutating func flush(_ output: OutputFile) throws(FileError) {
    calls += 1
    guard calls >= callsBetween else { return }
    let now = Console.seconds
    callsBetween = now - asked < 0.001 ? min(2 * callsBetween, 4096) : max(callsBetween / 2, 1)
    (asked, calls) = (now, 0)
    guard now - flushed >= 0.1 else { return }
    try output.flush()
    flushed = now
  }
}
