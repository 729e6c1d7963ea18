import Testing

@testable import MicroGPT

@Suite struct MemoryTests {
  @Test("buffers are zero, aligned, and do not overlap")
  func buffers() {
    let counts = [1, 7, 8, 9, 0, 27, 1000]
    let memory = Memory { declare in counts.map { declare(Double.self, Count($0)) } }
    for (buffer, count) in zip(memory.buffers, counts) {
      #expect(UInt(bitPattern: buffer) % UInt(BufferDeclarations.alignment) == 0)
      for i in 0..<count { #expect(buffer[i] == 0) }
    }
    for (mark, (buffer, count)) in zip(memory.buffers, counts).enumerated() {
      for i in 0..<count { buffer[i] = Double(mark + 1) }
    }
    for (mark, (buffer, count)) in zip(memory.buffers, counts).enumerated() {
      for i in 0..<count { #expect(buffer[i] == Double(mark + 1)) }
    }
    withExtendedLifetime(memory) {}
  }

  @Test("the example in the documentation holds")
  func documentedExample() {
    let memory = Memory { declare in (x: declare(Double.self, 7, 3), y: declare(Double.self, 7)) }
    memory.buffers.x[5 * 3 + 2] = 1
    #expect((0..<7).allSatisfy { memory.buffers.y[$0] == 0 })
    #expect(memory.buffers.y - memory.buffers.x == 24)
  }

  @Test("a buffer takes whole cache lines", arguments: [(0, 0), (1, 64), (8, 64), (9, 128), (4192, 33_536)])
  func bytes(count: Int, expected: Int) {
    #expect(memoryByteCount { $0(Double.self, Count(count)) }.value == expected)
  }

  @Test("a shape's sizes are multiplied, and elements of any type are counted in bytes")
  func shapes() {
    #expect(memoryByteCount { $0(Float.self, 3, 5, 7) }.value == 448)
    #expect(memoryByteCount { $0(UInt8.self, 65) }.value == 128)
    #expect(memoryByteCount { ($0(Int32.self, 1), $0(Int64.self, 9)) }.value == 64 + 128)
  }

  @Test("bytes that overflow are nil, and nothing is allocated for them")
  func overflow() {
    #expect(memoryByteCount { $0(Double.self, Count(.max), 2) }.value == nil)
    #expect(memoryByteCount { $0(Double.self, Count(.max / 8 + 1)) }.value == nil)
    #expect(
      memoryByteCount { ($0(UInt8.self, Count(.max / 2)), $0(UInt8.self, Count(.max / 2))) }.value == nil)
  }

  /// A part with its own buffers.
  private struct Part {
    let a, b: UnsafeMutablePointer<Double>

    init(_ declare: inout BufferDeclarations) {
      a = declare(Double.self, 3)
      b = declare(Double.self, 10)
    }
  }

  @Test(
    "equal parts have separate buffers, whose memory is counted by the first part", arguments: [1, 2, 5])
  func parts(count: Int) {
    func declare(_ declare: inout BufferDeclarations) -> UnsafeMutablePointer<Part> {
      declare.parts(Part.self, Count(count)) { declare, _ in Part(&declare) }
    }
    #expect(
      memoryByteCount(declare).value == (count * MemoryLayout<Part>.stride + 63) / 64 * 64 + count
        * (64 + 128))
    let memory = Memory(declare), parts = memory.buffers
    for i in 0..<count {
      for j in 0..<3 { parts[i].a[j] = Double(i) }
      for j in 0..<10 { parts[i].b[j] = Double(-i) }
    }
    for i in 0..<count {
      #expect((0..<3).allSatisfy { parts[i].a[$0] == Double(i) })
      #expect((0..<10).allSatisfy { parts[i].b[$0] == Double(-i) })
    }
    #expect(
      memoryByteCount { $0.parts(Part.self, Count(.max)) { declare, _ in Part(&declare) } }.value == nil)
    withExtendedLifetime(memory) {}
  }
}
