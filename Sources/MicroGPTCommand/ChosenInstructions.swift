// Which version of the kernels a run uses: the processor's widest, or the one that MICROGPT_ISA names, so that
// narrower ones can be tested on a machine that has wider ones.

import CommandLineOptions
import MicroGPT

extension InstructionSet {
  /// The instruction set that MICROGPT_ISA names, if it names one.
  ///
  /// - Throws: `UsageError` if this processor does not have the one named. Silently using another would defeat the
  ///   test.
  static func chosen(
    environment: (String) -> String? = Console.environment, available: [InstructionSet] = available
  ) throws(UsageError) -> InstructionSet? {
    guard let name = environment("MICROGPT_ISA"), !name.isEmpty else { return nil }
    if let set = available.first(where: { $0.rawValue == name }) { return set }
    let problem = InstructionSet(rawValue: name) == nil ? "" : ", which this processor does not have"
    throw UsageError(
      "MICROGPT_ISA is '\(name)'\(problem). "
        + "Set it to \(list(available.map { $0.rawValue }, "or")), or not at all.")
  }
}
