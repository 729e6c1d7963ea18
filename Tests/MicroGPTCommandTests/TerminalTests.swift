import Foundation
import Testing

@testable import MicroGPTCommand

/// The command in a terminal, as a user sees it. Serialized, because a live line needs time.
@Suite("The terminal", .serialized) struct TerminalTests {
  /// What remains when the live line is erased, at any width.
  private static let end = """
    Learning from N document of input.txt.
    num docs: N
    vocab size: N
    num params: N
    N steps in N s, N steps/s. Smoothed loss N; N is guessing.

    --- inference (new, hallucinated names) ---
    sample  N: emma
    sample  N: emma

    """

  @Test(
    "a live line is redrawn in place, fits its terminal and is erased at the end",
    arguments: [
      (40, "▒  N/N  loss N"),
      (80, "▒  N/N  loss N  this step N  N steps/s  N s left"),
      (200, "▒  N/N  loss N  this step N  N steps/s  N s left"),
    ])
  func liveLine(columns: Int, line: String) throws {
    let sandbox = try Sandbox(["input.txt": "emma\n"])
    let steps = try stepsForAMoment(sandbox)
    let run = try TerminalRun(
      [Sandbox.command, "--steps", "\(steps)", "--samples", "2", "--temperature", "0"], in: sandbox,
      columns: columns)
    #expect(run.code == 0)
    #expect(run.drawings.count >= 2)
    #expect(Double(run.drawings.count) <= 1 + run.seconds * 10)
    for screen in run.drawings {
      #expect(
        withoutNumbers(screen.text) == """
          Learning from N document of input.txt.
          num docs: N
          vocab size: N
          num params: N
          \(line)
          """)
      #expect(screen.wrapped == [] && screen.colors > 0 && screen.unknown == [])
      #expect(screen.text.split(separator: "\n").allSatisfy { $0.count < columns })
    }
    #expect(withoutNumbers(run.screen.text) == TerminalTests.end)
    #expect(run.screen.wrapped == [] || columns == 40)
  }

  @Test(
    "colors are left out for NO_COLOR and --color never, and --color always has the last word",
    arguments: [
      ("", nil, true), ("", "", true), ("", "1", false), ("--color auto", "1", false),
      ("--color never", nil, false), ("--color always", nil, true), ("--color always", "1", true),
    ] as [(String, String?, Bool)])
  func colors(options: String, noColor: String?, isColored: Bool) throws {
    let sandbox = try Sandbox(["input.txt": "emma\n"])
    let run = try TerminalRun(
      [Sandbox.command, "--steps", "60", "--samples", "2", "--temperature", "0"] + split(options),
      in: sandbox,
      columns: 80, environment: ["NO_COLOR": noColor])
    #expect(run.drawings.count >= 1)
    #expect((run.screen.colors > 0) == isColored)
    #expect(withoutNumbers(run.screen.text) == TerminalTests.end)
  }

  @Test(
    "a terminal that cannot redraw, and one that sees only the results, get the reference's lines",
    arguments: [("dumb", "2>&1"), ("xterm", "2>/dev/null")])
  func plainLines(terminal: String, redirection: String) throws {
    let sandbox = try Sandbox(["input.txt": "emma\n"])
    let line = #""$0" --steps 3 --samples 0 --color always "# + redirection
    let run = try TerminalRun(
      ["/bin/sh", "-c", line, Sandbox.command], in: sandbox, columns: 80, environment: ["TERM": terminal])
    #expect(!run.sent.contains("\u{1b}"))
    #expect(
      run.screen.text.contains(
        """
        num docs: 1
        vocab size: 4
        num params: 3456
        step    1 /    3 | loss 1.4733
        step    2 /    3 | loss 1.1564
        step    3 /    3 | loss 0.9821

        """))
  }

  @Test("a terminal for remarks puts no escape codes into redirected results")
  func resultsElsewhere() throws {
    let sandbox = try Sandbox(["input.txt": "emma\n"])
    let run = try TerminalRun(
      ["/bin/sh", "-c", #""$0" --steps 3 --samples 0 --color always > results"#, Sandbox.command],
      in: sandbox,
      columns: 80)
    #expect(
      withoutNumbers(run.screen.text) == """
        Learning from N document of input.txt.
        N steps in N s, N steps/s. Smoothed loss N; N is guessing.

        """)
    #expect(!run.sent.contains("\u{1b}"))
    #expect(try !sandbox.read("results").contains("\u{1b}"))
    #expect(try sandbox.read("results").hasSuffix("step    3 /    3 | loss 0.9821\n"))
  }

  @Test("quiet leaves only the results on the terminal")
  func quiet() throws {
    let sandbox = try Sandbox(["input.txt": "emma\n"])
    let run = try TerminalRun(
      [Sandbox.command, "--steps", "60", "--samples", "1", "--temperature", "0", "--quiet"], in: sandbox,
      columns: 80)
    #expect(
      run.sent == """
        num docs: 1\r
        vocab size: 4\r
        num params: 3456\r
        \r
        --- inference (new, hallucinated names) ---\r
        sample  1: emma\r

        """)
  }

  @Test("an error replaces the live line")
  func failure() throws {
    let sandbox = try Sandbox(["input.txt": "emma\n"])
    let run = try TerminalRun(
      [Sandbox.command, "--learning-rate", "1e300"], in: sandbox, columns: 200)
    #expect(run.drawings.count >= 1)
    #expect(run.code == 70)
    #expect(
      run.screen.text == """
        Learning from 1 document of input.txt.
        num docs: 1
        vocab size: 4
        num params: 3456
        Error: The loss of step 3 is not a finite number: the parameters have grown too large. Lower \
        --learning-rate, which is 1e+300, or --init-std, which is 0.08.

        """)
  }

  /// The number of steps for which a run takes about half a second here, by the fastest of three: next to other tests a
  /// single one may be slow, and what it predicts too short.
  private func stepsForAMoment(_ sandbox: Sandbox) throws -> Int {
    let rates = try (1...3).map { _ in
      let ending = try sandbox.run("--steps 100")
      let rate = try #require(ending.error.firstMatch(of: #/([0-9,]+) steps\/s/#)?.1)
      return try #require(Int(rate.filter { $0 != "," }))
    }
    return max(100, rates.max()! / 2)
  }

  /// The text with what varies from run to run replaced: `N` for every number, `▒` for the bar, seconds for all
  /// times.
  private func withoutNumbers(_ text: String) -> String {
    text.replacing(#/[0-9]+([.,:][0-9]+)*/#, with: "N").replacing(#/[█░]+ +/#, with: "▒  ")
      .replacing("N min left", with: "N s left")
  }
}

/// The screen that the tests examine.
@Suite("The screen of the tests") struct ScreenTests {
  @Test("it overwrites, erases, wraps and counts as a terminal does")
  func screen() {
    var screen = Screen(columns: 10)
    screen.show("0123456789")
    #expect(screen.text == "0123456789" && screen.wrapped == [])
    screen.show("\rab\u{1b}[Kc\r\n")
    #expect(screen.text == "abc\n")
    screen.show("\u{1b}[32m01234567890\u{1b}[0m\u{1b}[2J")
    #expect(screen.text == "abc\n01234567890" && screen.wrapped == [1])
    #expect(screen.colors == 2 && screen.unknown == ["[2J"])
  }
}
