// The search for the settings that learn the names best within seconds: `Scripts/search`.
//
//     QualitySearch search --data names.txt --budget 1 --seconds 600 --towards training
//     QualitySearch confirm --data names.txt --budget 1 --seeds 5 --top 4
//     QualitySearch rank --budget 1
//     QualitySearch choose
//     QualitySearch winners --data names.txt --program .build/release/microgpt
//     QualitySearch curves --data names.txt --picture quality.svg
//
// Seconds are always CPU seconds.

import Foundation
import MicroGPT

do {
  let words = CommandLine.arguments.dropFirst(), command = words.first ?? "rank"
  var search = try Search(Options(words.dropFirst()))
  switch command {
  case "search": try search.search()
  case "confirm": try search.confirm()
  case "rank": search.rank()
  case "choose": try search.choose()
  case "winners": try search.measureWinners()
  case "curves": try search.curves()
  default:
    throw Failure("Unknown command '\(command)'. Give search, confirm, rank, choose, winners or curves.")
  }
} catch let failure as Failure {
  print(failure)
  exit(EX_USAGE)
}
