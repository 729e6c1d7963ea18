// Options that several subcommands share: which text, how to sample, and what to print.

import CommandLineOptions
import MicroGPT

/// Which text to read.
struct DataOptions: OptionGroup, Equatable {
  /// The file, `-` for standard input; `nil` leaves the choice to the command.
  var file: String?
  var offline = false

  static var options: [Option<Self>] {
    [
      .text("--data", "FILE", \.file, "Learn from the lines of FILE (- is standard input)"),
      .flag("--offline", \.offline, "Never download; so does MICROGPT_OFFLINE=1"),
    ]
  }
}

/// How many samples to draw from a model, and how.
struct SamplingOptions: OptionGroup, Equatable {
  typealias Streams = Checkpoint.Sampling.Streams

  var count = 20
  var temperature = 0.5
  var streams = Streams.one

  static var options: [Option<Self>] {
    [
      .number("--samples", \.count, .atLeast(0), "Lines to generate after training"),
      .number(
        "--temperature", \.temperature, .atLeast(0),
        "Sampling temperature; 0 always takes the most probable character"),
      .choice(
        "--streams", "HOW", \.streams,
        "Random numbers: microgpt.py's one stream, or one for each sample, many at a time and faster"),
    ]
  }
}

/// What to print, and where.
struct OutputOptions: OptionGroup, Equatable {
  enum Color: String, CaseIterable {
    case never, auto, always
  }

  /// The file of the training log, if any.
  var log: String?
  /// The file of the page about the run, if any.
  var report: String?
  /// Whether files with contents may be replaced.
  var force = false
  var quiet = false
  /// Whether the losses are drawn when the steps are done.
  var plot = false
  var color = Color.auto

  static var options: [Option<Self>] {
    [
      .text("--log", "FILE", \.log, "Write losses, samples and the parameters' hash to FILE, as JSON Lines"),
      .text(
        "--report", "FILE", \.report,
        "Write a page about the run to FILE: losses, samples, attention, as HTML for a browser"),
      .flag("--force", \.force, "Let --log, --report and --save replace files that have contents"),
      .flag("--quiet", \.quiet, "No step lines, no live line and no remarks"),
      .flag("--plot", \.plot, "Draw the losses as a curve on standard error when the steps are done"),
      .choice("--color", "WHEN", \.color, "Color the live line and the plot; auto respects NO_COLOR"),
    ]
  }

  /// Whether the live line is colored.
  var isColored: Bool { color.isOn(unless: false) }
}

extension OutputOptions.Color {
  /// Whether to color.
  ///
  /// - Parameter isPlain: Whether what is colored goes to where colors are not shown, such as a file.
  func isOn(unless isPlain: Bool) -> Bool {
    switch self {
    case .always: true
    case .never: false
    case .auto: !isPlain && Console.environment("NO_COLOR").map(\.isEmpty) ?? true
    }
  }
}
