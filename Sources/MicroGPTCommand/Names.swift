// `microgpt names`: prints the built-in names as a text file, for users without a text of their own.

import CommandLineOptions
import MicroGPT

struct Names: Subcommand, Equatable {
  static let name = "names"
  static let abstract = "Print the built-in names, one a line."
  static let discussion = """
    They are 2,594 given names from many languages: a text to learn from, for microgpt.swift and \
    microgpt_matrix.swift too, which read input.txt.
    """
  static let examples: KeyValuePairs = [
    "Make an input.txt in this folder:": "microgpt names > input.txt"
  ]

  func run(given: GivenOptions) throws {
    let output = Console.output()
    try output.write(Corpus.namesText)
    try output.flush()
  }
}
