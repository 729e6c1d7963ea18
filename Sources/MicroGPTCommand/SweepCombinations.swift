// The runs of a sweep: every combination of the values that its options have.

import CommandLineOptions
import MicroGPT

/// The combinations, as the settings of a run of `train` each.
struct SweepCombinations {
  /// The options with more than one value, in the order of help.
  let varied: [Option]
  /// The runs that are possible; the last option's value changes from one to the next.
  private(set) var runs: [Train] = []
  /// How many combinations are left out, as the heads do not divide the width.
  private(set) var impossible = 0

  /// An option of train that a sweep can vary.
  struct Option: Sendable {
    let name: String
    /// Its value in a run, as text.
    let text: @Sendable (Train) -> String

    static let all: [Option] =
      Hyperparameter.all.map { parameter in
        Option(name: parameter.option) { parameter.text(in: $0.configuration) }
      } + [Option(name: "--engine") { $0.engine.rawValue }]
  }

  /// - Throws: `UsageError` if there are too many combinations, or none of them is possible.
  init(_ sweep: Sweep) throws(UsageError) {
    let names = Option.all.map(\.name).filter { sweep.values[$0] != nil }
    varied = Option.all.filter { sweep.values[$0.name]?.count ?? 1 > 1 }
    var count = 1
    for name in names {
      let (product, overflow) = count.multipliedReportingOverflow(by: sweep.values[name]!.count)
      count = overflow ? .max : product
    }
    guard count <= Sweep.limit else {
      let number = count == .max ? "more than can be counted" : grouped(count)
      throw UsageError(
        "The combinations are \(number), and a sweep takes at most \(grouped(Sweep.limit)). Give fewer values."
      )
    }
    let table = Train.options.flatMap(\.value).filter { names.contains($0.name) }
    var combinations = [sweep.base]
    for name in names {
      let option = table.first { $0.name == name }!
      var longer: [Train] = []
      for combination in combinations {
        for value in sweep.values[name]! {
          var next = combination
          try option.read(&next, value)
          longer.append(next)
        }
      }
      combinations = longer
    }
    runs = combinations.filter { $0.configuration.embedding.isMultiple(of: $0.configuration.heads) }
    impossible = combinations.count - runs.count
    // Alone, an impossible combination is refused with the message that train has for it.
    if runs.isEmpty { try combinations[0].validate() }
  }

  /// The combinations that are left out, if there are any.
  var remark: String? {
    guard impossible > 0 else { return nil }
    let verb = impossible == 1 ? "is" : "are"
    return "\(counted(impossible, "combination")) \(verb) left out: --embedding is not a multiple of --heads."
  }

  /// The bytes that the largest runs take together, as many as train at the same time.
  ///
  /// - Parameter available: The bytes that this machine has, if they are known.
  /// - Throws: `Failure` if this machine has fewer.
  func requiredMemory(
    _ documents: SweepDocuments, jobs: Int, available: Int? = Console.physicalMemory
  ) throws(Failure) -> Int {
    var needs: [Int] = []
    for run in runs {
      needs.append(try run.requiredMemory(vocabularySize: documents.tokenizer.vocabularySize))
    }
    var total = 0
    for need in needs.sorted(by: >).prefix(jobs) { total = total.addingReportingOverflow(need).partialValue }
    if let available, total > available {
      throw Failure(
        code: Failure.usage,
        "\(jobs) runs at the same time need \(size(total)) of memory, and this machine has \(size(available)). "
          + "Give fewer --jobs.")
    }
    return total
  }
}

extension Sweep {
  /// What all runs have in common.
  var base: Train {
    var settings = Train()
    (settings.data, settings.reading) = (data, reading)
    settings.measuring.heldOut = heldOut
    return settings
  }
}
