// The map from the lines of the one-screen programs to what they compute. A test holds it to the files.

/// A line of a program that computes.
package struct ProgramLine: Sendable, Equatable {
  /// Its number, from 1.
  package let number: Int
  /// How the line begins, after its indentation.
  package let code: String
  /// What it computes, in order; at least one operation.
  package let operations: [Operation]

  init(_ number: Int, _ code: String, _ operations: Operation...) {
    (self.number, self.code, self.operations) = (number, code, operations)
  }

  /// The operation whose numbers stand for the line: the last one that has any.
  package var main: Operation {
    operations.last { $0.quantity != .scalar } ?? operations[operations.count - 1]
  }
}

/// A one-screen program.
package enum Program: String, Sendable, CaseIterable {
  /// microgpt.swift, one number at a time on a tape.
  case microgpt
  /// microgpt_matrix.swift, with every gradient derived by hand.
  case matrix

  /// The lines that compute, in the order in which they do so first.
  package var lines: [ProgramLine] { self == .microgpt ? Program.microgptLines : Program.matrixLines }

  /// The lines whose results a line takes.
  package func feeds(of line: ProgramLine) -> [Int] {
    let inputs = line.operations.flatMap { $0.inputs }
    return lines.filter { other in
      other.number != line.number && other.operations.contains { inputs.contains($0) }
    }.map { $0.number }.sorted()
  }
}
