// The command line that repeats a run, found in its checkpoint.

import MicroGPT

extension Checkpoint {
  /// The words of the command line that trains this run again and saves it in `path`, with the options that differ from
  /// the defaults; `nil` if no line does, as its documents were held out with another seed than the run's.
  ///
  /// A checkpoint does not know where its text is, whether its run began with the weights of a model, or whether it was
  /// given more steps when it was resumed.
  func repeatingWords(savingIn path: String) -> [String]? {
    let configuration = state.configuration, defaults = Train()
    if let heldOut, heldOut.seed != configuration.seed { return nil }
    var words = ["microgpt", "train"]
    func add(_ option: String, _ value: String, unless standard: String?) {
      if value != standard { words += [option, value] }
    }
    for parameter in Hyperparameter.all {
      add(
        parameter.option, parameter.text(in: configuration),
        unless: parameter.text(in: defaults.configuration))
    }
    add("--documents", division.rawValue, unless: defaults.reading.division.rawValue)
    if isLowercase { words.append("--lowercase") }
    add("--engine", state.arithmetic.rawValue, unless: defaults.engine.rawValue)
    if let heldOut { add("--held-out", "\(heldOut.share)", unless: nil) }
    if let evaluations {
      add("--eval-every", "\(evaluations.interval)", unless: nil)
      if let patience = evaluations.patience { add("--patience", "\(patience)", unless: nil) }
    }
    add("--samples", "\(sampling.count)", unless: "\(defaults.sampling.count)")
    add("--temperature", "\(sampling.temperature)", unless: "\(defaults.sampling.temperature)")
    add("--streams", sampling.streams.rawValue, unless: defaults.sampling.streams.rawValue)
    let isStoppedEarly = evaluations?.isPatienceExhausted ?? false
    if state.completedSteps > 0, state.completedSteps < configuration.steps, !isStoppedEarly {
      add("--stop-after", "\(state.completedSteps)", unless: nil)
    }
    return words + optionWords("--save", path)
  }

  /// The same as a line for the shell. The fast arithmetic's bits depend on the instructions, which are therefore chosen
  /// unless they are this machine's own.
  func repeatingLine(savingIn path: String) -> String? {
    guard let words = repeatingWords(savingIn: path) else { return nil }
    let line = words.map(quotedForShell).joined(separator: " ")
    guard let set = state.instructionSet, set != .widest else { return line }
    return "MICROGPT_ISA=\(set.rawValue) \(line)"
  }
}
