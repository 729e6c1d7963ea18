// Checks of the files that a command line names, for all subcommands.

import CommandLineOptions
import MicroGPTFiles

/// - Throws: `UsageError` if more than one of the files is standard input.
func checkStandardInput(_ files: String?...) throws(UsageError) {
  if files.count(where: { $0 == "-" }) > 1 {
    throw UsageError("Standard input can be only one of the files. Name the others.")
  }
}

/// - Throws: `Failure` if one of the files, each named by an option, has contents.
func refuseToReplace(_ outputs: [(option: String, path: String)]) throws(Failure) {
  for (option, path) in outputs where hasContents(path) {
    throw Failure(
      code: Failure.output,
      "'\(path)' exists and would be replaced. Name another file after \(option), or add --force.")
  }
}
