// `microgpt compare`: the losses of several runs, from their logs, as curves over each other and as a table.

import CommandLineOptions
import Drawing
import MicroGPT
import MicroGPTFiles

struct Compare: Subcommand, Equatable {
  var logs: [String] = []
  /// The columns and lines of the plot; without a width those of the terminal.
  var width: Int?
  var height = Compare.plotHeight
  /// Whether equal ratios of steps are equally far apart.
  var logSteps = false
  var color = OutputOptions.Color.auto
  var json = false
  /// The file of the page, if one is to be written.
  var html: String?
  /// Whether a file with contents may be replaced.
  var force = false

  /// The lines of a plot, unless an option says otherwise.
  static let plotHeight = 20

  static let name = "compare"
  static let abstract = "Show the losses of runs as curves and in a table."
  static let discussion = """
    LOG is a file that 'microgpt train --log' writes, also while it is written. Losses of training are moving averages \
    over about 50 steps, as the live line shows them. The table begins with the lowest loss: on held-out lines, if all \
    runs were measured on them, else the last one of training. Its column 'to X' has the step at which a run reached X, \
    the loss that the worst one ended with. Losses of different texts or vocabularies do not compare, and a log does \
    not say what they were.
    """
  static let examples: KeyValuePairs = [
    "Compare two runs:": "microgpt compare slow.jsonl fast.jsonl",
    "See the first steps of one more closely:": "microgpt compare run.jsonl --log-steps",
    "Write a page of all runs in a folder:": "microgpt compare runs/*.jsonl --html runs.html",
  ]

  static var arguments: [Argument<Self>] {
    [.several("LOG", \.logs, "The logs of the runs (- is standard input)")]
  }

  static var options: KeyValuePairs<String, [Option<Self>]> {
    [
      "PLOT": [
        .number(
          "--width", \.width, .from(TextPlot.least.width, to: 1000), example: 100,
          "Columns of the plot; without it the terminal's, or 80"),
        .number("--height", \.height, .from(TextPlot.least.height, to: 1000), "Lines of the plot"),
        .flag("--log-steps", \.logSteps, "Let each doubling of the steps take the same room"),
        .choice("--color", "WHEN", \.color, "Color the curves; auto respects NO_COLOR"),
      ],
      "OUTPUT": [
        .flag("--json", \.json, "Print one JSON object, with the curves"),
        .text("--html", "FILE", \.html, "Write FILE too, a page of HTML with larger curves"),
        .flag("--force", \.force, "Let --html replace a file that has contents"),
      ],
    ]
  }

  func validate() throws(UsageError) {
    if logs.count(where: { $0 == "-" }) > 1 { try checkStandardInput("-", "-") }
    if html == "-" { throw UsageError("'--html -' is not a file. Name a file.") }
    guard logs.count <= ComparedRun.marks.count else {
      throw UsageError(
        "\(logs.count) logs have no room in one plot. Give at most \(ComparedRun.marks.count), as the best of a sweep."
      )
    }
  }

  func run(given: GivenOptions) throws {
    let page = try html.map { path in
      try PageFile(path, mayReplace: force, inputs: logs.map { ("LOG", $0) })
    }
    let report = CompareReport(try logs.map { try LoggedRun($0) }, isLogarithmic: logSteps)
    if report.isEmpty {
      for remark in report.remarks { Console.remark(remark) }
      if runsHaveSteps(report) {
        throw Failure(
          code: Failure.data,
          "No loss in \(logs.count == 1 ? "\(report.runs[0].shownName)" : "the \(logs.count) logs") is a finite number. Train again with a smaller learning rate."
        )
      }
      throw Failure(
        code: Failure.data,
        logs.count == 1
          ? "\(report.runs[0].shownName) has no step yet. Try again when its run has taken some."
          : "None of the \(logs.count) logs has a step yet. Try again when their runs have taken some.")
    }
    for remark in report.remarks { Console.remark(remark) }
    try page?.write(report.page())
    if json {
      try Console.print(report.json.text(escapingControls: Console.isTerminal))
      return
    }
    let isTerminal = Console.isTerminal
    try Console.print(
      report.text(
        width: width ?? Console.outputWidth, height: height,
        isColored: color.isOn(unless: !Console.showsColors(isTerminal))))
  }

  /// Whether a log has a step, be its loss a number or not.
  private func runsHaveSteps(_ report: CompareReport) -> Bool {
    report.runs.contains { $0.losses.lastStep != nil }
  }
}
