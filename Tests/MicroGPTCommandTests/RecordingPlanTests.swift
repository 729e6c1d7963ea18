import Testing

@testable import MicroGPTCommand

@Suite("What a report looks at") struct RecordingPlanTests {
  @Test("the default run is sampled after 10, 100, 300 and 1,000 steps")
  func defaultRun() {
    let plan = RecordingPlan(after: 0, to: 1000, parameters: 4192)
    #expect(plan.samples == [10, 100, 300, 1000])
    #expect(plan.probes.count == 50 && plan.probes.first == 1 && plan.probes.last == 1000)
  }

  @Test(
    "samples go on by powers of ten and three times them, and end with the last step",
    arguments: [
      (0, 0, []), (0, 1, [1]), (0, 10, [10]), (0, 11, [10, 11]), (0, 101, [10, 100, 101]),
      (0, 5000, [10, 100, 300, 1000, 3000, 5000]), (400, 2000, [1000, 2000]), (999, 1000, [1000]),
    ])
  func samples(earlier: Int, last: Int, expected: [Int]) {
    #expect(RecordingPlan(after: earlier, to: last, parameters: 1).samples == expected)
  }

  @Test(
    "probes are different steps of the sitting, at most one in twenty and a hundred in all",
    arguments: [(0, 1), (0, 2), (0, 19), (0, 1000), (0, 123_456), (500, 1000), (0, Int.max / 2)])
  func probes(earlier: Int, last: Int) {
    let probes = RecordingPlan(after: earlier, to: last, parameters: 1).probes, count = last - earlier
    #expect(probes.count <= max(2, min(100, count / 20)))
    #expect(zip(probes, probes.dropFirst()).allSatisfy { $0 < $1 })
    #expect(probes.allSatisfy { $0 > earlier && $0 <= last } && probes.last == last)
  }

  @Test("a model of more than ten million parameters is not copied")
  func large() {
    #expect(RecordingPlan(after: 0, to: 1000, parameters: 10_000_001).probes.isEmpty)
    #expect(!RecordingPlan(after: 0, to: 1000, parameters: 10_000_000).probes.isEmpty)
  }

  @Test("no number of steps is too large")
  func overflow() {
    #expect(RecordingPlan(after: 0, to: .max, parameters: 1).samples.last == .max)
  }
}
