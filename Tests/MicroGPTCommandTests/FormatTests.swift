import Foundation
import Testing

@testable import MicroGPTCommand

/// Numbers as the reference prints them, and in readable units.
@Suite("Formats") struct FormatTests {
  @Test(
    "a fixed number of decimals is rounded as C and Python round it",
    arguments: [
      (2.5, 0, "2"), (3.5, 0, "4"), (0.125, 2, "0.12"), (3.29583686600433, 4, "3.2958"),
      (-0.00001, 4, "-0.0000"),
      (1e15, 4, "1000000000000000.0000"), (.infinity, 4, "inf"),
    ])
  func decimals(number: Double, decimals: Int, text: String) {
    #expect(fixed(number, decimals) == text)
  }

  @Test("the largest number is printed whole")
  func largest() {
    let text = fixed(.greatestFiniteMagnitude, 4)
    #expect(text.utf8.count == 314)
    #expect(Double(text) == .greatestFiniteMagnitude)
  }

  @Test("a number is padded with blanks on the left and never cut")
  func padding() {
    #expect(padded(7, 4) == "   7")
    #expect(padded(1000, 4) == "1000")
    #expect(padded(10_000, 4) == "10000")
  }

  @Test(
    "commas separate thousands",
    arguments: [
      (0, "0"), (999, "999"), (1000, "1,000"), (32_033, "32,033"), (-1_234_567, "-1,234,567"),
      (Int.min, "-9,223,372,036,854,775,808"),
    ])
  func grouping(number: Int, text: String) {
    #expect(grouped(number) == text)
  }

  @Test("a count of one is in the singular")
  func counting() {
    #expect(counted(0, "step") == "0 steps")
    #expect(counted(1, "step") == "1 step")
    #expect(counted(2594, "document") == "2,594 documents")
  }

  @Test(
    "a duration has a suitable unit",
    arguments: [
      (0, "0.00 s"), (0.994, "0.99 s"), (0.996, "1.0 s"), (9.94, "9.9 s"), (9.96, "10 s"), (59.4, "59 s"),
      (59.6, "1:00 min"), (185, "3:05 min"), (3599.4, "59:59 min"), (3599.6, "1:00:00 h"),
      (7449, "2:04:09 h"), (1e300, "277777:46:40 h"),
    ])
  func durations(seconds: Double, text: String) {
    #expect(duration(seconds) == text)
  }

  @Test(
    "an amount of memory has a suitable unit",
    arguments: [
      (0, "0 bytes"), (999, "999 bytes"), (1000, "1.0 KB"), (999_949, "999.9 KB"), (999_950, "1.0 MB"),
      (1_234_567_890, "1.2 GB"), (Int.max, "9.2 EB"),
    ])
  func sizes(bytes: Int, text: String) {
    #expect(size(bytes) == text)
  }

  @Test("guessing among 27 tokens has a loss of 3.30")
  func guessing() {
    #expect(fixed(guessingLoss(vocabularySize: 27), 2) == "3.30")
  }
}
