// A model's parameters as sampling reads them: for the forward pass only, each matrix transposed and in panels.

/// The parameters of a model, packed for the forward pass.
struct SamplingParameters<A: SamplingArithmetic> {
  typealias Scalar = A.Scalar
  typealias Buffer = UnsafeMutablePointer<Scalar>

  /// The matrices of one layer.
  struct Layer {
    let projections, output, expand, contract: Panels<Scalar>
  }

  /// `[V, C]` and `[T, C]`.
  let tokenEmbedding, positionEmbedding: Buffer
  /// `[L]`.
  let layers: UnsafeMutablePointer<Layer>
  let head: Panels<Scalar>

  private let sizes: SamplingSizes<A>

  /// - Parameter panel: The columns of a panel: an even number of vectors.
  init(_ sizes: SamplingSizes<A>, panel: Int, _ declare: inout BufferDeclarations) {
    let shape = sizes.shape, width = sizes.width
    func panels(_ declare: inout BufferDeclarations, depth: Int, columns: Int) -> Panels<Scalar> {
      Panels(
        start: declare(Scalar.self, Count(depth), Count(columns)), depth: depth, columns: columns,
        panel: panel)
    }
    tokenEmbedding = declare(Scalar.self, Count(shape.vocabulary), Count(width))
    positionEmbedding = declare(Scalar.self, Count(shape.positions), Count(width))
    layers = declare.parts(Layer.self, Count(shape.layers)) { declare, _ in
      Layer(
        projections: panels(&declare, depth: shape.channels, columns: 3 * sizes.segment),
        output: panels(
          &declare, depth: A.isExact ? shape.channels : sizes.heads.count, columns: width),
        expand: panels(&declare, depth: shape.channels, columns: sizes.hiddenWidth),
        contract: panels(&declare, depth: 4 * shape.channels, columns: width))
    }
    head = panels(&declare, depth: shape.channels, columns: sizes.tokens)
    self.sizes = sizes
  }

  /// Copies a model's parameters into buffers that are zero.
  func load(_ model: Model) {
    let layout = ParameterLayout(sizes.shape), heads = sizes.heads, headWidth = sizes.shape.headWidth
    func headPlace(_ channel: Int) -> Int {
      channel / headWidth * heads.head + channel % headWidth * heads.channel
    }
    load(model, layout.tokenEmbedding, into: tokenEmbedding)
    load(model, layout.positionEmbedding, into: positionEmbedding)
    for (index, source) in layout.layers.enumerated() {
      let layer = layers[index]
      for (part, matrix) in [source.query, source.key, source.value].enumerated() {
        load(model, matrix, into: layer.projections, column: { part * sizes.segment + headPlace($0) })
      }
      load(model, source.output, into: layer.output, row: { A.isExact ? $0 : headPlace($0) })
      load(model, source.expand, into: layer.expand)
      load(model, source.contract, into: layer.contract)
    }
    load(model, layout.head, into: head)
  }

  private func load(_ model: Model, _ matrix: ParameterLayout.Matrix, into rows: Buffer) {
    for r in 0..<matrix.rows {
      for c in 0..<matrix.columns {
        rows[r * sizes.width + c] = Scalar(model.parameters[matrix.offset + r * matrix.columns + c])
      }
    }
  }

  /// - Parameters:
  ///   - row: Where an input's weights go.
  ///   - column: Where an output's weights go.
  private func load(
    _ model: Model, _ matrix: ParameterLayout.Matrix, into panels: Panels<Scalar>, row: (Int) -> Int = { $0 },
    column: (Int) -> Int = { $0 }
  ) {
    for output in 0..<matrix.rows {
      let place = column(output), first = place / panels.panel * panels.panel
      let panelWidth = Swift.min(panels.panel, panels.columns - first)
      for input in 0..<matrix.columns {
        panels.start[first * panels.depth + row(input) * panelWidth + place - first] =
          Scalar(model.parameters[matrix.offset + output * matrix.columns + input])
      }
    }
  }
}
