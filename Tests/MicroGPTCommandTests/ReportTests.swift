import Foundation
import Testing

@testable import MicroGPTCommand

/// `train --report`: the page, and everything else that a run writes, which has to be the same.
@Suite("microgpt train --report") struct ReportTests {
  private static let small = "--steps 30 --samples 3"
  private static let names = "emma\nolivia\nava\nmia\nzoe\nlea\nida\nkim\n"

  /// The page without its times.
  private func headings(_ page: String) -> [String] {
    page.matches(of: #/<h2>(.*?)</h2>/#).map { String($0.output.1) }
  }

  private static let allHeadings = [
    "Loss", "Samples on the way", "Learning rate, gradients and updates", "Attention", "Token embeddings",
    "Which characters are hard", "Time a step",
  ]

  @Test(
    "output, log and checkpoint have the same bytes with a report and without",
    arguments: [
      "--engine exact", "--engine fast --batch-size 3", "--held-out 0.3 --eval-every 7", "--streams many",
      "--documents stream --samples 2",
    ])
  func sameBytes(options: String) throws {
    let line = "\(ReportTests.small) \(options) --log run.jsonl --save model.safetensors --temperature 0.8"
    let (with, without) = (
      try Sandbox(["input.txt": ReportTests.names]), try Sandbox(["input.txt": ReportTests.names])
    )
    let one = try with.run("\(line) --report run.html"), other = try without.run(line)
    #expect(one.code == 0 && one.output == other.output)
    #expect(timeless(one.error) == timeless(other.error) + "The report is in run.html.\n")
    for file in ["run.jsonl", "model.safetensors"] {
      #expect(try with.bytes(file) == without.bytes(file), "\(file)")
    }
    #expect(try with.files() == (without.files() + ["run.html"]).sorted())
  }

  @Test("a page tells what was run, and has a figure for each question")
  func page() throws {
    let sandbox = try Sandbox(["input.txt": ReportTests.names])
    let ending = try sandbox.run(
      "\(ReportTests.small) --held-out 0.3 --eval-every 10 --learning-rate 0.02 --report run.html --quiet")
    #expect(ending.code == 0 && ending.error == "")
    let page = try sandbox.read("run.html")
    #expect(page.hasPrefix("<!doctype html>") && page.hasSuffix("</html>\n"))
    #expect(page.contains("<h1>30 steps on input.txt</h1>"))
    #expect(headings(page) == ReportTests.allHeadings)
    #expect(
      page.contains(
        "<pre>microgpt train --steps 30 --learning-rate 0.02 --held-out 0.3 --eval-every 10 --samples 3</pre>"
      ),
      "\(page.firstMatch(of: #/<pre>.*?</pre>/#)?.output ?? "")")
    let loss = try #require(ending.output.firstMatch(of: #/\nheld-out loss: ([0-9.]+)/#)).output.1
    #expect(page.contains("<td>\(loss) (per token: "), "The last held-out loss is \(loss).")
    // Every sample that the run prints is the beginning of what the page has for the last step.
    let samples = ending.output.matches(of: #/sample +\d+: (.*)/#).map { String($0.output.1) }
    let shown = samples.map { "<bdi>\($0.isEmpty ? "(empty)" : $0)</bdi>" }.joined(separator: ", ")
    #expect(page.contains("<td class=\"number\">30</td><td>\(shown)"))
    #expect(page.contains("guessing: ln\u{a0}") && page.contains(" held out. Above the dotted line"))
  }

  @Test("the command line on the page trains the same run")
  func commandLine() throws {
    let sandbox = try Sandbox(["input.txt": ReportTests.names])
    let first = try sandbox.run(
      "\(ReportTests.small) --layers 2 --documents paragraphs --lowercase --engine fast --seed 7 --temperature 0.9 "
        + "--streams many --held-out 0.2 --eval-every 9 --patience 4 --report run.html")
    // One paragraph cannot be divided.
    #expect(first.code == 65)
    let line =
      "--steps 12 --layers 2 --lowercase --engine fast --seed 7 --temperature 0.9 --streams many "
      + "--held-out 0.2 --eval-every 9 --patience 4 --data input.txt --offline --report run.html"
    let run = try sandbox.run(line)
    let page = try sandbox.read("run.html")
    let words = try #require(page.firstMatch(of: #/<pre>microgpt (.*?)</pre>/#)).output.1
    #expect(try run.code == 0 && run.output == sandbox.run(String(words)).output)
  }

  @Test(
    "there is a report of every kind of run",
    arguments: [
      ("--documents stream --held-out 0.2", "on verses.txt"), ("--documents paragraphs", "on verses.txt"),
      ("--block-size 1", "on verses.txt"), ("--embedding 1 --heads 1", "on verses.txt"),
      ("--layers 0", "on verses.txt"), ("--layers 7 --heads 16", "on verses.txt"),
      ("--init-std 0", "on verses.txt"),
      ("--batch-size 5 --schedule constant --weight-decay 0.1", "5 documents"),
      ("--temperature 0", "temperature 0"), ("--seed 3 --samples 0", "--seed 3"),
    ])
  func kinds(options: String, part: String) throws {
    let sandbox = try Sandbox()
    let verses = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Fixtures/verses.txt")
    try sandbox.write(try Data(contentsOf: verses), to: "verses.txt")
    let ending = try sandbox.run("--data verses.txt --steps 12 --samples 1 \(options) --report run.html")
    guard ending.code != 64 else { return #expect(options == "--layers 0", "\(ending.error)") }
    #expect(ending.code == 0, "\(ending.error)")
    let page = try sandbox.read("run.html")
    #expect(page.contains(part) && page.contains("<h2>Loss</h2>"))
    for number in ["nan", "inf,", "inf\""] { #expect(!page.contains(number), "\(number)") }
  }

  @Test("a run without steps has a page about its initial model")
  func noSteps() throws {
    let sandbox = try Sandbox(["input.txt": ReportTests.names])
    #expect(try sandbox.run("--steps 0 --report run.html").code == 0)
    let page = try sandbox.read("run.html")
    #expect(
      headings(page) == ["Samples on the way", "Attention", "Token embeddings", "Which characters are hard"])
    #expect(page.contains("<h1>0 steps on input.txt</h1>"))
  }

  @Test("a run that stops early is reported as far as it came, and so is each sitting")
  func sittings() throws {
    let sandbox = try Sandbox(["input.txt": ReportTests.names])
    #expect(
      try sandbox.run(
        "\(ReportTests.small) --save model.safetensors --stop-after 12 --report run.html"
      ).code == 0)
    let first = try sandbox.read("run.html")
    #expect(
      first.contains("<h1>12 steps on input.txt</h1>") && first.contains("12 of 30 steps have been taken."))
    #expect(headings(first) == ReportTests.allHeadings)
    // The next sitting's report would replace this one.
    #expect(try sandbox.run("--resume model.safetensors --report run.html").code == 73)
    #expect(try sandbox.run("--resume model.safetensors --report run.html --force").code == 0)
    let second = try sandbox.read("run.html")
    #expect(second.contains("This page begins with step 13, at which the run was resumed."))
    #expect(second.contains("18 steps in ") && second.contains("; 12 before it"))
  }

  @Test("a run that begins with weights says so")
  func weights() throws {
    let sandbox = try Sandbox(["input.txt": ReportTests.names])
    _ = try sandbox.run("\(ReportTests.small) --save model.safetensors")
    #expect(try sandbox.run("--init-from model.safetensors --steps 5 --report run.html").code == 0)
    let page = try sandbox.read("run.html")
    #expect(page.contains("It starts with what the weights of <code>--init-from</code> know"))
    #expect(page.contains("microgpt train --steps 5 --init-from model.safetensors</pre>"))
  }

  @Test("a signal ends the run, not its report")
  func signal() throws {
    let sandbox = try Sandbox(["input.txt": ReportTests.names])
    let child = try sandbox.start("--steps 1000000000 --report run.html", output: "results", error: "remarks")
    let deadline = Date(timeIntervalSinceNow: 30)
    while (try? sandbox.read("results").contains("loss")) != true, Date() < deadline { usleep(10_000) }
    try child.send([SIGINT])
    #expect(try child.wait() == 130)
    let page = try sandbox.read("run.html"), remarks = try sandbox.read("remarks")
    #expect(
      page.contains(" of 1,000,000,000 steps have been taken.") && headings(page) == ReportTests.allHeadings)
    #expect(remarks.hasSuffix("The report is in run.html.\n"), "\(remarks)")
  }

  @Test("a run whose numbers become infinite is reported up to there")
  func notFinite() throws {
    let sandbox = try Sandbox(["input.txt": ReportTests.names])
    let ending = try sandbox.run("--steps 30 --learning-rate 1e200 --report run.html")
    #expect(ending.code == 70 && ending.error.contains("The report is in run.html.\n"))
    #expect(try sandbox.read("run.html").contains("<h2>Loss</h2>"))
  }

  @Test("text from data cannot become markup, nor turn the page around")
  func markup() throws {
    let text = "<script>alert(1)</script>\n\u{202e}abc\n\"quoted\" & 'more'\n<b>\n\u{1b}[2J\n"
    let sandbox = try Sandbox(["<i>.txt": text])
    #expect(
      try sandbox.run(["--data", "<i>.txt", "--steps", "40", "--temperature", "1.5", "--report", "run.html"])
        .code
        == 0)
    let page = try sandbox.read("run.html")
    for part in ["<script", "<i>", "<b>", "\u{202e}", "\u{1b}"] { #expect(!page.contains(part), "\(part)") }
    #expect(page.contains("&lt;i&gt;.txt"))
  }

  @Test("a file with contents is replaced only by --force")
  func force() throws {
    let sandbox = try Sandbox(["input.txt": ReportTests.names, "run.html": "precious"])
    let ending = try sandbox.run("\(ReportTests.small) --report run.html")
    #expect(
      ending
        == Ending(
          error:
            "Error: 'run.html' exists and would be replaced. Name another file after --report, or add --force.\n",
          code: 73))
    #expect(try sandbox.read("run.html") == "precious")
    #expect(try sandbox.run("\(ReportTests.small) --report run.html --force").code == 0)
    #expect(try sandbox.read("run.html").hasPrefix("<!doctype html>"))
    try sandbox.write("", to: "run.html")
    #expect(try sandbox.run("\(ReportTests.small) --report run.html").code == 0)
  }

  @Test(
    "a report may not take the place of another file of the run",
    arguments: [
      ("--report -", "'--report -' is not a file: standard output is for the results. Name a file."),
      (
        "--report ./input.txt",
        "'--report ./input.txt' would overwrite the text to learn from. Name another file."
      ),
      ("--log a --report a", "'--log a' and '--report a' are the same file. Name two."),
      ("--save a --report ./a", "'--report ./a' and '--save a' are the same file. Name two."),
      (
        "--save a.safetensors --held-out 0.3 --eval-every 1 --report a.best.safetensors",
        "'--report a.best.safetensors' and '--save a.best.safetensors' are the same file. Name two."
      ),
      (
        "--init-from model.safetensors --report model.safetensors",
        "'--report model.safetensors' would overwrite the model that the run begins with. Name another file."
      ),
      (
        "--save a --report a.lock",
        "'a.lock' (--report) is a name that saving 'a' needs for itself. Name another file."
      ),
    ])
  func places(options: String, message: String) throws {
    let sandbox = try Sandbox(["input.txt": ReportTests.names])
    _ = try sandbox.run("\(ReportTests.small) --save model.safetensors")
    let before = try sandbox.bytes("model.safetensors")
    let ending = try sandbox.run("--steps 3 --force \(options)")
    #expect(ending.code == 64 && ending.error.hasPrefix("Error: \(message)\n"), "\(ending.error)")
    #expect(ending.output == "")
    #expect(try sandbox.bytes("model.safetensors") == before)
  }

  @Test(
    "a report that cannot be created ends the command before the first step",
    arguments: ["missing/run.html", "."])
  func early(path: String) throws {
    let sandbox = try Sandbox(["input.txt": ReportTests.names])
    let ending = try sandbox.run("\(ReportTests.small) --report \(path)")
    #expect(ending.code == 73 && ending.output == "" && ending.error.hasPrefix("Error: "), "\(ending.error)")
    #expect(try sandbox.files() == ["input.txt"])
  }

  @Test("a link keeps its place, and the file that it leads to gets the page")
  func link() throws {
    let sandbox = try Sandbox(["input.txt": "ava\neva\n", "real.html": ""])
    try FileManager.default.createSymbolicLink(
      atPath: "\(sandbox.folder)/link.html", withDestinationPath: "real.html")
    #expect(try sandbox.run("train --steps 2 --samples 0 --quiet --report link.html").code == 0)
    #expect(try sandbox.read("real.html").hasPrefix("<!doctype html>"))
    let kind = try FileManager.default.attributesOfItem(atPath: "\(sandbox.folder)/link.html")[.type]
    #expect(kind as? FileAttributeType == .typeSymbolicLink)
  }

  @Test("a pipe or a device keeps its place")
  func devices() throws {
    let sandbox = try Sandbox(["input.txt": ReportTests.names])
    let ending = try sandbox.shell("mkfifo pipe && \"$microgpt\" --steps 3 --report pipe")
    #expect(ending.code == 73 && ending.output == "", "\(ending.error)")
    #expect(try sandbox.files() == ["input.txt", "pipe"])
  }

  @Test("a report that cannot be written at the end loses nothing else", arguments: [true, false])
  func late(isStopped: Bool) throws {
    let sandbox = try Sandbox(["input.txt": ReportTests.names])
    let steps = isStopped ? 1_000_000_000 : 200
    let child = try sandbox.start(
      "--embedding 48 --steps \(steps) --samples 2 --log run.jsonl --save model.safetensors --report run.html",
      output: "results", error: "remarks")
    let deadline = Date(timeIntervalSinceNow: 30)
    while (try? sandbox.read("results").contains("loss")) != true, Date() < deadline { usleep(1000) }
    // While the run has not ended, a folder takes the place of its report.
    try FileManager.default.createDirectory(
      atPath: "\(sandbox.folder)/run.html", withIntermediateDirectories: false)
    if isStopped { try child.send([SIGINT]) }
    #expect(try child.wait() == (isStopped ? 130 : 74))
    let remarks = try sandbox.read("remarks")
    #expect(remarks.contains("run.html"), "\(remarks)")
    #expect(try checkpoint(in: sandbox).state.completedSteps > 0)
    if isStopped { return }
    #expect(try sandbox.read("results").contains("sample  2: "))
    #expect(try sandbox.read("run.jsonl").split(separator: "\n").last?.contains("parameters_sha256") == true)
  }
}
