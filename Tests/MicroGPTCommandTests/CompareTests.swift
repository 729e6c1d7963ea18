import Foundation
import Testing

@testable import MicroGPTCommand

/// `microgpt compare`: what it prints of logs that are known.
@Suite("microgpt compare") struct CompareTests {
  /// Two runs of 200 steps, which fall evenly; the second falls faster, ends at 2 and overfits.
  private static let slow = log(
    1...200, heldOut: { 4 - Double($0) / 125 }, end: 2.4, hash: "aa"
  ) { 4 - Double($0) / 100 }
  private static let fast = log(
    1...200, heldOut: { $0 < 150 ? 3 - Double($0) / 125 : 2.5 }, end: 2.5, hash: "bb"
  ) { $0 < 128 ? 4 - Double($0) / 64 : 2 }

  /// A log as `train` writes it.
  private static func log(
    _ steps: ClosedRange<Int>, heldOut: ((Int) -> Double)? = nil, end: Double? = nil, hash: String? = nil,
    loss: (Int) -> Double
  ) -> String {
    var text = ""
    for step in steps {
      let measured = step % 50 == 0 ? heldOut.map { ", \"held_out_loss\": \($0(step))" } ?? "" : ""
      text += "{\"step\": \(step), \"loss\": \(loss(step))\(measured)}\n"
    }
    if let end { text += "{\"held_out_loss\": \(end), \"held_out_documents\": 3}\n" }
    if let hash { text += "{\"parameters_sha256\": \"\(hash)\", \"samples\": [\"ada\"]}\n" }
    return text
  }

  private let sandbox: Sandbox

  init() throws { sandbox = try Sandbox(["slow.jsonl": CompareTests.slow, "fast.jsonl": CompareTests.fast]) }

  /// The lines after the plot.
  private func table(_ line: String) throws -> String {
    let output = try sandbox.run("compare \(line)").output
    let end = try #require(output.range(of: "\n\n")).upperBound
    return String(output[end...])
  }

  @Test("two runs are drawn over each other, and the one of the lowest held-out loss comes first")
  func inFull() throws {
    let ending = try sandbox.run("compare slow.jsonl fast.jsonl --width 50 --height 12")
    #expect(
      ending
        == Ending(
          output: """
            Smoothed loss by step
              │⠉⠓⠶⢦A⢄⣀⣀
              │     ⠉⠓⠪⢍⣑⠒⠦⠤⣀⡀
              │         ⠈⠉⠒B⣄⠈⠉⠒⠲⠤⢄⣀
              │              ⠉⠓⠤⢄⡀ A⠉⠒⠲⠤⣀⡀
            3 ┤                  ⠉⠑⠦⣀    ⠉⠉⠒⠦⢄⣀
              │                      ⠉⠒⢄⣀      ⠉⠒⠢⢤⣀
              │                         ⠈⠑⠦B⡀      A⠉⠒⠢⢤⣀
              │                             ⠉⠓⠢⢤⣀⡀       ⠉⠒A
              │                                  ⠈⠉⠓⠒⠲⠤⠤⢤⣀⣀B
              └─────────────────────┬─────────────────────┬
                                   100                   200

            A  slow.jsonl: steps 1 to 200, first loss 3.990
            B  fast.jsonl: steps 1 to 200, first loss 3.984

            run   last  lowest  at step  to 2.454  held-out  lowest  at step
            B    2.132   2.132      200       142    2.5000  2.2000      100
            A    2.454   2.454      200       200    2.4000  2.4000      200

            'to 2.454' is the step at which a run reached the loss that A ended with.

            """))
  }

  @Test("one run alone is drawn without marks, and compared with none")
  func alone() throws {
    let ending = try sandbox.run("compare slow.jsonl --width 50 --height 9")
    #expect(
      ending
        == Ending(
          output: """
            Smoothed loss by step
              │⠉⠙⠒⠒⠲⠤⠤⣄⣀⣀
              │          ⠉⠉⠑⠒⠢⠤⢄⣀⣀
              │                   ⠉⠑⠒⠲⠤⢤⣀⣀
            3 ┤                          ⠈⠉⠑⠒⠢⠤⣄⣀
              │                                  ⠉⠙⠒⠢⠤⣀⣀
              │                                        ⠈⠉⠑⠒⠤⠤⣀
              └───────────────────────┬──────────────────────┬
                                     100                   200

            A  slow.jsonl: steps 1 to 200, first loss 3.990

            run   last  lowest  at step  held-out  lowest  at step
            A    2.454   2.454      200    2.4000  2.4000      200

            """))
  }

  @Test(
    "logs that are torn, that begin late, that have few steps, none, or losses that are not finite are compared"
  )
  func oddLogs() throws {
    try sandbox.write(String(CompareTests.slow.prefix(2000)), to: "torn.jsonl")
    try sandbox.write(CompareTests.log(101...200) { 4 - Double($0) / 100 }, to: "late.jsonl")
    try sandbox.write(
      CompareTests.log(1...60) { $0 == 7 || $0 == 9 ? .nan : 4 - Double($0) / 1000 }.replacing(
        ": nan", with: ": NaN"),
      to: "nan.jsonl")
    try sandbox.write("", to: "empty.jsonl")
    try sandbox.write(CompareTests.log(1...9) { _ in 3.9 }, to: "few.jsonl")
    let line = "torn.jsonl late.jsonl nan.jsonl empty.jsonl few.jsonl"
    let ending = try sandbox.run("compare \(line)")
    #expect(ending.code == 0)
    #expect(
      ending.error == """
        The last line of 'torn.jsonl' is torn off and is left out.
        2 losses of 'nan.jsonl' are not finite and left out, the first at step 7.

        """)
    let printed = try table(line)
    #expect(
      printed == """
        A  torn.jsonl: steps 1 to 71, first loss 3.990
        B  late.jsonl: steps 101 to 200, first loss 2.990
        C  nan.jsonl: steps 1 to 60, first loss 3.999
        D  empty.jsonl: no steps
        E  few.jsonl: steps 1 to 9, first loss 3.900

        run   last  lowest  at step  to 3.963  held-out  lowest  at step
        B    2.337   2.337      200       150         -       -        -
        A    3.558   3.558       71        50    3.6000  3.6000       50
        E    3.900       -        -         -         -       -        -
        C    3.963   3.963       60        60         -       -        -
        D        -       -        -         -         -       -        -

        'to 3.963' is the step at which a run reached the loss that C ended with.

        """)
  }

  @Test("runs that came to the same parameters are named, and vocabularies that may differ")
  func remarks() throws {
    try sandbox.write(CompareTests.fast, to: "again.jsonl")
    try sandbox.write(CompareTests.log(1...60, hash: "aa") { _ in 5 }, to: "wide.jsonl")
    let ending = try sandbox.run("compare slow.jsonl fast.jsonl again.jsonl wide.jsonl")
    #expect(
      ending.output.hasSuffix(
        """

        'to 5.000' is the step at which a run reached the loss that D ended with.
        A and D ended with the same parameters.
        B and C ended with the same parameters.

        """))
    #expect(
      ending.error == """
        The first losses of B and D are far apart. If that is due to vocabularies of different sizes, their losses \
        do not compare.

        """)
  }

  @Test("logs of both engines, of real runs, are compared, one of them from standard input")
  func realRuns() throws {
    let options =
      "--steps 60 --embedding 4 --heads 2 --block-size 4 --held-out 0.2 --eval-every 20 --samples 1 --quiet"
    try sandbox.write(SavedRun.names, to: "input.txt")
    #expect(try sandbox.run("train \(options) --log exact.jsonl").code == 0)
    #expect(try sandbox.run("train \(options) --engine fast --log quick.jsonl").code == 0)
    let ending = try sandbox.shell(#""$microgpt" compare exact.jsonl - < quick.jsonl"#)
    #expect(ending.code == 0 && ending.error == "")
    let rows = ending.output.split(separator: "\n").suffix(4)
    #expect(
      rows.first == "run   last  lowest  at step  to 3.008  held-out  lowest  at step" || rows.count == 4)
    let figures = rows.dropFirst().prefix(2).map { split(String($0)) }
    #expect(Set(figures.map(\.[0])) == ["A", "B"])
    // Single precision changes about the seventh digit.
    #expect(figures[0].dropFirst() == figures[1].dropFirst())
    #expect(ending.output.contains("A  exact.jsonl: steps 1 to 60, first loss "))
    #expect(ending.output.contains("B  standard input: steps 1 to 60, first loss "))
  }

  /// What `--json` prints.
  private struct Report: Decodable, Equatable {
    struct Run: Decodable, Equatable {
      let log: String
      let first_step, last_step, lowest_smoothed_loss_step, common_loss_step, lowest_held_out_loss_step: Int?
      let first_loss, last_smoothed_loss, lowest_smoothed_loss, held_out_loss, lowest_held_out_loss: Double?
      let parameters_sha256: String?
      let smoothed_losses, held_out_losses: [[Double]]
    }
    let common_loss: Double?
    let runs: [Run]
  }

  @Test("one JSON object has the figures with every digit, and the curves")
  func json() throws {
    try sandbox.write("", to: "empty.jsonl")
    let ending = try sandbox.run("compare slow.jsonl empty.jsonl fast.jsonl --json")
    #expect(ending.error == "" && ending.output.split(separator: "\n").count == 1)
    let report = try JSONDecoder().decode(Report.self, from: Data(ending.output.utf8))
    var smoothed = SmoothedLoss(), curve: [[Double]] = []
    for step in 1...200 {
      smoothed.add(4 - Double(step) / 100)
      curve.append([Double(step), smoothed.value])
    }
    #expect(report.common_loss == smoothed.value)
    #expect(report.runs.map(\.log) == ["fast.jsonl", "slow.jsonl", "empty.jsonl"])
    let slow = report.runs[1]
    #expect(slow.smoothed_losses == curve)
    #expect(slow.held_out_losses == [[50, 3.6], [100, 3.2], [150, 2.8], [200, 2.4]])
    #expect(
      slow
        == Report.Run(
          log: "slow.jsonl", first_step: 1, last_step: 200, lowest_smoothed_loss_step: 200,
          common_loss_step: 200,
          lowest_held_out_loss_step: 200, first_loss: 3.99, last_smoothed_loss: smoothed.value,
          lowest_smoothed_loss: smoothed.value, held_out_loss: 2.4, lowest_held_out_loss: 2.4,
          parameters_sha256: "aa", smoothed_losses: slow.smoothed_losses,
          held_out_losses: slow.held_out_losses))
    #expect(report.runs[0].lowest_held_out_loss == 2.2 && report.runs[0].held_out_loss == 2.5)
    #expect(report.runs[2].last_step == nil && report.runs[2].smoothed_losses.isEmpty)
  }

  @Test("the page has the names, the figures and the curves, and fetches nothing")
  func page() throws {
    try sandbox.write(CompareTests.fast, to: "<b>.jsonl")
    let ending = try sandbox.run(["compare", "slow.jsonl", "<b>.jsonl", "--html", "runs.html"])
    #expect(ending.code == 0 && ending.error == "The page is in runs.html.\n")
    #expect(ending.output == (try sandbox.run(["compare", "slow.jsonl", "<b>.jsonl"]).output))
    let page = try sandbox.read("runs.html")
    #expect(page.hasPrefix("<!doctype html>") && page.hasSuffix("</html>\n"))
    for text in [
      "2 runs compared", "<bdi>&lt;b&gt;.jsonl</bdi>", "2.454, where A ended", "In training",
      "On lines held out",
      "From the first steps", "microgpt compare slow.jsonl &#39;&lt;b&gt;.jsonl&#39;",
      "<td>B</td><td class=\"number\">2.132</td><td class=\"number\">2.132</td><td class=\"number\">200</td>"
        + "<td class=\"number\">142</td>",
      "<td>B</td><td class=\"number\">2.5000</td><td class=\"number\">2.2000</td><td class=\"number\">100</td>",
    ] {
      #expect(page.contains(text), "\(text)")
    }
    #expect(!page.contains("<b>") && !page.contains("http") && !page.contains("<script"))
    #expect(page.components(separatedBy: "<path class=\"line s0\"").count == 7)
    #expect(try sandbox.files() == ["<b>.jsonl", "fast.jsonl", "runs.html", "slow.jsonl"])
  }

  @Test("a short run beside one a thousand times as long has a line on the page")
  func shortRun() throws {
    try sandbox.write(CompareTests.log(1...3) { 4 - Double($0) / 2 }, to: "short.jsonl")
    try sandbox.write("{\"step\": 1, \"loss\": 4}\n{\"step\": 9999, \"loss\": 2}\n", to: "long.jsonl")
    #expect(try sandbox.run("compare short.jsonl long.jsonl --html runs.html").code == 0)
    let page = try sandbox.read("runs.html")
    let figure = try #require(page.components(separatedBy: "<figure>").dropFirst().first)
    let line = try #require(figure.components(separatedBy: "<path class=\"line s0\" d=\"").last)
    // One move and two lines, for three points.
    #expect(line.prefix { $0 != "\"" }.count { $0 == "L" } == 2)
  }

  @Test("a page of one run, and of one without held-out losses, has no empty parts")
  func smallPage() throws {
    try sandbox.write(CompareTests.log(1...60) { 3 - Double($0) / 60 }, to: "plain.jsonl")
    #expect(try sandbox.run("compare plain.jsonl --html runs.html").code == 0)
    let page = try sandbox.read("runs.html")
    #expect(page.contains("<h1>Losses of plain.jsonl</h1>") && page.contains("<bdi>plain.jsonl</bdi></td>"))
    #expect(
      !page.contains("On lines held out") && !page.contains("ended with") && !page.contains("From the first"))
  }

  @Test("a log whose losses are all not numbers is not called empty")
  func allInfinite() throws {
    let sandbox = try Sandbox(["nan.jsonl": "{\"step\": 1, \"loss\": NaN}\n", "empty.jsonl": ""])
    let ending = try sandbox.run("compare nan.jsonl")
    #expect(ending.code == 65 && ending.error.contains("No loss in 'nan.jsonl' is a finite number."))
    let empty = try sandbox.run("compare empty.jsonl")
    #expect(empty.code == 65 && empty.error.contains("has no step yet"))
  }

  @Test("a page replaces a file only by force, and a log never")
  func force() throws {
    try sandbox.expectReplacedOnlyByForce("compare slow.jsonl", "--html")
    for options in ["", " --force"] {
      #expect(
        try sandbox.run("compare slow.jsonl fast.jsonl --html fast.jsonl\(options)")
          == Ending(
            error:
              "Error: '--html fast.jsonl' would overwrite 'fast.jsonl' (LOG). Name another file.\n",
            code: 64))
    }
    #expect(try sandbox.read("fast.jsonl") == CompareTests.fast)
  }

  @Test(
    "what cannot be compared is refused",
    arguments: [
      (
        "",
        "'microgpt compare' needs LOG. Write 'microgpt compare LOG...', as in 'microgpt compare slow.jsonl "
          + "fast.jsonl'.", 64
      ),
      ("- slow.jsonl -", "Standard input can be only one of the files. Name the others.", 64),
      ("slow.jsonl --html -", "'--html -' is not a file. Name a file.", 64),
      ("slow.jsonl --width 23", "'--width 23' is out of range. Give a whole number, 24 to 1000.", 64),
      (
        String(repeating: "a ", count: 53),
        "53 logs have no room in one plot. Give at most 52, as the best of a sweep.", 64
      ),
      (
        "none.jsonl", "'none.jsonl' cannot be read: No such file or directory. Check its name and folder.", 66
      ),
      ("-", "standard input has no step yet. Try again when its run has taken some.", 65),
      ("empty.jsonl", "'empty.jsonl' has no step yet. Try again when its run has taken some.", 65),
      (
        "empty.jsonl empty.jsonl",
        "None of the 2 logs has a step yet. Try again when their runs have taken some.", 65
      ),
      (
        "slow.jsonl text.txt",
        "'text.txt' is not a log at line 1: The JSON text needs an object at byte 0, but has "
          + "'e'. Name a file that 'microgpt train --log FILE' has written.", 65
      ),
    ])
  func refused(line: String, message: String, code: Int32) throws {
    try sandbox.write("", to: "empty.jsonl")
    try sandbox.write("emma\n", to: "text.txt")
    #expect(
      try sandbox.run(["compare"] + split(line)) == Ending(error: "Error: \(message)\n", code: code))
  }

  @Test("52 logs have a mark each")
  func many() throws {
    let output = try sandbox.run("compare \(String(repeating: "slow.jsonl ", count: 52))").output
    #expect(output.contains("\nz  slow.jsonl: steps 1 to 200") && output.contains("\nz    2.454 "))
  }

  @Test(
    "in a terminal the plot is as wide as it, and colored unless that is not wanted",
    arguments: [
      (60, "", nil, true), (100, "", nil, true), (60, "--color never", nil, false), (60, "", "1", false),
      (60, "--color always", "1", true),
    ] as [(Int, String, String?, Bool)])
  func terminal(columns: Int, options: String, noColor: String?, isColored: Bool) throws {
    let run = try TerminalRun(
      [Sandbox.command, "compare", "slow.jsonl", "fast.jsonl"] + split(options), in: sandbox,
      columns: columns,
      environment: ["NO_COLOR": noColor])
    #expect((run.screen.colors > 0) == isColored)
    let axis = try #require(run.screen.text.split(separator: "\n").first { $0.contains("└") })
    // Marks take the last columns of a plot, and the terminal's last column stays free.
    #expect(axis.count == columns - 4)
    #expect(run.screen.wrapped == [] || columns < 70)
    // Without color the marks stand along the curves, too.
    let count = run.screen.text.split(separator: "\n").prefix(20).joined().count { $0 == "A" }
    #expect(isColored ? count == 1 : count > 1)
  }

  @Test("on a logarithmic axis the first steps have room")
  func logarithmic() throws {
    let output = try sandbox.run("compare slow.jsonl --log-steps --width 60").output
    #expect(output.hasPrefix("Smoothed loss by step, logarithmic\n"))
    let labels = try #require(output.split(separator: "\n").first { $0.contains("100") })
    #expect(split(String(labels)) == ["1", "2", "5", "10", "20", "50", "100", "200"])
  }
}
