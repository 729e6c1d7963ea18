// The parameters' gradients: they are stored, or the optimizer applies them at once. Both give the same bits, because
// both add the same terms in the same order.
//
// The order depends only on the model's width and the batch's rows: see `Worker.depth`. No gradient buffer, worker or
// report changes it.

/// Where the gradients of parameters go.
enum Gradients<Scalar> {
  /// Into a buffer of the parameters' layout. Overwritten.
  case stored(UnsafeMutablePointer<Scalar>)
  /// To the optimizer, which updates a block of parameters as soon as its gradient is known, in registers or in the
  /// nearest cache. Only if one worker has the whole batch. There is no gradient buffer then.
  case applied(Update<Scalar>)
}

extension Worker {
  /// The number of rows whose products are added in one chain. Chains are then added together, the last rows first.
  ///
  /// The exact arithmetic has one chain for all rows, as the reference does. So does the fast one for narrow
  /// matrices, whose gradients are summed in registers. In wide matrices a chain has the rows that fit the nearest
  /// cache together with the gradient.
  private func depth(_ rows: Int) -> Int { A.isExact || width <= 32 ? rows : Swift.min(rows, 64) }

  /// `dWeight = dyᵀ · x`, rows from the last to the first.
  ///
  /// - Parameters:
  ///   - dy: The gradient of the matrix's outputs, `[rows, weight.rows]`.
  ///   - x: The matrix's inputs, `[rows, weight.columns]`.
  func weightGradient(
    _ weight: PanelMatrix, dy: Buffer, x: Buffer, _ rows: Int, _ gradients: Gradients<Scalar>
  ) {
    var column = 0
    while column < weight.columns {
      switch gradients {
      case .stored(let all):
        columnsGradient(
          weight, column, 0..<weight.rows, dy, x, rows, into: all + weight.index(0, column))
      // The gradient of a single chain stays in registers, where the optimizer takes it.
      case .applied(let update) where !A.isExact && depth(rows) == rows:
        moveFromRegisters(weight, column, dy, x, rows, update)
      case .applied(let update):
        let width = weight.width(at: column), block = Workspace<A>.gradientBlock / width
        var first = 0
        while first < weight.rows {
          let end = Swift.min(first &+ block, weight.rows)
          columnsGradient(weight, column, first..<end, dy, x, rows, into: workspace.gradient)
          parameters.move(
            weight.index(first, column), (end &- first) &* width, against: workspace.gradient, update,
            scratch: workspace.adam)
          if parameters.keepsTransposed { parameters.transpose(weight, first..<end, column) }
          first = end
        }
      }
      column &+= weight.panel
    }
  }

  /// The gradient of some rows of the panel at `column`. Overwritten.
  private func columnsGradient(
    _ weight: PanelMatrix, _ column: Int, _ weightRows: Range<Int>, _ dy: Buffer, _ x: Buffer, _ rows: Int,
    into gradient: Buffer
  ) {
    let width = weight.width(at: column), depth = depth(rows)
    var last = rows
    while last > 0 {
      let count = Swift.min(depth, last)
      kernels.product(
        Product(
          x: UnsafePointer(dy + ((last &- 1) &* weight.rows &+ weightRows.lowerBound)), xRow: 1,
          xStep: -weight.rows, b: UnsafePointer(x + ((last &- 1) &* weight.columns &+ column)),
          bStep: -weight.columns, panel: width, y: gradient, yRow: width, rows: weightRows.count,
          columns: width, depth: count, ending: last == rows ? .store : .add, z: UnsafePointer(gradient),
          zRow: width))
      last &-= count
    }
  }

  /// Updates the panel at `column`; its gradient stays in registers.
  private func moveFromRegisters(
    _ weight: PanelMatrix, _ column: Int, _ dy: Buffer, _ x: Buffer, _ rows: Int, _ update: Update<Scalar>
  ) {
    let p = parameters, place = weight.index(0, column)
    kernels.updateMatrix(
      MatrixUpdate(
        dy: UnsafePointer(dy + (rows &- 1) &* weight.rows), dyStep: -weight.rows,
        x: UnsafePointer(x + ((rows &- 1) &* weight.columns &+ column)), xStep: -weight.columns,
        positions: rows, parameters: p.values + place, firstMoment: p.firstMoment + place,
        secondMoment: p.secondMoment + place, rows: weight.rows, columns: weight.width(at: column),
        transposed: p.keepsTransposed ? p.transposed : nil, copy: weight.transposed, column: column,
        update: update))
  }

  /// Adds every row's gradient to its token's and its position's vector, rows from the last to the first.
  func embeddingGradient(_ batch: Batch, dx: Buffer, _ gradients: Gradients<Scalar>) {
    let count = parameters.layout.embeddingCount, dEmbeddings = workspace.dEmbeddings
    kernels.embedBackward(embedding(batch, dEmbeddings, dx))
    switch gradients {
    case .stored(let all):
      all.update(from: dEmbeddings, count: count)
      dEmbeddings.update(repeating: 0, count: count)
    case .applied(let update):
      parameters.move(0, count, against: dEmbeddings, update, clearsGradients: true, scratch: workspace.adam)
    }
  }
}
