import Foundation

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The screen of a terminal that understands what the command sends: text, `\r`, `\n`, `ESC [ K`, colors.
///
/// It has as many rows as needed. A character past the last column goes to the next row, as on terminals.
struct Screen {
  let columns: Int
  /// Rows that wrapped into the next one.
  private(set) var wrapped: Set<Int> = []
  /// How many times a color was chosen.
  private(set) var colors = 0
  /// Escape sequences that it does not understand.
  private(set) var unknown: [String] = []
  private var rows: [[Character]] = [[]]
  private var row = 0, column = 0

  init(columns: Int) { self.columns = columns }

  /// The rows, without blanks at their ends. A row that wraps into the next is joined with it.
  var text: String {
    var text = ""
    for (index, row) in rows.enumerated() {
      text += String(row)
      if wrapped.contains(index) { continue }
      while text.last == " " { text.removeLast() }
      text += "\n"
    }
    return String(text.dropLast())
  }

  mutating func show(_ text: String) {
    // By scalars: "\r\n" is one character of a string, but two for a terminal.
    var scalars = text.unicodeScalars[...]
    while let scalar = scalars.popFirst() {
      switch scalar {
      case "\r": column = 0
      case "\n": moveDown()
      case "\u{1b}":
        let sequence = scalars.prefix { $0 == "[" || $0 == ";" || ("0"..."9").contains($0) }
        scalars = scalars.dropFirst(sequence.count)
        let name = String(Substring(sequence)) + (scalars.popFirst().map { String(Character($0)) } ?? "")
        switch name.last {
        case "K" where name == "[K": rows[row] = Array(rows[row].prefix(column))
        case "m": colors += 1
        default: unknown.append(name)
        }
      default:
        if column == columns {
          wrapped.insert(row)
          moveDown()
          column = 0
        }
        while rows[row].count <= column { rows[row].append(" ") }
        rows[row][column] = Character(scalar)
        column += 1
      }
    }
  }

  private mutating func moveDown() {
    row += 1
    if row == rows.count { rows.append([]) }
  }
}

/// A run of the command in its own terminal.
struct TerminalRun {
  /// Everything that was sent to the terminal.
  let sent: String
  let columns: Int
  let code: Int32
  /// How long the child ran.
  let seconds: Double

  /// Runs a command line, the program's path first, with all three streams on a terminal of this width.
  ///
  /// - Parameter signals: Sent to it, some time apart, when it has drawn its live line.
  init(
    _ words: [String], in sandbox: Sandbox, columns: Int, environment: [String: String?] = [:],
    signals: [Int32] = []
  ) throws {
    var terminal: Int32 = -1, end: Int32 = -1
    var size = winsize(ws_row: 24, ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
    guard openpty(&terminal, &end, nil, nil, &size) == 0 else { throw POSIXError(.ENOTTY) }
    // The child's end stays open here as well, so that nothing is lost when the child closes its own.
    defer { for descriptor in [terminal, end] { close(descriptor) } }
    for descriptor in [terminal, end] { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }

    var bytes: [UInt8] = []
    /// Reads what the terminal has, and waits if it has nothing.
    func take(wait milliseconds: Int32) -> Bool {
      var request = pollfd(fd: terminal, events: Int16(POLLIN), revents: 0)
      guard poll(&request, 1, milliseconds) > 0 else { return false }
      var chunk = [UInt8](repeating: 0, count: 65_536)
      let count = read(terminal, &chunk, chunk.count)
      bytes += chunk.prefix(max(0, count))
      return count > 0
    }
    let start = Date()
    let child = try Child(
      words, environment: sandbox.environment(environment), folder: sandbox.folder,
      streams: [.descriptor(end), .descriptor(end), .descriptor(end)])
    var isSignaled = signals.isEmpty
    code = try child.wait {
      _ = take(wait: 10)
      if !isSignaled, String(decoding: bytes, as: UTF8.self).contains("░") {
        isSignaled = true
        // The process has drawn a step, but may not have begun the next one.
        usleep(50_000)
        for signal in signals {
          try? child.send([signal])
          usleep(200_000)
        }
      }
    }
    seconds = Date().timeIntervalSince(start)
    while take(wait: 0) {}
    sent = String(decoding: bytes, as: UTF8.self)
    self.columns = columns
  }

  /// The screen at the end.
  var screen: Screen { screen(before: pieces.count) }

  /// The screens on which the live line has just been drawn.
  var drawings: [Screen] { (0..<max(0, pieces.count - 2)).map { screen(before: $0 + 2) } }

  /// What was sent, split where the live line is drawn or erased.
  private var pieces: [String] { sent.components(separatedBy: redraw) }
  private var redraw: String { "\r\u{1b}[K" }

  private func screen(before count: Int) -> Screen {
    var screen = Screen(columns: columns)
    screen.show(pieces.prefix(count).joined(separator: redraw))
    return screen
  }
}
