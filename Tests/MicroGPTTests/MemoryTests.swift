import Testing

@testable import MicroGPT

@Suite struct MemoryTests {
  @Test("runs are zero, aligned, and apart from each other")
  func runs() {
    let counts = [1, 7, 8, 9, 0, 27, 1000]
    let memory = Memory(byteCount: counts.reduce(0) { $0 + Memory.bytes(for: $1, of: Double.self) })
    let runs = counts.map { memory.take($0, of: Double.self) }
    for (run, count) in zip(runs, counts) {
      #expect(UInt(bitPattern: run) % UInt(Memory.alignment) == 0)
      for i in 0..<count { #expect(run[i] == 0) }
    }
    for (mark, (run, count)) in zip(runs, counts).enumerated() {
      for i in 0..<count { run[i] = Double(mark + 1) }
    }
    for (mark, (run, count)) in zip(runs, counts).enumerated() {
      for i in 0..<count { #expect(run[i] == Double(mark + 1)) }
    }
  }

  @Test("a run takes whole cache lines", arguments: [(0, 0), (1, 64), (8, 64), (9, 128), (4192, 33_536)])
  func bytes(count: Int, expected: Int) {
    #expect(Memory.bytes(for: count, of: Double.self) == expected)
  }

  @Test("taking more than there is stops the program")
  func exhausted() async {
    await #expect(processExitsWith: .failure) {
      let memory = Memory(byteCount: 64)
      _ = memory.take(8, of: Double.self)
      _ = memory.take(1, of: Double.self)
    }
  }
}
