// Signals that ask a run to stop: the first lets it finish its step and save, the second ends it at once.

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

enum Interruption {
  private struct State {
    /// The first signal's number, or 0, and when it came, in seconds.
    var number: sig_atomic_t = 0, time = 0.0
    var hasLiveLine = false
  }

  /// Behind a pointer, because a signal's handler writes it while the run reads it.
  private nonisolated(unsafe) static let state = {
    let pointer = UnsafeMutablePointer<State>.allocate(capacity: 1)
    pointer.initialize(to: State())
    return pointer
  }()

  /// Seconds in which another signal is the same request: `timeout` sends one to its child and one to its whole group.
  private static let interval = 0.1

  /// The signal that has asked the run to stop, if one has.
  static var number: Int32? { state.pointee.number == 0 ? nil : state.pointee.number }

  /// Whether a live line has to be erased before the process ends.
  static var hasLiveLine: Bool {
    get { state.pointee.hasLiveLine }
    set { state.pointee.hasLiveLine = newValue }
  }

  /// From now on Ctrl-C, a request to end and a closed terminal set `number`; a second one ends the process.
  static func watch() {
    _ = state
    for number in [SIGINT, SIGTERM, SIGHUP] {
      // A shell starts commands in the background with SIGINT ignored, and nohup ignores SIGHUP: it stays so.
      let former = signal(number, SIG_IGN)
      if unsafeBitCast(former, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self) { continue }
      signal(number) { number in
        let now = Console.seconds
        if Interruption.state.pointee.number != 0 {
          if now - Interruption.state.pointee.time < Interruption.interval { return }
          let erase: StaticString = "\r\u{1b}[K"
          if Interruption.hasLiveLine { _ = write(STDERR_FILENO, erase.utf8Start, erase.utf8CodeUnitCount) }
          _exit(128 + number)
        }
        Interruption.state.pointee.time = now
        Interruption.state.pointee.number = number
      }
    }
  }
}
