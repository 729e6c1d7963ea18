// Which version of the kernels a run uses: the processor's widest, or the one that MICROGPT_ISA names, so that the
// narrower ones can be tried on a machine that has wider ones.

import CommandLineOptions
import MicroGPT

extension InstructionSet {
  /// The instructions that MICROGPT_ISA names, or else the widest that this processor has.
  ///
  /// - Throws: `UsageError` if it names none that this processor has. Silently taking others would defeat the
  ///   trial.
  static func chosen(
    environment: (String) -> String? = Console.environment, available: [InstructionSet] = available
  ) throws(UsageError) -> InstructionSet {
    guard let name = environment("MICROGPT_ISA"), !name.isEmpty else { return .widest }
    if let set = available.first(where: { $0.rawValue == name }) { return set }
    let problem = InstructionSet(rawValue: name) == nil ? "" : ", which this processor does not have"
    throw UsageError(
      "MICROGPT_ISA is '\(name)'\(problem). "
        + "Set it to \(list(available.map { $0.rawValue }, "or")), or not at all.")
  }
}
