// What `trace --check` prints.

import MicroGPT

/// A comparison of gradients with differences of the loss.
struct GradientCheckReport {
  let check: GradientCheck
  let document: String

  /// What has been compared, and the result.
  var sentences: [String] {
    let all = check.parameterCount, tried = check.compared + check.kinks
    let which =
      tried < all
      ? "The gradients of \(grouped(tried)) of the \(grouped(all)) parameters, drawn by chance,"
      : "The gradients of all \(grouped(all)) parameters"
    return [
      "\(which) are compared with finite differences of the loss of '\(escaped(document))': the loss with the parameter a "
        + "little larger, minus that with it a little smaller, divided by the distance between the two."
        + (check.kinks > 0
          ? " \(counted(check.kinks, "parameter")) could not be: a hidden unit turns on or off between the losses."
          : "")
        + " Errors are relative to the largest gradient of the matrix, or to \(GradientCheck.leastScale) where that is smaller.",
      check.worst.map { worst in
        "The largest error is \(significant(worst.relativeError, 2)), at \(place(worst)): "
          + (check.passes
            ? "the gradients are right."
            : "above \(GradientCheck.tolerance), so the gradients are wrong.")
      } ?? "No parameter could be compared.",
    ]
  }

  var table: TraceSection.Table {
    .init(
      header: ["matrix", "worst at", "gradient", "difference", "relative error"],
      rows: check.tensors.map { worst in
        [
          worst.tensor, "[\(worst.row), \(worst.column)]", significant(worst.gradient, 9),
          significant(worst.difference, 9), significant(worst.relativeError, 2),
        ]
      }, words: [0, 1])
  }

  var json: JSONText {
    func object(_ comparison: GradientCheck.Comparison) -> JSONText {
      .object([
        ("tensor", .string(comparison.tensor)), ("row", .integer(comparison.row)),
        ("column", .integer(comparison.column)), ("gradient", .number(comparison.gradient)),
        ("difference", .number(comparison.difference)),
        ("relative_error", .number(comparison.relativeError)),
      ])
    }
    return .object([
      ("document", .string(document)), ("parameters", .integer(check.parameterCount)),
      ("compared", .integer(check.compared)), ("kinks", .integer(check.kinks)),
      ("passes", .bool(check.passes)), ("worst", check.worst.map(object) ?? .null),
      ("tensors", .array(check.tensors.map(object))),
    ])
  }

  private func place(_ comparison: GradientCheck.Comparison) -> String {
    "\(comparison.tensor)[\(comparison.row), \(comparison.column)]"
  }
}
