// The documents of a step, laid out one after the other as the rows of every matrix that the engine computes.

/// Documents as rows: the positions of one, then those of the next.
struct Batch {
  /// The token, the position in its document and the next token of every row, `[B·T]` each.
  let tokens, positions, targets: UnsafeMutablePointer<Int32>
  /// The first row of every document, and at the end the number of rows, `[B + 1]`.
  let starts: UnsafeMutablePointer<Int>
  /// The most documents that it has room for, *B*.
  let capacity: Int
  /// The documents in the batch.
  private(set) var documents = 0

  private let memory: Memory<Buffers>

  private struct Buffers {
    let tokens, positions, targets: UnsafeMutablePointer<Int32>
    let starts: UnsafeMutablePointer<Int>

    init(documents: Count, positions blockSize: Count, _ declare: inout BufferDeclarations) {
      tokens = declare(Int32.self, documents, blockSize)
      positions = declare(Int32.self, documents, blockSize)
      targets = declare(Int32.self, documents, blockSize)
      starts = declare(Int.self, documents + 1)
    }
  }

  /// Room for `documents` documents of at most `positions` positions.
  init(documents: Int, positions: Int) {
    memory = Memory { Buffers(documents: Count(documents), positions: Count(positions), &$0) }
    tokens = memory.buffers.tokens
    self.positions = memory.buffers.positions
    targets = memory.buffers.targets
    starts = memory.buffers.starts
    capacity = documents
  }

  /// The bytes of a batch.
  static func byteCount(documents: Count, positions: Count) -> Count {
    memoryByteCount { Buffers(documents: documents, positions: positions, &$0) }
  }

  /// The rows of all documents.
  var rows: Int { starts[documents] }

  /// The first row of a document.
  @inline(__always)
  func firstRow(_ document: Int) -> Int { starts[document] }

  /// The positions of a document.
  @inline(__always)
  func rowCount(_ document: Int) -> Int { starts[document &+ 1] &- starts[document] }

  mutating func removeAll() { documents = 0 }

  /// Adds a document: its tokens with BOS at both ends, `count` of them.
  mutating func append(_ document: UnsafePointer<Int32>, count: Int) {
    precondition(documents < capacity, "A batch has room for \(capacity) documents.")
    let first = starts[documents]
    for t in 0..<count - 1 {
      tokens[first + t] = document[t]
      positions[first + t] = Int32(t)
      targets[first + t] = document[t + 1]
    }
    documents += 1
    starts[documents] = first + count - 1
  }
}
