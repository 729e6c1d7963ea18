// Where the matrices lie in the buffers that the kernels compute in: rows and columns filled up with zeros to
// whole cache lines, so that no kernel has to treat an end specially, and cut into panels of two cache lines'
// width, so that every kernel reads and writes memory from one end to the other. Nothing outside the engine
// sees it.

/// A matrix in panels: columns `0..<w` of all rows, row after row, then columns `w..<2w`, and so on.
///
/// Matrices that are multiplied with the same input lie one below the other in one of these.
struct PanelMatrix: Sendable {
  let offset: Int
  /// Rows and columns with the padding, multiples of a cache line's numbers.
  let rows, columns: Int
  /// Columns of a panel; the last one may be narrower.
  let panel: Int
  /// Rows and columns of the product: without the padding where that can be left out.
  let trueRows, trueColumns: Int

  var count: Int { rows * columns }

  /// The columns of the panel that begins at `column`.
  @inline(__always)
  func width(at column: Int) -> Int { Swift.min(panel, columns &- column) }

  /// Where the panel that begins at `column` has its row.
  @inline(__always)
  func index(_ row: Int, _ column: Int) -> Int { offset &+ column &* rows &+ row &* width(at: column) }

  /// Rows and columns exchanged, at the same place of another buffer.
  var transposed: PanelMatrix {
    PanelMatrix(
      offset: offset, rows: columns, columns: rows, panel: panel, trueRows: trueColumns,
      trueColumns: trueRows)
  }
}

/// The parameter matrices of a model with room around them.
struct PaddedLayout: Sendable {
  /// A matrix of the reference, and the panels that it lies in, from a row on.
  struct Part: Sendable {
    let source: ParameterLayout.Matrix
    let matrix: PanelMatrix
    let firstRow: Int

    /// Where a number lies.
    func index(_ row: Int, _ column: Int) -> Int {
      let first = column / matrix.panel * matrix.panel
      return matrix.index(firstRow + row, first) + column - first
    }
  }

  struct Layer: Sendable {
    /// Query, key and value, each with its own padding.
    let projections: PanelMatrix
    let output, expand, contract: PanelMatrix
  }

  /// One panel each, since their rows are taken one by one.
  let tokenEmbedding, positionEmbedding: PanelMatrix
  let head: PanelMatrix
  let layers: [Layer]
  /// Every matrix, in the reference's order.
  let parts: [Part]
  /// The numbers of a buffer.
  let count: Int

  /// - Parameter unit: The numbers of a cache line.
  init(_ layout: ParameterLayout, unit: Int) {
    var end = 0, parts: [Part] = []
    func matrix(_ sources: [ParameterLayout.Matrix], panel: Int) -> PanelMatrix {
      let rows = sources[0].rows.rounded(up: unit), columns = sources[0].columns.rounded(up: unit)
      let matrix = PanelMatrix(
        offset: end, rows: sources.count * rows, columns: columns, panel: panel,
        trueRows: sources.count > 1 ? sources.count * rows : sources[0].rows,
        trueColumns: sources[0].columns)
      for (i, source) in sources.enumerated() {
        parts.append(Part(source: source, matrix: matrix, firstRow: i * rows))
      }
      end += matrix.count
      return matrix
    }
    tokenEmbedding = matrix([layout.tokenEmbedding], panel: .max)
    positionEmbedding = matrix([layout.positionEmbedding], panel: .max)
    head = matrix([layout.head], panel: 2 * unit)
    var layers: [Layer] = []
    for layer in layout.layers {
      layers.append(
        Layer(
          projections: matrix([layer.query, layer.key, layer.value], panel: 2 * unit),
          output: matrix([layer.output], panel: 2 * unit), expand: matrix([layer.expand], panel: 2 * unit),
          contract: matrix([layer.contract], panel: 2 * unit)))
    }
    (self.layers, self.parts, count) = (layers, parts, end)
  }

  /// Every matrix that is multiplied with.
  var weights: [PanelMatrix] {
    var weights = [head]
    for layer in layers { weights += [layer.projections, layer.output, layer.expand, layer.contract] }
    return weights
  }
}

extension Int {
  /// The next multiple of `unit`.
  func rounded(up unit: Int) -> Int { (self + unit - 1) / unit * unit }
}
