// The key-value cache. The first layer's input, query, key and value depend on token and position alone: if all pairs
// of these fit a table, each entry is computed when it is first needed. In a model of one layer the table is also the
// key-value cache; deeper models have a place for each position of each row.

/// The table of pairs and the places of keys and values. Pages that are never written take no physical memory.
struct KeyValueStore<A: SamplingArithmetic> {
  typealias Buffer = UnsafeMutablePointer<A.Scalar>

  /// The first layer's input, query, key and value for each pair, `[T·V, pairStride]`. `nil` if there is no table.
  let pairs: Buffer?
  /// Keys and values, `[places, L, 2·segment]`. `nil` if places are pairs.
  let places: Buffer?

  init(_ sizes: SamplingSizes<A>, places count: Int, _ declare: inout BufferDeclarations) {
    let shape = sizes.shape
    pairs =
      sizes.hasPairs
      ? declare(A.Scalar.self, Count(shape.positions), Count(shape.vocabulary), Count(sizes.pairStride)) : nil
    places =
      sizes.placesArePairs
      ? nil : declare(A.Scalar.self, Count(count), Count(shape.layers), 2 * Count(sizes.segment))
  }
}
