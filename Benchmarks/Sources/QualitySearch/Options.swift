// The command line of the search.

/// Why the search ends without doing what it was asked for.
struct Failure: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}

/// What the search is asked for.
struct Options {
  /// Files that are read.
  var data = "input.txt", program = ".build/release/microgpt"
  /// Files that are written, and read by the next command.
  var results = "results.jsonl", winners = "winners.jsonl", picture = "quality.svg"
  /// The CPU seconds that a run may take.
  var budget = 1.0
  /// The CPU seconds that the search may take.
  var seconds = 300.0
  /// The runs of a setting that is to be confirmed, and how many settings are.
  var seeds = 5, top = 4
  /// The loss that the search lowers: "training", "held-out" or "both".
  var towards = "both"
  /// The seed of the search's own choices.
  var searchSeed: UInt64 = 1

  /// - Throws: `Failure` at the first word that is not understood.
  init(_ words: some Sequence<String>) throws(Failure) {
    var words = words.makeIterator()
    while let option = words.next() {
      guard let value = words.next() else { throw Failure("'\(option)' needs a value.") }
      func number<Number: LosslessStringConvertible & Comparable>(
        atLeast least: Number
      ) throws(Failure) -> Number {
        guard let number = Number(value), number >= least else {
          throw Failure("'\(option) \(value)' is not a number of at least \(least).")
        }
        return number
      }
      switch option {
      case "--data": data = value
      case "--program": program = value
      case "--results": results = value
      case "--winners": winners = value
      case "--picture": picture = value
      case "--budget": budget = try number(atLeast: 0.1)
      case "--seconds": seconds = try number(atLeast: 0)
      case "--seeds": seeds = try number(atLeast: 1)
      case "--top": top = try number(atLeast: 1)
      case "--search-seed": searchSeed = try number(atLeast: 0)
      case "--towards":
        guard ["training", "held-out", "both"].contains(value) else {
          throw Failure("'--towards \(value)' is none of training, held-out and both.")
        }
        towards = value
      default: throw Failure("Unknown option '\(option)'.")
      }
    }
  }
}
