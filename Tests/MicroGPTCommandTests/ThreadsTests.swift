import Testing

@testable import MicroGPTCommand

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

@Suite("Threads") struct ThreadsTests {
  @Test("work is called once on every thread, at the same time, and all calls end", arguments: [1, 2, 7])
  func calls(count: Int) {
    let started = Locked(0), ended = Locked(0)
    onThreads(count) {
      started.use { $0 += 1 }
      // Ends only if the others run at the same time.
      while started.use({ $0 }) < count { usleep(100) }
      ended.use { $0 += 1 }
    }
    #expect(started.use { $0 } == count && ended.use { $0 } == count)
  }

  @Test("no change of a locked value is lost")
  func locked() {
    let sum = Locked(0)
    onThreads(4) { for _ in 0..<10_000 { sum.use { $0 += 1 } } }
    #expect(sum.use { $0 } == 40_000)
  }
}
