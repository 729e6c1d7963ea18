// An engine's memory: one aligned block, allocated before the first step. Buffers are declared once, by element and
// shape; the declarations are read twice, to count bytes and to place buffers.

/// A block of memory, and the buffers in it.
///
///     let memory = Memory { declare in (x: declare(Double.self, 7, 3), y: declare(Double.self, 7)) }
///     memory.buffers.x[5 * 3 + 2] = 1
///
/// A class, because it owns the block: buffers are valid as long as it lives.
final class Memory<Buffers> {
  let buffers: Buffers
  private let block: UnsafeMutableRawPointer

  /// Allocates the block that the declarations need, and places the buffers in it.
  ///
  /// - Parameters:
  ///   - isZeroed: Whether the block is cleared. If not, pages that are never written take no physical memory.
  ///   - declare: Called twice; it must declare the same buffers both times.
  /// - Precondition: The bytes can be counted in an `Int`; see `byteCount`.
  init(isZeroed: Bool = true, _ declare: (inout BufferDeclarations) -> Buffers) {
    let byteCount = memoryByteCount(declare).value
    precondition(byteCount != nil, "The buffers have more bytes than can be counted.")
    block = .allocate(byteCount: byteCount!, alignment: BufferDeclarations.alignment)
    if isZeroed { block.initializeMemory(as: UInt8.self, repeating: 0, count: byteCount!) }
    var declarations = BufferDeclarations(in: block)
    buffers = declare(&declarations)
  }

  deinit { block.deallocate() }
}

/// The bytes that the declarations need. Nothing is allocated.
func memoryByteCount<Buffers>(_ declare: (inout BufferDeclarations) -> Buffers) -> Count {
  var declarations = BufferDeclarations(in: nil)
  _ = declare(&declarations)
  return declarations.byteCount
}

/// What buffers are declared with. Each starts at a cache line.
struct BufferDeclarations {
  /// The bytes declared so far.
  private(set) var byteCount: Count = 0
  /// The block that buffers are placed in; `nil` while bytes are only counted.
  private let block: UnsafeMutableRawPointer?

  /// Buffers start at multiples of this many bytes, a cache line and the widest vector.
  static let alignment = 64

  /// The elements of a type in a cache line.
  static func lineCount<Element>(of type: Element.Type) -> Int { alignment / MemoryLayout<Element>.stride }

  /// Whether bytes are only counted.
  var isCounting: Bool { block == nil }

  fileprivate init(in block: UnsafeMutableRawPointer?) { self.block = block }

  /// Declares a buffer.
  ///
  /// - Parameter shape: Its sizes, the slowest index first; the product is the number of elements.
  /// - Returns: The buffer, or while bytes are only counted, an address that must not be used.
  mutating func callAsFunction<Element>(
    _ type: Element.Type, _ shape: Count...
  ) -> UnsafeMutablePointer<Element> {
    var count: Count = 1
    for size in shape { count = count * size }
    let start = byteCount
    byteCount =
      byteCount + (count * Count(MemoryLayout<Element>.stride)).rounded(up: BufferDeclarations.alignment)
    guard let block else { return UnsafeMutablePointer(bitPattern: BufferDeclarations.alignment)! }
    return (block + start.value!).bindMemory(to: type, capacity: count.value!)
  }

  /// Declares `count` parts that have the same buffers, such as a model's layers.
  ///
  /// - Parameters:
  ///   - part: Trivial values: pointers and numbers. They lie in the block too.
  ///   - declare: Declares the buffers of the part with this index, from 0. While bytes are only counted, it is
  ///     called for the first part alone, so that an absurd count of parts takes no time.
  /// - Returns: The parts, `[count]`.
  mutating func parts<Part>(
    _ part: Part.Type, _ count: Count, _ declare: (inout BufferDeclarations, Int) -> Part
  ) -> UnsafeMutablePointer<Part> {
    let parts = self(part, count)
    if block == nil {
      var first = BufferDeclarations(in: nil)
      _ = declare(&first, 0)
      byteCount = byteCount + count * first.byteCount
    } else {
      for index in 0..<count.value! { (parts + index).initialize(to: declare(&self, index)) }
    }
    return parts
  }
}
