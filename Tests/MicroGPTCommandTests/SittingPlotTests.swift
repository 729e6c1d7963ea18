import Foundation
import Testing

@testable import MicroGPTCommand

/// `train --plot`: the plot, and that the run is the same with it.
@Suite("The plot of a run") struct SittingPlotTests {
  private static let line = "train --steps 60 --embedding 4 --heads 2 --block-size 4 --samples 1"

  private func sandbox() throws -> Sandbox { try Sandbox(["input.txt": SavedRun.names]) }

  /// The lines of a plot on standard error, which is not a terminal.
  private func plot(_ error: String) -> [Substring] {
    Array(
      error.split(separator: "\n", omittingEmptySubsequences: false).drop {
        !$0.hasPrefix("Smoothed loss by")
      })
  }

  @Test("the losses are drawn on standard error, and the results are those without it, byte for byte")
  func same() throws {
    let sandbox = try sandbox()
    let with = try sandbox.run("\(SittingPlotTests.line) --plot --log with.jsonl")
    let without = try sandbox.run("\(SittingPlotTests.line) --log without.jsonl")
    #expect(with.output == without.output && with.code == 0)
    #expect(try sandbox.bytes("with.jsonl") == sandbox.bytes("without.jsonl"))
    #expect(timeless(with.error).hasPrefix(timeless(without.error)))
    let lines = plot(with.error)
    #expect(lines.count == 21 && lines[0] == "Smoothed loss by step" && lines[20] == "")
    #expect(lines[18].hasSuffix("┬") && lines[18].contains("└") && lines[19].hasSuffix("60"))
    #expect(plot(without.error) == [])
    #expect(!with.error.contains("\u{1b}"))
    // What compare draws of the log is the same curve.
    let compared = try sandbox.run("compare with.jsonl").output.split(
      separator: "\n", omittingEmptySubsequences: false)
    #expect(Array(compared.prefix(20)) == Array(lines.prefix(20)))
  }

  @Test("held-out losses are drawn with it, and quiet runs draw too")
  func heldOut() throws {
    let ending = try sandbox().run("\(SittingPlotTests.line) --held-out 0.2 --eval-every 10 --plot --quiet")
    let lines = plot(ending.error)
    #expect(lines[0] == "Smoothed loss by step, in training (T) and held out (H)")
    #expect(ending.error.hasPrefix(String(lines[0])))
    #expect(lines[1...17].joined().contains("T") && lines[1...17].joined().contains("H"))
  }

  @Test("a sitting without steps has no plot, and one that stops early has its steps")
  func sittings() throws {
    let sandbox = try sandbox()
    #expect(plot(try sandbox.run("\(SittingPlotTests.line) --steps 0 --plot").error) == [])
    let save = "--save model.safetensors --plot"
    let first = try sandbox.run("\(SittingPlotTests.line) \(save) --stop-after 20")
    #expect(plot(first.error).contains { $0.hasSuffix(" 20") })
    let second = try sandbox.run("train --resume model.safetensors --plot")
    #expect(plot(second.error).contains { $0.hasSuffix(" 60") && !$0.contains("20") })
  }

  @Test("on a terminal the plot comes before the samples, colored only with two curves' colors")
  func terminal() throws {
    let sandbox = try sandbox()
    let run = try TerminalRun(
      [Sandbox.command] + split("\(SittingPlotTests.line) --plot --held-out 0.2 --eval-every 10"),
      in: sandbox,
      columns: 70)
    let text = run.screen.text
    let plot = try #require(text.range(of: "Smoothed loss by step"))
    let samples = try #require(text.range(of: "--- inference"))
    #expect(plot.upperBound < samples.lowerBound)
    #expect(run.sent.contains("\u{1b}[36m") && run.sent.contains("\u{1b}[33m"))
  }
}
