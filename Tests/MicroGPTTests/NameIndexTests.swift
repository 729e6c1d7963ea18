import Testing

@testable import MicroGPT

@Suite struct NameIndexTests {
  @Test("the examples in the documentation hold")
  func documentedExamples() {
    let index = NameIndex(["wte", "wpe", "lm_head"])
    #expect(index["lm_head"] == 2)  // 2
    #expect(index["wt"] == nil && index["wtf"] == nil && index[""] == nil && index["z"] == nil)
    #expect(index.duplicate == nil)
    #expect(NameIndex([])[""] == nil && NameIndex([]).duplicate == nil)
  }

  @Test("names that only look the same are different")
  func bytes() {
    let names = ["\u{E9}", "e\u{301}"]
    #expect(names[0] == names[1])
    let index = NameIndex(names)
    #expect(index.duplicate == nil)
    #expect(names.map { index[$0] } == [0, 1])
  }

  @Test("a name that is there twice is found, and its first place")
  func duplicates() {
    let index = NameIndex(["b", "a", "c", "b", "a", "a"])
    #expect(index.duplicate == "a")
    #expect(["a", "b", "c"].map { index[$0] } == [1, 0, 2])
  }
}
