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

  /// The signal that has asked the run to stop, if one has.
  static var number: Int32? { received[0] == 0 ? nil : received[0] }

  /// Whether a live line has to be erased before the process ends.
  static var hasLiveLine: Bool {
    get { received[1] != 0 }
    set { received[1] = newValue ? 1 : 0 }
  }

  /// From now on Ctrl-C, a request to end and a closed terminal set `number`; a second one ends the process.
  static func watch() {
    _ = received
    for number in [SIGINT, SIGTERM, SIGHUP] {
      // A shell starts commands in the background with SIGINT ignored, and nohup ignores SIGHUP: it stays so.
      let former = signal(number, SIG_IGN)
      if unsafeBitCast(former, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self) { continue }
      signal(number) { number in
        if Interruption.received[0] != 0 {
          if Interruption.hasLiveLine { _ = write(STDERR_FILENO, "\r\u{1b}[K", 4) }
          _exit(128 + number)
        }
        Interruption.received[0] = number
      }
    }
  }
}
