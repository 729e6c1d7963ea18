import Foundation
import Testing

@testable import QualitySearch

/// The records in Benchmarks/Quality.
@Suite struct QualityFilesTests {
  private static func path(_ name: String) -> String {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../../Quality/\(name)").standardized.path
  }

  @Test("each winner within a budget has its trials, whose median stays within it")
  func winners() throws {
    let results = try Results(path: QualityFilesTests.path("results.jsonl"))
    let earlier = try String(
      contentsOfFile: QualityFilesTests.path("results-two-sets.jsonl"), encoding: .utf8)
    #expect(!earlier.isEmpty)
    for winner in try Winner.read(QualityFilesTests.path("winners.jsonl")) {
      guard let budget = winner.budget, results.trials.contains(where: { $0.budget == budget }) else {
        continue
      }
      let contender = try #require(
        results.confirmed(budget: budget, by: \.training).first {
          $0.run == .init(setting: winner.setting, steps: winner.steps)
        }, "\(winner.title) has no trials")
      #expect(contender.refusal(seeds: 5) == nil, "\(winner.title)")
    }
  }
}
