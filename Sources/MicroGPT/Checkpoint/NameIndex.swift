// Names looked up by their bytes. Swift's own dictionaries take strings for equal that only look the same ("é" as one
// scalar or as two), and so would confuse tensors.

/// Where each of some names stands.
///
///     let index = NameIndex(["wte", "wpe", "lm_head"])
///     index["lm_head"]  // 2
struct NameIndex {
  private let names: [String]
  /// The places in the order of the names' bytes.
  private let order: [Int]

  /// - Complexity: O(*n* log *n*).
  init(_ names: [String]) {
    self.names = names
    order = names.indices.sorted { a, b in
      if NameIndex.precedes(names[a], names[b]) { return true }
      return a < b && !NameIndex.precedes(names[b], names[a])
    }
  }

  /// A name that stands there more than once, the first in the order of bytes.
  var duplicate: String? {
    for (a, b) in zip(order, order.dropFirst()) where !NameIndex.precedes(names[a], names[b]) {
      return names[b]
    }
    return nil
  }

  /// The first place of a name, or `nil` if it is not there.
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
