// What a trace tells, in order, before it is drawn: sections of sentences, formulas, vectors, attention maps and tables.
// The terminal and the page draw the same sections.

import MicroGPT

/// A part of a trace, under a heading.
struct TraceSection {
  /// The parts that `--stage` selects.
  enum Stage: String, CaseIterable {
    case tokens, embedding, attention, mlp, logits, loss, backward, adam, readout, neighbors

    /// The part of the algorithm that it shows; probes are not part of it.
    var algorithm: AlgorithmStage? { AlgorithmStage(rawValue: rawValue) }
  }

  let stage: Stage
  let title: String
  var blocks: [Block] = []

  /// Where microgpt.swift computes it: "microgpt.swift:152-160, 123, 124-127"; `nil` for a probe.
  var place: String? {
    guard let lines = stage.algorithm?.lines else { return nil }
    let numbers = lines.map(\.numbers).map { range in
      range.count == 1 ? "\(range.lowerBound)" : "\(range.lowerBound)-\(range.upperBound)"
    }
    return "microgpt.swift:" + numbers.joined(separator: ", ")
  }
}

extension TraceSection {
  enum Block {
    /// A sentence or more, which may be wrapped.
    case sentence(String)
    /// Lines that begin anew, broken only where the terminal is too narrow.
    case formula([String])
    /// Matrices of the same rows, side by side.
    case vectors([Vectors])
    case attention(Attention)
    case units(Units)
    case table(Table)
  }

  /// A matrix with a label for each row.
  struct Vectors {
    enum Kind {
      case value, gradient
    }

    let title: String
    /// `[rows, columns]`.
    let matrix: Tensor
    /// A label for each row.
    let rows: [String]
    /// A label for each column; `nil` numbers them from 0.
    var columns: [String]?
    var kind = Kind.value
  }

  /// One head's attention.
  struct Attention {
    let title: String
    /// `[T, T]`.
    let weights: Tensor
    /// A label for each row: the position and its token.
    let rows: [String]
    /// The token of each position.
    let tokens: [String]
  }

  /// Which units are awake at which position.
  struct Units {
    let title: String
    /// `[rows, units]`: a unit is awake where its number is above 0.
    let hidden: Tensor
    let rows: [String]
  }

  /// Words and numbers in columns.
  struct Table {
    let header: [String]
    let rows: [[String]]
    /// The columns of words, which are aligned at their beginning; numbers are at their end.
    var words: Set<Int> = [0]
  }
}
