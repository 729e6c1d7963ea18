// The engine's memory: one zeroed, aligned block, handed out in runs, freed with its last owner. Everything
// that training touches is allocated here, before the first step.

/// A block of memory that lives as long as its owner.
final class Memory {
  private let base: UnsafeMutableRawPointer
  private let byteCount: Int
  private var used = 0

  /// Runs start at multiples of this many bytes, a cache line and the widest vector.
  static let alignment = 64

  /// A zeroed block of `byteCount` bytes.
  init(byteCount: Int) {
    self.byteCount = byteCount
    base = UnsafeMutableRawPointer.allocate(byteCount: byteCount, alignment: Memory.alignment)
    base.initializeMemory(as: UInt8.self, repeating: 0, count: byteCount)
  }

  deinit { base.deallocate() }

  /// The next `count` numbers of the block.
  ///
  /// - Precondition: The block was made large enough; see `bytes(for:of:)`.
  func take<Scalar>(_ count: Int, of type: Scalar.Type) -> UnsafeMutablePointer<Scalar> {
    let bytes = Memory.bytes(for: count, of: type)
    precondition(used + bytes <= byteCount, "\(used + bytes) bytes are wanted of a block of \(byteCount).")
    defer { used += bytes }
    return (base + used).bindMemory(to: type, capacity: count)
  }

  /// Whether nothing is left of the block.
  var isUsedUp: Bool { used == byteCount }

  /// The bytes that `count` numbers take in the block, up to the next run.
  static func bytes<Scalar>(for count: Count, of type: Scalar.Type) -> Count {
    (count * Count(MemoryLayout<Scalar>.stride)).rounded(up: alignment)
  }

  /// The bytes that `count` numbers take in the block, up to the next run.
  static func bytes<Scalar>(for count: Int, of type: Scalar.Type) -> Int {
    (count * MemoryLayout<Scalar>.stride + alignment - 1) / alignment * alignment
  }
}
