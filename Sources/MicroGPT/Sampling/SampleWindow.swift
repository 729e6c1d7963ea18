// Many documents sampled together. Documents that share a prefix share a row of the engine until they draw different
// tokens: a tree of prefixes, walked depth first in groups of rows at one position, so that memory grows with the
// positions but not with the documents.
//
// Documents and the tokens that they drew are sorted by prefix: a row's documents are adjacent, and drawing sorts
// them by token, so that every run of equal tokens becomes a row of the next position.

import CMicroGPT

/// Documents with consecutive numbers, sampled together.
final class SampleWindow<A: SamplingArithmetic> {
  /// The most documents.
  let capacity: Int

  private let engine: SamplingEngine<A>
  private let positions, vocabulary, bos: Int
  private let random: SplitMix64
  /// The most rows of a group.
  private let rows: Int

  /// The documents' tokens without BOS, `[documents, T]`, and their lengths.
  private let tokens, lengths: UnsafeMutablePointer<Int32>
  /// The documents by their distance from the first, and the token that each has drawn, `[documents]`.
  private let order, drawn, spareOrder, spareDrawn: UnsafeMutablePointer<Int32>
  /// How often each token has been drawn, `[V]`.
  private let tally: UnsafeMutablePointer<Int32>

  // For the group of each position, `[T, rows]`: the rows' tokens, the rows that they extend, and the range of the
  // documents that do not end there.
  private let rowTokens, parents, starts, ends: UnsafeMutablePointer<Int32>
  /// The rows of each group, and the row and document at which the next group continues, `[T]`.
  private let counts, nextRow, nextDocument: UnsafeMutablePointer<Int32>

  /// `[rows, T]`.
  private let places: UnsafeMutablePointer<Int32>
  private let sums, totals: UnsafeMutablePointer<A.Scalar>
  private let memory: Memory<Buffers>

  private struct Buffers {
    let tokens, lengths, order, drawn, spareOrder, spareDrawn, tally: UnsafeMutablePointer<Int32>
    let rowTokens, parents, starts, ends, counts, nextRow, nextDocument, places: UnsafeMutablePointer<Int32>
    let sums, totals: UnsafeMutablePointer<A.Scalar>

    init(
      capacity: Count, rows: Count, positions: Count, vocabulary: Count, stride: Count,
      _ declare: inout BufferDeclarations
    ) {
      tokens = declare(Int32.self, capacity, positions)
      lengths = declare(Int32.self, capacity)
      order = declare(Int32.self, capacity)
      drawn = declare(Int32.self, capacity)
      spareOrder = declare(Int32.self, capacity)
      spareDrawn = declare(Int32.self, capacity)
      tally = declare(Int32.self, vocabulary)
      rowTokens = declare(Int32.self, positions, rows)
      parents = declare(Int32.self, positions, rows)
      starts = declare(Int32.self, positions, rows)
      ends = declare(Int32.self, positions, rows)
      counts = declare(Int32.self, positions)
      nextRow = declare(Int32.self, positions)
      nextDocument = declare(Int32.self, positions)
      places = declare(Int32.self, rows, positions)
      sums = declare(A.Scalar.self, rows, stride)
      totals = declare(A.Scalar.self, rows)
    }
  }

  /// - Parameters:
  ///   - atOnce: The most documents, by default as many as speed it up; more than `count` are never needed.
  ///   - seed: The seed of the random streams.
  init(_ model: Model, atOnce: Int?, count: Int, seed: UInt64, instructionSet set: InstructionSet) {
    let shape = Shape(model.configuration, vocabularySize: model.tokenizer.vocabularySize)
    let placeBytes = SamplingSizes<A>(shape, set).placeBytes, positions = shape.positions
    let budget = 8 << 20
    let capacity = min(atOnce ?? min(max(budget / (4 * positions + 20), 64), 1 << 16), max(count, 1))
    let rows = min(min(max(budget / ((20 + placeBytes) * positions), 16), 1024), capacity)
    engine = SamplingEngine(model, rows: rows, places: rows * positions, instructionSet: set)
    let stride = engine.sumsStride

    memory = Memory {
      Buffers(
        capacity: Count(capacity), rows: Count(rows), positions: Count(positions),
        vocabulary: Count(shape.vocabulary), stride: Count(stride), &$0)
    }
    let buffers = memory.buffers
    (tokens, lengths) = (buffers.tokens, buffers.lengths)
    (order, drawn, spareOrder, spareDrawn) = (
      buffers.order, buffers.drawn, buffers.spareOrder, buffers.spareDrawn
    )
    tally = buffers.tally
    (rowTokens, parents) = (buffers.rowTokens, buffers.parents)
    (starts, ends) = (buffers.starts, buffers.ends)
    (counts, nextRow, nextDocument) = (buffers.counts, buffers.nextRow, buffers.nextDocument)
    places = buffers.places
    (sums, totals) = (buffers.sums, buffers.totals)

    (self.capacity, self.rows) = (capacity, rows)
    (self.positions, vocabulary, bos) = (positions, shape.vocabulary, model.tokenizer.bos)
    random = SplitMix64(seed: seed)
  }

  /// The tokens of a document, by its distance from the first.
  @inline(__always)
  func document(_ index: Int) -> UnsafeBufferPointer<Int32> {
    UnsafeBufferPointer(start: tokens + index &* positions, count: Int(lengths[index]))
  }

  /// Draws the documents of a request.
  func fill(_ request: SampleSource.Request) throws(SamplerError) {
    let (first, count) = (request.first, request.count),
      (start, startCount) = (request.start, request.startCount)
    let request = SamplingEngine<A>.Sums(
      sums: sums, totals: totals, temperature: request.temperature, isGreedy: request.isGreedy,
      filter: request.filter)
    let flushed = A.isExact ? 0 : microgpt_flush_denormals(1)
    defer { if !A.isExact && flushed == 0 { _ = microgpt_flush_denormals(0) } }
    for i in 0..<count { order[i] = Int32(truncatingIfNeeded: i) }
    (rowTokens[0], starts[0], ends[0], counts[0]) = (start[0], 0, Int32(truncatingIfNeeded: count), 1)
    var position = 0
    try extend(0, first, start, startCount, request)
    while true {
      if gather(position + 1) {
        position += 1
        try extend(position, first, start, startCount, request)
      } else if position == 0 {
        return
      } else {
        position -= 1
      }
    }
  }

  /// Makes rows from the runs of equal tokens that the previous group drew, as many as fit, continuing after the
  /// last.
  private func gather(_ position: Int) -> Bool {
    guard position < positions else { return false }
    let before = (position &- 1) &* rows, here = position &* rows, groupCount = Int(counts[position &- 1])
    var row = Int(nextRow[position &- 1]), i = Int(nextDocument[position &- 1]), count = 0
    while row < groupCount && count < rows {
      let end = Int(ends[before &+ row])
      if i == end {
        row &+= 1
        if row < groupCount { i = Int(starts[before &+ row]) }
        continue
      }
      let token = drawn[i], first = i
      repeat { i &+= 1 } while i < end && drawn[i] == token
      rowTokens[here &+ count] = token
      parents[here &+ count] = Int32(truncatingIfNeeded: row)
      starts[here &+ count] = Int32(truncatingIfNeeded: first)
      ends[here &+ count] = Int32(truncatingIfNeeded: i)
      count &+= 1
    }
    nextRow[position &- 1] = Int32(truncatingIfNeeded: row)
    nextDocument[position &- 1] = Int32(truncatingIfNeeded: i)
    counts[position] = Int32(truncatingIfNeeded: count)
    return count > 0
  }

  /// Computes a group, draws a token for each of its documents, and ends those that draw BOS or are at the last
  /// position.
  private func extend(
    _ position: Int, _ first: Int, _ start: UnsafePointer<Int32>, _ startCount: Int,
    _ sumsRequest: SamplingEngine<A>.Sums
  ) throws(SamplerError) {
    let group = position &* rows, count = Int(counts[position])
    for row in 0..<count { findPlaces(row, position) }
    let isDrawn = position &+ 1 >= startCount
    try engine.compute(
      count, at: position, tokens: rowTokens + group, places: places, stride: positions,
      isDrawn ? sumsRequest : nil)
    if isDrawn {
      engine.kernels.draw(
        SampleDraw(
          sums: sums, totals: totals, rows: count, vocabulary: vocabulary, stride: engine.sumsStride,
          starts: starts + group, ends: ends + group, order: order,
          first: UInt64(truncatingIfNeeded: first), drawn: drawn, random: random,
          draws: UInt64(truncatingIfNeeded: position &+ 1 &- startCount)))
    } else {
      for i in Int(starts[group])..<Int(ends[group]) { drawn[i] = start[position &+ 1] }
    }
    for row in 0..<count {
      let first = Int(starts[group &+ row])
      var end = Int(ends[group &+ row])
      if position &+ 1 == positions {
        for i in first..<end { finish(i, row, position) }
        end = first
      } else {
        sort(first, end)
        while end > first && Int(drawn[end &- 1]) == bos {
          end &-= 1
          finish(end, row, position)
        }
      }
      ends[group &+ row] = Int32(truncatingIfNeeded: end)
    }
    (nextRow[position], nextDocument[position]) = (0, starts[group])
  }

  /// Walks from a row to its ancestors, up to the root.
  @inline(__always)
  private func findPlaces(_ row: Int, _ position: Int) {
    var row = row, t = position
    let places = places + row &* positions
    while t >= 0 {
      let place = t &* rows &+ row
      places[t] =
        engine.placesArePairs ? engine.pair(rowTokens[place], at: t) : Int32(truncatingIfNeeded: place)
      row = Int(parents[place])
      t &-= 1
    }
  }

  /// Stores the tokens of a document that ends here.
  @inline(__always)
  private func finish(_ i: Int, _ row: Int, _ position: Int) {
    let index = Int(order[i]), document = tokens + index &* positions
    var row = row, t = position
    while t > 0 {
      let place = t &* rows &+ row
      document[t &- 1] = rowTokens[place]
      row = Int(parents[place])
      t &-= 1
    }
    let token = drawn[i]
    document[position] = token
    lengths[index] = Int32(truncatingIfNeeded: Int(token) == bos ? position : position &+ 1)
  }

  /// Sorts documents by the tokens that they have drawn.
  private func sort(_ first: Int, _ end: Int) {
    let count = end &- first
    if count < 16 {
      var i = first &+ 1
      while i < end {
        let token = drawn[i], index = order[i]
        var j = i
        while j > first && drawn[j &- 1] > token {
          (drawn[j], order[j]) = (drawn[j &- 1], order[j &- 1])
          j &-= 1
        }
        (drawn[j], order[j]) = (token, index)
        i &+= 1
      }
      return
    }
    for token in 0..<vocabulary { tally[token] = 0 }
    for i in first..<end { tally[Int(drawn[i])] &+= 1 }
    var place = Int32(0)
    for token in 0..<vocabulary {
      let count = tally[token]
      tally[token] = place
      place &+= count
    }
    for i in first..<end {
      let token = Int(drawn[i]), place = Int(tally[token])
      tally[token] &+= 1
      (spareDrawn[place], spareOrder[place]) = (drawn[i], order[i])
    }
    for i in 0..<count { (drawn[first &+ i], order[first &+ i]) = (spareDrawn[i], spareOrder[i]) }
  }
}
