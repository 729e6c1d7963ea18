import Foundation
import MicroGPT
import Testing

@testable import CommandLineOptions
@testable import MicroGPTCommand

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// `microgpt sweep`: which runs it makes, what it prints, and that the best one's line gives its figures.
@Suite("microgpt sweep") struct SweepTests {
  private static let tiny = "--embedding 4,8 --heads 2 --block-size 4 --steps 20"

  private static func sandbox() throws -> Sandbox { try Sandbox(["input.txt": SavedRun.names]) }

  /// The combinations of a line.
  private func combinations(_ line: String) throws -> SweepCombinations {
    try SweepCombinations(#require(try settings(split("sweep \(line)")) as? Sweep))
  }

  @Test("every combination is a run, and the last option's value changes first")
  func product() throws {
    let found = try combinations("--engine exact,fast --steps 7 --learning-rate 0.1,0.2 --layers 2,1")
    #expect(found.varied.map(\.name) == ["--layers", "--learning-rate", "--engine"])
    #expect(
      found.runs.map { run in found.varied.map { $0.text(run) } } == [
        ["2", "0.1", "exact"], ["2", "0.1", "fast"], ["2", "0.2", "exact"], ["2", "0.2", "fast"],
        ["1", "0.1", "exact"], ["1", "0.1", "fast"], ["1", "0.2", "exact"], ["1", "0.2", "fast"],
      ])
    #expect(found.runs.allSatisfy { $0.configuration.steps == 7 && $0.measuring.heldOut == 0.1 })
    #expect(found.remark == nil && found.impossible == 0)
    #expect(try combinations("").runs == [changed { $0.measuring.heldOut = 0.1 }])
  }

  @Test("every option that changes what is learned can be varied")
  func options() throws {
    let names =
      Sweep.options.first { $0.key == "MODEL" }!.value + Sweep.options.first { $0.key == "TRAINING" }!.value
    #expect(names.map(\.name).sorted() == SweepCombinations.Option.all.map(\.name).sorted())
    let train = Train.options.filter { ["MODEL", "TRAINING"].contains($0.key) }.flatMap(\.value)
    #expect(names.map(\.name) == train.map(\.name) && names.map(\.facts) == train.map(\.facts))
  }

  @Test("combinations whose heads do not divide the width are left out, unless there are no others")
  func impossible() throws {
    let some = try combinations("--embedding 12,16,18 --heads 4,6")
    #expect(
      some.runs.map { [$0.configuration.embedding, $0.configuration.heads] } == [
        [12, 4], [12, 6], [16, 4], [18, 6],
      ])
    #expect(some.remark == "2 combinations are left out: --embedding is not a multiple of --heads.")
    let one = try combinations("--embedding 16,17")
    #expect(one.remark == "1 combination is left out: --embedding is not a multiple of --heads.")
    #expect(
      refusal("sweep --embedding 15,17")
        == "'--embedding 15' is not a multiple of '--heads 4'. Give a multiple, such as '--embedding 12'.")
  }

  @Test(
    "a line that cannot be run is refused",
    arguments: [
      ("--steps 1,x", "'--steps x' is not a whole number. Write digits only, as in '--steps 1000'."),
      ("--engine exact,quick", "'--engine quick' is not one of the choices. Give exact or fast."),
      ("--held-out 0", "'--held-out 0' leaves no lines to measure on. Give more, such as '--held-out 0.1'."),
      ("--jobs 0", "'--jobs 0' is out of range. Give a whole number, 1 or more."),
      (
        "--save a",
        "'microgpt sweep' takes no '--save'; 'microgpt train' does. Leave it out, or see 'microgpt sweep "
          + "--help'."
      ),
    ])
  func refusals(line: String, message: String) { #expect(refusal("sweep \(line)") == message) }

  @Test("more than ten thousand combinations are refused before any is made, in any number")
  func tooMany() {
    let hundred = (1...100).map(String.init).joined(separator: ",")
    #expect(refusal("sweep --seed \(hundred) --steps \(hundred)") == nil)
    #expect(
      refusal("sweep --seed \(hundred) --steps \(hundred) --layers 1,2")
        == "The combinations are 20,000, and a sweep takes at most 10,000. Give fewer values.")
    let names = [
      "seed", "steps", "layers", "embedding", "heads", "block-size", "batch-size", "learning-rate",
    ]
    let line = (names + ["weight-decay", "init-std"]).map { "--\($0) \(hundred)" }.joined(separator: " ")
    #expect(
      refusal("sweep \(line)")
        == "The combinations are more than can be counted, and a sweep takes at most 10,000. Give fewer values."
    )
  }

  @Test(
    "the table is sorted by held-out loss, and its losses are those of train", arguments: ["exact", "fast"])
  func table(engine: String) throws {
    let sandbox = try SweepTests.sandbox()
    let ending = try sandbox.run("sweep \(SweepTests.tiny) --learning-rate 0.001,0.01 --engine \(engine)")
    #expect(ending.code == 0)
    let lines = ending.output.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    try #require(lines.count == 8)
    #expect(lines[0] == "held-out loss  training  --embedding  --learning-rate  parameters  time")
    let rows = lines[1...4].map(split)
    #expect(rows.map { $0[0] } == rows.map { $0[0] }.sorted())
    #expect(
      Set(rows.map { [$0[2], $0[3]] }) == [["4", "0.001"], ["4", "0.01"], ["8", "0.001"], ["8", "0.01"]])
    for row in rows {
      let line =
        "--embedding \(row[2]) --heads 2 --block-size 4 --steps 20 --learning-rate \(row[3]) --engine \(engine) "
        + "--held-out 0.1 --samples 0"
      let run = try sandbox.run(line)
      #expect(run.output.contains("\nheld-out loss: \(row[0]) (per token"), "\(line)")
      #expect(run.output.contains("\nnum params: \(row[4].replacing(",", with: ""))\n"))
      let smoothed = try #require(run.error.firstMatch(of: #/Smoothed loss ([0-9.]+);/#)?.1)
      #expect(abs(Double(smoothed)! - Double(row[1])!) < 0.0051)
    }
    let suffix = engine == "fast" ? " --engine fast" : ""
    #expect(
      lines[5...] == [
        "",
        "microgpt train --embedding \(rows[0][2]) --heads 2 --block-size 4 --steps 20"
          + (rows[0][3] == "0.01" ? "" : " --learning-rate \(rows[0][3])") + "\(suffix) --held-out 0.1", "",
      ])
  }

  @Test("the last line, run by a shell, gives the first row's loss")
  func bestLine() throws {
    let sandbox = try Sandbox(["it's mine.txt": SavedRun.names])
    let words = split("sweep \(SweepTests.tiny) --seed 1,2,3 --held-out 0.25 --offline --quiet --data")
    let ending = try sandbox.run(words + ["it's mine.txt"])
    let lines = ending.output.split(separator: "\n").map(String.init)
    #expect(ending.code == 0 && ending.error == "" && lines.count == 8)
    try FileManager.default.createSymbolicLink(
      atPath: "\(sandbox.root)/bin/microgpt", withDestinationPath: Sandbox.command)
    let environment: [String: String?] = ["PATH": "\(sandbox.root)/bin:/usr/bin:/bin"]
    let best = split(lines[1])
    let run = try sandbox.shell(lines[7], environment: environment)
    #expect(run.code == 0)
    #expect(run.output.contains("\nheld-out loss: \(best[0]) "), "\(lines[7])")
    // The others differ in their seed and width, and each seed holds out other lines.
    for row in lines[2...6].map(split) {
      let line = lines[7].replacing("--seed \(best[3])", with: "").replacing(
        "--embedding \(best[2])", with: "")
      let other = try sandbox.shell(
        "\(line) --embedding \(row[2]) --seed \(row[3])", environment: environment)
      #expect(other.output.contains("\nheld-out loss: \(row[0]) "), "\(row)")
    }
  }

  @Test("neither results nor remarks depend on the number of jobs")
  func jobs() throws {
    let sandbox = try SweepTests.sandbox()
    let line = "sweep \(SweepTests.tiny) --embedding 4,8,2 --batch-size 1,9 --init-std 0.08,1e300"
    let one = try sandbox.run("\(line) --jobs 1")
    let rows = timeless(one.output).split(separator: "\n")
    #expect(one.code == 0 && rows.count == 14)
    #expect(rows[12].contains("not finite") && !rows[6].contains("not finite"))
    for count in [2, 3, 100] {
      let several = try sandbox.run("\(line) --jobs \(count)")
      #expect(timeless(several.output) == timeless(one.output))
      let number = min(count, 12)
      #expect(
        timeless(several.error)
          == timeless(one.error).replacing("12 runs, one at a time.", with: "12 runs, \(number) at a time."))
    }
  }

  @Test("remarks are the text, the runs, and a line for each in their order; --quiet has none")
  func remarks() throws {
    let sandbox = try SweepTests.sandbox()
    let line = "sweep --heads 2 --block-size 4 --embedding 4,8,5 --steps 0,3 --jobs 2"
    let ending = try sandbox.run(line), lines = timeless(ending.error).split(separator: "\n").map(String.init)
    try #require(lines.count == 9, "\(lines)")
    let table = timeless(ending.output).split(separator: "\n").map { split(String($0)) }
    let names = Set(SavedRun.names.split(separator: "\n")), long = names.count { $0.count >= 4 }
    try #require(names.count == 200)
    // Without a step there is no training loss.
    #expect(table.allSatisfy { $0.count < 4 || $0[0] == "held-out" || ($0[1] == "-") == ($0[3] == "0") })
    #expect(
      lines[0..<5] == [
        "Learning from 180 documents of input.txt.", "20 documents are held out, to measure on.",
        "\(long) documents are longer than --block-size 4 allows and will be cut.", "4 runs, 2 at a time.",
        "2 combinations are left out: --embedding is not a multiple of --heads.",
      ])
    for (index, (width, steps)) in [("4", "0"), ("4", "3"), ("8", "0"), ("8", "3")].enumerated() {
      let loss = try #require(table.first { $0.count > 3 && $0[2] == width && $0[3] == steps })[0]
      #expect(
        lines[5 + index]
          == "run \(index + 1) of 4 --embedding \(width) --steps \(steps): held-out loss \(loss), T")
    }
    let quiet = try sandbox.run("\(line) --quiet")
    #expect(quiet.error == "" && timeless(quiet.output) == timeless(ending.output))
  }

  /// What `--json` prints.
  private struct Report: Decodable {
    struct Run: Decodable {
      struct Sizes: Decodable {
        let embedding, steps: Int
        let learning_rate: Double
        let schedule: String
        let seed: UInt64
      }
      let held_out_loss, training_loss: Double?
      let engine: String
      let configuration: Sizes
      let parameters: Int
      let seconds: Double
    }
    let held_out: Double
    let runs: [Run]
    let best_command: String?
  }

  @Test("the JSON object has the runs of the table with every digit")
  func json() throws {
    let sandbox = try SweepTests.sandbox()
    let line = "sweep \(SweepTests.tiny) --learning-rate 0.01,1e300 --quiet"
    let rows = try sandbox.run(line).output.split(separator: "\n").map { split(String($0)) }
    let ending = try sandbox.run("\(line) --json")
    #expect(ending.code == 0 && ending.output.filter { $0 == "\n" }.count == 1)
    let report = try JSONDecoder().decode(Report.self, from: Data(ending.output.utf8))
    #expect(report.held_out == 0.1 && report.runs.count == 4)
    #expect(report.best_command == rows[5].joined(separator: " "))
    #expect(report.runs.map { $0.held_out_loss.map { fixed($0, 4) } ?? "not" } == rows[1...4].map { $0[0] })
    #expect(report.runs.map { $0.held_out_loss == nil } == [false, false, true, true])
    #expect(report.runs[2].training_loss == nil && report.runs[2].configuration.learning_rate == 1e300)
    #expect(report.runs.allSatisfy { $0.engine == "exact" && $0.configuration.schedule == "linear" })
    #expect(report.runs.allSatisfy { $0.configuration.steps == 20 && $0.configuration.seed == 42 })
    #expect(report.runs[0].seconds > 0 && grouped(report.runs[0].parameters) == rows[1][4])
  }

  @Test("if no run has a finite loss, the sweep has failed")
  func notFinite() throws {
    let ending = try SweepTests.sandbox().run("sweep \(SweepTests.tiny) --init-std 1e300 --quiet")
    #expect(ending.code == 70 && ending.output.split(separator: "\n").count == 3)
    #expect(
      ending.error
        == "Error: No run has a finite loss: the parameters have grown too large. Lower --learning-rate or --init-std.\n"
    )
  }

  @Test("a preset and a file stand beneath the lists of the line, and a file can have lists")
  func presets() throws {
    let sandbox = try SweepTests.sandbox()
    try sandbox.write(
      "embedding = 4, 8\nheads = 2\nblock_size = 4\nsteps = 20\nquiet = true\n", to: "sweep.conf")
    let expected = try sandbox.run("sweep \(SweepTests.tiny) --quiet --learning-rate 0.02,0.01")
    let found = try sandbox.run("sweep --config sweep.conf --learning-rate 0.02,0.01")
    #expect(timeless(found.output) == timeless(expected.output) && found.error == "" && found.code == 0)
    guard
      case .run(let sweep as Sweep, let given) = try MicroGPT.command.parse(
        split("sweep --preset names --layers 1"))
    else { throw NotSettings() }
    let runs = try SweepCombinations(sweep.completed(given).settings).runs
    var train = try Train.settings([Preset.names.text], beneath: GivenOptions()).settings
    train.configuration.layers = 1
    #expect(runs == [train])
    try sandbox.write("save = a", to: "sweep.conf")
    #expect(
      try sandbox.run("sweep --config sweep.conf")
        == Ending(
          error:
            "Error: Line 1 of sweep.conf: Unknown key 'save'. A key is an option of 'sweep' without its dashes, "
            + "such as 'preset'.\n", code: 65))
  }

  @Test(
    "memory is that of the largest runs together, and what the machine lacks is refused before the first step"
  )
  func memory() throws {
    var source = TextSource(bytes: Array("ada\nmae\n".utf8), name: "a", reason: "")
    let documents = try SweepDocuments(&source, TextReading(), holdingOut: 0.5, seed: 42)
    let found = try combinations("--embedding 16,64,32")
    let needs = try found.runs.map {
      try $0.requiredMemory(vocabularySize: documents.tokenizer.vocabularySize)
    }
    #expect(try found.requiredMemory(documents, jobs: 1) == needs[1])
    #expect(try found.requiredMemory(documents, jobs: 2) == needs[1] + needs[2])
    #expect(try found.requiredMemory(documents, jobs: 3) == needs.reduce(0, +))
    let both = needs[1] + needs[2]
    #expect(try found.requiredMemory(documents, jobs: 2, available: both) == both)
    let message =
      "2 runs at the same time need \(size(both)) of memory, and this machine has \(size(both - 1)). Give fewer --jobs."
    #expect(throws: Failure(code: 64, message)) {
      try found.requiredMemory(documents, jobs: 2, available: both - 1)
    }
  }

  @Test("a text that cannot be split or found is refused", arguments: [1, 2])
  func texts(jobs: Int) throws {
    let sandbox = try Sandbox(["input.txt": "a\na\n"])
    let ending = try sandbox.run("sweep --steps 1,2 --jobs \(jobs)")
    #expect(ending.code == 65 && ending.output == "")
    #expect(try sandbox.run("sweep --data none.txt --jobs \(jobs)").code == 66)
  }

  @Test("a signal ends the sweep with the table of the runs that have ended", arguments: [SIGINT, SIGTERM])
  func signals(signal: Int32) throws {
    let sandbox = try SweepTests.sandbox()
    let words = split(
      "sweep --embedding 4 --heads 2 --block-size 4 --steps 3,1000000000,5,1000000001 --jobs 2")
    let run = try PipedRun(words, in: sandbox)
    try run.read { run.error.contains("run 1 of 4 ") }
    usleep(300_000)
    try run.send(signal)
    let ending = try run.end()
    #expect(ending.code == 128 + signal)
    let rows = ending.output.split(separator: "\n").map { split(String($0)) }
    #expect(Set(rows.dropFirst().dropLast().map { $0[2] }) == ["3", "5"])
    #expect(rows.last?.prefix(2) == ["microgpt", "train"])
    #expect(ending.error.contains("\nrun 3 of 4 --steps 5: "))
    #expect(ending.error.hasSuffix("\nStopped by a signal after 2 of 4 runs.\n"), "\(ending.error)")
  }

  @Test("in a terminal there is one live line, which is erased at the end")
  func terminal() throws {
    let sandbox = try Sandbox(["input.txt": SavedRun.names])
    let line = "sweep --embedding 4 --heads 2 --block-size 4 --seed 1,2,3,4 --steps 2000 --jobs 2"
    let run = try TerminalRun([Sandbox.command] + split(line), in: sandbox, columns: 100)
    #expect(run.code == 0 && run.screen.wrapped == [] && run.screen.unknown == [])
    #expect(run.drawings.contains { $0.text.contains("/4 runs") && $0.text.contains("░") })
    #expect(!run.screen.text.contains("/4 runs") && !run.screen.text.contains("run 1 of 4"))
    #expect(run.screen.text.contains("\nheld-out loss  training  --seed  parameters  time\n"))
  }
}
