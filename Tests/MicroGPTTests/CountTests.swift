import Testing

@testable import MicroGPT

@Suite struct CountTests {
  @Test("a count that overflows Int is nil and stays nil")
  func overflow() {
    #expect((Count(.max) * 2 + 1).value == nil)  // nil
    #expect((Count(.max) + 1).value == nil)
    #expect((Count(.max) * 2 * 0).value == nil)
    #expect(Count.max(Count(nil), 3).value == nil)
    #expect(Count(.max - 62).rounded(up: 64).value == nil)
    #expect(Count(nil).rounded(up: 64).value == nil)
  }

  @Test("counts that fit are exact")
  func counting() {
    #expect((Count(6) * 7 + 1).value == 43)
    #expect((Count(.max - 1) + 1).value == .max)
    #expect(Count.max(4, 3).value == 4)
    #expect([0, 1, 64, 65].map { Count($0).rounded(up: 64).value } == [0, 64, 64, 128])
  }
}
