// Signals that ask a run to stop: the first lets it finish its step and save, the second ends it at once.

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

enum Interruption {
  /// The first signal's number, or 0. Behind a pointer, because a signal's handler writes it while the run reads it.
  private nonisolated(unsafe) static let received = {
    let pointer = UnsafeMutablePointer<sig_atomic_t>.allocate(capacity: 2)
    pointer.initialize(repeating: 0, count: 2)
    return pointer
  }()

  /// When it came, in seconds.
  private nonisolated(unsafe) static let time = {
    let pointer = UnsafeMutablePointer<Double>.allocate(capacity: 1)
    pointer.initialize(to: 0)
    return pointer
  }()

  /// Seconds in which another signal is the same request: `timeout` sends one to its child and one to its whole group.
  private static let interval = 0.1

  /// The signal that has asked the run to stop, if one has.
  static var number: Int32? { received[0] == 0 ? nil : received[0] }

  /// Whether a live line has to be erased before the process ends.
  static var hasLiveLine: Bool {
    get { received[1] != 0 }
    set { received[1] = newValue ? 1 : 0 }
  }

  /// From now on Ctrl-C, a request to end and a closed terminal set `number`; a second one ends the process.
  static func watch() {
    _ = (received, time)
    for number in [SIGINT, SIGTERM, SIGHUP] {
      // A shell starts commands in the background with SIGINT ignored, and nohup ignores SIGHUP: it stays so.
      let former = signal(number, SIG_IGN)
      if unsafeBitCast(former, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self) { continue }
      signal(number) { number in
        let now = Console.seconds
        if Interruption.received[0] != 0 {
          if now - Interruption.time[0] < Interruption.interval { return }
          let erase: StaticString = "\r\u{1b}[K"
          if Interruption.hasLiveLine { _ = write(STDERR_FILENO, erase.utf8Start, erase.utf8CodeUnitCount) }
          _exit(128 + number)
        }
        (Interruption.time[0], Interruption.received[0]) = (now, number)
      }
    }
  }
}
