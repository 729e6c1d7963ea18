import Foundation
import Testing

@testable import QualitySearch

/// What may win: settings that were run with several seeds and stayed within their budget.
@Suite struct ResultsTests {
  private static func trial(
    width: Int, steps: Int = 100, seed: UInt64, seconds: Double = 0.9, training: Double = 2,
    heldOut: Double = 2, microseconds: Double = 10
  ) -> Trial {
    Trial(
      budget: 1, setting: Setting { $0.embedding = width }, steps: steps, seed: seed,
      microseconds: microseconds,
      seconds: seconds, last100: training, training: training, heldOut: heldOut)
  }

  private static func results(_ trials: [Trial]) throws -> Results {
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).jsonl")
      .path
    defer { try? FileManager.default.removeItem(atPath: file) }
    var results = try Results(path: file)
    for trial in trials { try results.append(trial) }
    // Read again, as the next command reads it.
    return try Results(path: file)
  }

  @Test("the search ranks the runs of its own seed, without those timed under load")
  func searched() throws {
    let results = try ResultsTests.results([
      ResultsTests.trial(width: 16, seed: 42, training: 2.2),
      ResultsTests.trial(width: 32, seed: 42, training: 2.1),
      ResultsTests.trial(width: 32, steps: 50, seed: 42, training: 1.9, microseconds: 11.5),
      ResultsTests.trial(width: 64, seed: 1, training: 1.8),
    ])
    #expect(results.searched(budget: 1, by: \.training).map(\.training) == [2.1, 2.2])
    #expect(results.searched(budget: 3, by: \.training).isEmpty)
  }

  @Test("a contender is ranked by the median of its further seeds, each number of steps for itself")
  func confirmed() throws {
    let results = try ResultsTests.results(
      [2.0, 2.4, 2.1].enumerated().map { ResultsTests.trial(width: 16, seed: UInt64($0 + 1), training: $1) }
        + [2.2, 2.2, 1.7].enumerated().map {
          ResultsTests.trial(width: 32, seed: UInt64($0 + 1), training: $1)
        }
        + [ResultsTests.trial(width: 16, steps: 90, seed: 1, training: 2.3)]
        + [ResultsTests.trial(width: 16, seed: 42, training: 1)])
    let ranking = results.confirmed(budget: 1, by: \.training)
    #expect(ranking.map(\.run.setting.embedding) == [16, 32, 16])
    #expect(ranking.map(\.run.steps) == [100, 100, 90])
    #expect(ranking.map(\.trials.count) == [3, 3, 1])
  }

  @Test("a setting whose median exceeds the budget is no winner, and the reason names both figures")
  func budget() throws {
    func contender(_ seconds: [Double]) throws -> Contender {
      let trials = seconds.enumerated().map {
        ResultsTests.trial(width: 16, seed: UInt64($0 + 1), seconds: $1)
      }
      return try #require(ResultsTests.results(trials).confirmed(budget: 1, by: \.training).first)
    }
    #expect(try contender([0.98, 1.3, 0.99]).refusal(seeds: 3) == nil)
    #expect(
      try contender([0.98, 1.3, 1.004]).refusal(seeds: 3)
        == "takes 1.004 CPU seconds, more than its budget of 1")
    #expect(try contender([0.98, 0.9]).refusal(seeds: 3) == "has 2 runs, fewer than 3")
  }

  @Test("the best that stayed within the budget is chosen by each loss, and other records are kept")
  func chosen() throws {
    func trials(_ width: Int, seconds: Double, training: Double, heldOut: Double) -> [Trial] {
      (1...3).map {
        ResultsTests.trial(width: width, seed: $0, seconds: seconds, training: training, heldOut: heldOut)
      }
    }
    let results = try ResultsTests.results(
      trials(16, seconds: 0.9, training: 2.2, heldOut: 2.1)
        + trials(32, seconds: 0.9, training: 2.1, heldOut: 2.2)
        + trials(64, seconds: 1.1, training: 1.9, heldOut: 1.9))
    func winner(_ title: String, budget: Double?) -> Winner {
      Winner(title: title, budget: budget, isDrawn: true, setting: Setting(), steps: 1000, engine: "fast")
    }
    let recorded = [winner("ten", budget: 10), winner("default", budget: nil), winner("one", budget: 1)]
    let chosen = Winner.chosen(from: results, keeping: recorded, seeds: 3)
    #expect(chosen.map(\.title) == ["default", "best in 1 s", "best held out in 1 s", "ten"])
    #expect(chosen.map(\.setting.embedding) == [16, 32, 16, 16])
    #expect(chosen.map(\.isDrawn) == [true, true, false, true])
  }

  @Test("winners and trials are read as they were written")
  func files() throws {
    let trial = ResultsTests.trial(width: 48, seed: 3, seconds: 0.987)
    let read = try #require(ResultsTests.results([trial]).trials.first)
    #expect(read.setting == trial.setting && read.seconds == 0.987 && read.steps == 100 && read.seed == 3)
  }

  @Test("medians are those of the sorted numbers")
  func medians() {
    #expect(median([3, 1, 2]) == 2 && median([4, 1, 2, 3]) == 2.5 && median([7]) == 7)
    #expect(summary([2, 1, 4], decimals: 1) == "2.0 (1.0 to 4.0)")
    #expect(summary([2], decimals: 2) == "2.00" && summary([], decimals: 2) == "-")
  }
}
