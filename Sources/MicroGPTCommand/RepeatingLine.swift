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
    var words = ["microgpt", "train"] + optionWords(configuration, state.arithmetic)
    func add(_ option: String, _ value: String, unless standard: String?) {
      if value != standard { words += [option, value] }
    }
    words += optionWords(reading)
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

extension Train {
  /// The command line that trains this run from its first step, without files that it writes: with its text and the options
  /// that differ from the defaults.
  var repeatingLine: String {
    let defaults = Train()
    var words = ["microgpt", "train"]
    if let file = data.file { words += optionWords("--data", file) }
    if data.offline { words.append("--offline") }
    words += optionWords(configuration, engine) + optionWords(reading)
    if measuring.heldOut > 0 { words += ["--held-out", "\(measuring.heldOut)"] }
    if let interval = measuring.interval { words += ["--eval-every", "\(interval)"] }
    if let patience = measuring.patience { words += ["--patience", "\(patience)"] }
    if let weights = checkpoints.weights { words += optionWords("--init-from", weights) }
    if sampling.count != defaults.sampling.count { words += ["--samples", "\(sampling.count)"] }
    if sampling.temperature != defaults.sampling.temperature {
      words += ["--temperature", "\(sampling.temperature)"]
    }
    if sampling.streams != defaults.sampling.streams { words += ["--streams", sampling.streams.rawValue] }
    return words.map(quotedForShell).joined(separator: " ")
  }
}

/// The options of train, with their values, for hyperparameters and an arithmetic that differ from the defaults.
func optionWords(_ configuration: Configuration, _ arithmetic: Arithmetic) -> [String] {
  let defaults = Train()
  var words = Hyperparameter.all.flatMap { parameter in
    let text = parameter.text(in: configuration)
    return text == parameter.text(in: defaults.configuration) ? [] : [parameter.option, text]
  }
  if arithmetic != defaults.engine { words += ["--engine", arithmetic.rawValue] }
  return words
}

/// The options of train, with their values, for a reading that differs from the default.
func optionWords(_ reading: TextReading) -> [String] {
  let defaults = TextReading()
  return (reading.division == defaults.division ? [] : ["--documents", reading.division.rawValue])
    + (reading.isLowercase ? ["--lowercase"] : [])
}
