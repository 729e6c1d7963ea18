// The layout of the parameter matrices in the kernels' buffers. Rows and columns are padded with zeros to whole cache
// lines, so that kernels have no remainders. Columns are cut into panels two cache lines wide, so that kernels read
// and write memory in sequence. Nothing outside the engine sees this layout.

/// A matrix in panels: columns `0..<w` of all rows, row after row, then columns `w..<2w`, and so on.
///
/// Matrices with the same input are stacked in one of these.
struct PanelMatrix: Sendable {
  let offset: Int
  /// Rows and columns including padding, whole cache lines each.
  let rows, columns: Int
  /// Columns of a panel; the last one may be narrower.
  let panel: Int
  /// Rows and columns that a product computes: without padding where possible.
  let trueRows, trueColumns: Int

  var count: Int { rows * columns }

  /// The columns of the panel that begins at `column`.
  @inline(__always)
  func width(at column: Int) -> Int { Swift.min(panel, columns &- column) }

  /// The index of a row of the panel that begins at `column`.
  @inline(__always)
  func index(_ row: Int, _ column: Int) -> Int { offset &+ column &* rows &+ row &* width(at: column) }

  /// The transposed matrix, at the same place of another buffer.
  var transposed: PanelMatrix {
    PanelMatrix(
      offset: offset, rows: columns, columns: rows, panel: panel, trueRows: trueColumns,
      trueColumns: trueRows)
  }

  /// The same matrix `distance` numbers further on.
  @inline(__always)
  func moved(by distance: Int) -> PanelMatrix {
    PanelMatrix(
      offset: offset &+ distance, rows: rows, columns: columns, panel: panel, trueRows: trueRows,
      trueColumns: trueColumns)
  }
}

/// The parameter matrices of a model, padded and in panels.
struct PackedLayout: Sendable {
  /// The matrices of one layer.
  struct Layer: Sendable {
    /// Query, key and value, stacked, each with its own padding.
    let projections: PanelMatrix
    let output, expand, contract: PanelMatrix

    fileprivate func moved(by distance: Int) -> Layer {
      Layer(
        projections: projections.moved(by: distance), output: output.moved(by: distance),
        expand: expand.moved(by: distance), contract: contract.moved(by: distance))
    }
  }

  /// One panel each, since their rows are read one by one.
  let tokenEmbedding, positionEmbedding: PanelMatrix
  let head: PanelMatrix
  let layerCount: Int
  /// The number of elements of a buffer.
  let count: Count

  private let firstLayer: Layer
  /// The distance between layers.
  private let layerStride: Int

  /// - Parameter unit: The number of elements in a cache line.
  init(_ shape: Shape, unit: Int) {
    var end: Count = 0
    func matrix(parts: Int = 1, rows: Int, columns: Int, panel: Int) -> PanelMatrix {
      let paddedRows = Count(rows).rounded(up: unit), paddedColumns = Count(columns).rounded(up: unit)
      let allRows = Count(parts) * paddedRows
      let matrix = PanelMatrix(
        offset: end.value ?? 0, rows: allRows.value ?? 0, columns: paddedColumns.value ?? 0, panel: panel,
        trueRows: parts == 1 ? rows : allRows.value ?? 0, trueColumns: columns)
      end = end + allRows * paddedColumns
      return matrix
    }
    let width = shape.channels, hidden = (4 * Count(width)).value ?? 0, panel = 2 * unit
    tokenEmbedding = matrix(rows: shape.vocabulary, columns: width, panel: .max)
    positionEmbedding = matrix(rows: shape.positions, columns: width, panel: .max)
    head = matrix(rows: shape.vocabulary, columns: width, panel: panel)
    let outside = end
    end = 0
    let layer = Layer(
      projections: matrix(parts: 3, rows: width, columns: width, panel: panel),
      output: matrix(rows: width, columns: width, panel: panel),
      expand: matrix(rows: hidden, columns: width, panel: panel),
      contract: matrix(rows: width, columns: hidden, panel: panel))
    // Where the hidden width overflows, 0 stands in for it above, so the overflow is added here.
    let overflow: Count = 4 * Count(width) * 0
    firstLayer = layer.moved(by: outside.value ?? 0)
    layerStride = end.value ?? 0
    layerCount = shape.layers
    count = outside + Count(shape.layers) * end + overflow
  }

  /// The matrices of a layer, from 0.
  @inline(__always)
  func layer(_ index: Int) -> Layer { firstLayer.moved(by: index &* layerStride) }

  /// The number of elements of the token and position embeddings, which come first in a buffer.
  var embeddingCount: Int { tokenEmbedding.count + positionEmbedding.count }

  /// Every weight matrix: all but the embeddings.
  var weights: [PanelMatrix] {
    [head]
      + (0..<layerCount).flatMap { index -> [PanelMatrix] in
        let layer = layer(index)
        return [layer.projections, layer.output, layer.expand, layer.contract]
      }
  }

  /// A matrix of the reference, the panels that hold it, and its first row there.
  struct Part {
    let source: ParameterLayout.Matrix
    let matrix: PanelMatrix
    let firstRow: Int
  }

  /// Every matrix of the reference, in its order, and its place here.
  func parts(_ layout: ParameterLayout) -> [Part] {
    var parts = [
      Part(source: layout.tokenEmbedding, matrix: tokenEmbedding, firstRow: 0),
      Part(source: layout.positionEmbedding, matrix: positionEmbedding, firstRow: 0),
      Part(source: layout.head, matrix: head, firstRow: 0),
    ]
    for (index, source) in layout.layers.enumerated() {
      let layer = layer(index), rows = layer.projections.rows / 3
      parts += [
        Part(source: source.query, matrix: layer.projections, firstRow: 0),
        Part(source: source.key, matrix: layer.projections, firstRow: rows),
        Part(source: source.value, matrix: layer.projections, firstRow: 2 * rows),
        Part(source: source.output, matrix: layer.output, firstRow: 0),
        Part(source: source.expand, matrix: layer.expand, firstRow: 0),
        Part(source: source.contract, matrix: layer.contract, firstRow: 0),
      ]
    }
    return parts
  }
}

extension Int {
  /// The next multiple of `unit`.
  func rounded(up unit: Int) -> Int { (self + unit - 1) / unit * unit }
}
