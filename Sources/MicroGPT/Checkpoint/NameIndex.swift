// Names looked up by their bytes. Swift's dictionaries compare strings by canonical equivalence, so that "é" as one scalar
// equals "é" as two; files may use both as names of different tensors.

/// The positions of names in a list.
///
///     let index = NameIndex(["wte", "wpe", "lm_head"])
///     index["lm_head"]  // 2
struct NameIndex {
  private let names: [String]
  /// The positions, sorted by the names' bytes.
  private let order: [Int]

  /// - Complexity: O(*n* log *n*).
  init(_ names: [String]) {
    self.names = names
    order = names.indices.sorted { a, b in
      if NameIndex.precedes(names[a], names[b]) { return true }
      return a < b && !NameIndex.precedes(names[b], names[a])
    }
  }

  /// The first name, in the order of bytes, that occurs more than once.
  var duplicate: String? {
    for (a, b) in zip(order, order.dropFirst()) where !NameIndex.precedes(names[a], names[b]) {
      return names[b]
    }
    return nil
  }

  /// The first position of a name, or `nil` if it does not occur.
  ///
  /// - Complexity: O(log *n*).
  subscript(name: String) -> Int? {
    var low = 0, high = order.count
    while low < high {
      let middle = (low + high) / 2
      if NameIndex.precedes(names[order[middle]], name) { low = middle + 1 } else { high = middle }
    }
    guard low < order.count, !NameIndex.precedes(name, names[order[low]]) else { return nil }
    return order[low]
  }

  private static func precedes(_ a: String, _ b: String) -> Bool {
    a.utf8.lexicographicallyPrecedes(b.utf8)
  }
}
