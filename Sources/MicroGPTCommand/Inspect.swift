// `microgpt inspect`: what is in a model's file.

import CommandLineOptions
import MicroGPT
import MicroGPTFiles

struct Inspect: Subcommand, Equatable {
  var model = ""
  /// Whether only the hyperparameters are printed.
  var config = false
  var json = false

  static let name = "inspect"
  static let abstract = "Show what is in a model's file."
  static let discussion = """
    It prints sizes, vocabulary, a table of all tensors, how far the run is and the command line that repeats it. A \
    file of another program has weights alone, without a run.
    """
  static let examples: KeyValuePairs = [
    "Show a kept model:": "microgpt inspect model.safetensors",
    "Keep its hyperparameters as text:": "microgpt inspect model.safetensors --config > settings.txt",
  ]

  static var arguments: [Argument<Self>] {
    [.required("MODEL", \.model, "The file that 'train --save' has written (- is standard input)")]
  }

  static var options: KeyValuePairs<String, [Option<Self>]> {
    [
      "OUTPUT": [
        .flag("--config", \.config, "Print only the hyperparameters, a line 'key = value' each"),
        .flag("--json", \.json, "Print one JSON object"),
      ]
    ]
  }

  func validate() throws(UsageError) {
    if config, json {
      throw UsageError("'--config' and '--json' are two kinds of output. Leave one of them out.")
    }
  }

  func run(given: GivenOptions) throws {
    let contents = ModelContents(try SavedModel(model))
    let text =
      config
      ? contents.configurationText
      : json ? contents.json.text(escapingControls: Console.isTerminal) : contents.text
    let output = Console.output()
    try output.write(text + "\n")
    try output.flush()
  }
}
