import Foundation
import Testing

@testable import Benchmarks

@Suite struct OptionsTests {
  /// What `Scripts/bench --help` prints, which compiles nothing.
  private static func help() throws -> String {
    let process = Process(), pipe = Pipe()
    process.executableURL =
      URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../../../Scripts/bench").standardized
    process.arguments = ["--help"]
    // Without a path to a compiler it can only answer by itself.
    process.environment = ["PATH": "/usr/bin:/bin"]
    process.standardOutput = pipe
    try process.run()
    let text = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    return String(decoding: text, as: UTF8.self)
  }

  @Test("help lists every benchmark in the order of running, with its summary, and nothing else")
  func benchmarks() throws {
    let help = try OptionsTests.help()
    let rest = try #require(help.split(separator: "BENCHMARKS", maxSplits: 1).last)
    let rows = rest.split(separator: "OPTIONS:")[0].split(separator: "\n").dropFirst().map {
      $0.trimmingCharacters(in: .whitespaces)
    }
    let width = Benchmark.all.map { $0.name.count }.max()! + 2
    #expect(
      rows == Benchmark.all.map { $0.name.padding(toLength: width, withPad: " ", startingAt: 0) + $0.summary }
    )
  }

  @Test("help lists every option, and every option that it lists is one")
  func options() throws {
    let help = try OptionsTests.help(), rows = try #require(help.components(separatedBy: "OPTIONS:\n").last)
    let listed = rows.split(separator: "\n").filter { $0.hasPrefix("  ") }.compactMap { line in
      line.split(separator: " ").first { $0.hasPrefix("--") }.map(String.init)
    }
    #expect(Set(listed) == Set(Options.names))
    #expect(listed.count == Options.names.count)
    for name in Options.names where name != "--help" {
      _ = try Options([name, "1"])
      #expect(throws: Failure.self) { try Options([name]) }
    }
  }

  @Test("without options all benchmarks run, on the built-in names")
  func defaults() throws {
    let options = try Options([])
    #expect(options.benchmarks.map(\.name) == Benchmark.all.map(\.name))
    #expect(options.names == nil && options.rounds == nil)
  }

  @Test("a benchmark or an option that there is not is refused", arguments: ["fats", "--dat", "-x"])
  func unknown(word: String) {
    let failure = #expect(throws: Failure.self) { try Options([word]) }
    #expect(failure?.code == Failure.usage)
  }
}
