// The lines that `sample` prints, one after the other, so that a million take no more memory than twenty.

import MicroGPT
import MicroGPTFiles

/// Draws the samples of a plan and prints them: as lines, as JSON or explained.
///
/// A class, because its samples are drawn once, in order.
final class SamplePrinter {
  private let options: Sample
  private let plan: SamplingPlan
  private let model: Model
  private var known: KnownLines?
  private let instructions: InstructionSet
  private let results: OutputFile
  private let explainer: SampleExplainer?
  /// Whether results go to a terminal, which would act on control characters.
  private let isTerminal = Console.isTerminal

  init(
    _ options: Sample, _ plan: SamplingPlan, _ model: Model, _ known: KnownLines?,
    _ instructions: InstructionSet, _ results: OutputFile
  ) {
    (self.options, self.plan, self.model, self.known) = (options, plan, model, known)
    (self.instructions, self.results) = (instructions, results)
    explainer = options.explain ? SampleExplainer(plan, model, instructions) : nil
  }

  /// How many lines the model has read, if that is known.
  var summary: String? { known?.summary }

  /// Draws and prints all samples or, if a signal comes, those up to it. The last line is whole, unless it goes on beyond
  /// the block: it then ends at the character that was drawn last.
  ///
  /// - Returns: The signal that has come before the last sample, and how many lines were printed; `nil` after all.
  func run() throws -> (signal: Int32, lines: Int)? {
    var draws = try SampleDraws(plan, model, instructions), line = SampleLine(), flushing = PeriodicFlush()
    var number = 1
    line.begin(number)
    while Interruption.number == nil, let prompt = try draws.next(appendingTo: &line.bytes) {
      if known == nil || known!.isNew(line.text) {
        try print(&line, number, prompt)
        number += 1
      }
      // Even if no line has been added: many may follow that are not new.
      try flushing.flush(results)
      line.begin(number)
    }
    guard let signal = Interruption.number, !draws.isAtEnd || draws.isCut else { return nil }
    return (signal, lines: number - 1)
  }

  /// - Parameter line: Is laid out and ended. It is no copy, so that its memory can be reused.
  private func print(_ line: inout SampleLine, _ number: Int, _ prompt: String) throws {
    let steps = try explainer?.steps(of: line.text, after: prompt)
    if options.json {
      var members: [(key: String, value: JSONText)] = [("sample", .integer(number))]
      if !prompt.isEmpty { members.append(("prompt", .string(prompt))) }
      members.append(("text", .string(line.text)))
      if let steps { members.append(("tokens", .array(steps.map { $0.json }))) }
      try results.write(JSONText.object(members).text(escapingControls: isTerminal) + "\n")
    } else {
      line.layOut()
      if isTerminal { line.escape() }
      line.end()
      try results.write(line.bytes)
    }
    if !options.json, let steps {
      for step in steps { try results.write(step.printed) }
      try results.write(SampleExplainer.summary(steps) + "\n\n")
    }
  }
}
