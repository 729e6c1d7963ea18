// Threads of the operating system, for work that takes seconds. Dispatch and Concurrency would lengthen the start of
// every command.

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Calls `work` on this thread and on `count - 1` others at the same time, and returns when all calls have returned.
///
/// If the system has no more threads, fewer calls are made, but at least one: the work has to divide itself.
func onThreads(_ count: Int, _ work: @escaping @Sendable () -> Void) {
  #if canImport(Darwin)
    var threads: [pthread_t?] = []
    var thread: pthread_t?
  #else
    var threads: [pthread_t] = []
    var thread = pthread_t()
  #endif
  for _ in 1..<max(count, 1) {
    let argument = Unmanaged.passRetained(ThreadWork(work))
    #if canImport(Darwin)
      let code = pthread_create(&thread, nil, { call($0) }, argument.toOpaque())
    #else
      let code = pthread_create(&thread, nil, { call($0!) }, argument.toOpaque())
    #endif
    guard code == 0 else {
      argument.release()
      break
    }
    threads.append(thread)
  }
  work()
  #if canImport(Darwin)
    for thread in threads { pthread_join(thread!, nil) }
  #else
    for thread in threads { pthread_join(thread, nil) }
  #endif
}

/// A closure as an object, which a thread can be given a pointer to.
private final class ThreadWork {
  let call: @Sendable () -> Void
  init(_ call: @escaping @Sendable () -> Void) { self.call = call }
}

private func call(_ argument: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
  Unmanaged<ThreadWork>.fromOpaque(argument).takeRetainedValue().call()
  return nil
}

/// A value that one thread at a time can use.
///
/// A class, because threads share it. Sendable, because its lock guards every access.
final class Locked<Value>: @unchecked Sendable {
  private var value: Value
  /// Behind a pointer: a lock must not move.
  private let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)

  init(_ value: Value) {
    self.value = value
    pthread_mutex_init(lock, nil)
  }

  deinit {
    pthread_mutex_destroy(lock)
    lock.deallocate()
  }

  func use<Result>(_ body: (inout Value) throws -> Result) rethrows -> Result {
    pthread_mutex_lock(lock)
    defer { pthread_mutex_unlock(lock) }
    return try body(&value)
  }
}
