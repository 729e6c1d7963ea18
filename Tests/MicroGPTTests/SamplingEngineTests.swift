import Testing

@testable import MicroGPT

/// The sampling engine against the specification, row by row, at every instruction set that this processor has.
@Suite("Sampling engine")
struct SamplingEngineTests {
  /// Random prefixes of documents, one for each row, some of them equal.
  private static func prefixes(_ size: SamplingSize, rows: Int) -> [[Int32]] {
    var random = PythonRandom(seed: 4)
    return (0..<rows).map { row in
      [Int32(size.characters)]
        + (1..<size.blockSize).map { t in
          row % 3 == 0 && t < 3 ? 0 : Int32(random.uniform() * Double(size.characters))
        }
    }
  }

  /// The running sums and totals that the engine gives for every position of every row.
  private func sums<A: SamplingArithmetic>(
    _ model: Model, _ prefixes: [[Int32]], _ set: InstructionSet, _ arithmetic: A.Type, temperature: Double,
    each: (_ row: Int, _ position: Int, _ sums: [Double], _ total: Double) -> Void
  ) throws {
    let rows = prefixes.count, positions = model.configuration.blockSize
    let engine = SamplingEngine<A>(model, rows: rows, places: rows * positions, instructionSet: set)
    let sums = UnsafeMutablePointer<A.Scalar>.allocate(capacity: rows * engine.sumsStride)
    let totals = UnsafeMutablePointer<A.Scalar>.allocate(capacity: rows)
    defer {
      sums.deallocate()
      totals.deallocate()
    }
    var places = [Int32](repeating: 0, count: rows * positions)
    for t in 0..<positions {
      for row in 0..<rows {
        // Places are not in order, so that mistaking one for another shows.
        places[row * positions + t] =
          engine.placesArePairs
          ? engine.pair(prefixes[row][t], at: t) : Int32(((row * 7 + 3) % rows) * positions + t)
      }
      let request = SamplingEngine<A>.Sums(
        sums: sums, totals: totals, temperature: temperature, isGreedy: temperature == 0)
      try engine.compute(
        rows, at: t, tokens: prefixes.map { $0[t] }, places: places, stride: positions, request)
      for row in 0..<rows {
        each(
          row, t, (0..<engine.sumsStride).map { Double(sums[row * engine.sumsStride + $0]) },
          Double(totals[row]))
      }
    }
  }

  /// The specification's logits for every position of every row, computed once for all instruction sets because that
  /// is slow.
  private func logits(_ model: Model, _ prefixes: [[Int32]]) -> [[[Double]]] {
    let specification = SpecificationSampler(model)
    return prefixes.map { row in row.indices.map { specification.logits(after: Array(row[...$0])) } }
  }

  @Test("the exact engine's running sums equal the specification's bit for bit", arguments: SamplingSize.all)
  func exact(_ size: SamplingSize) throws {
    let model = size.model(), last = size.characters
    // 37 rows are more than a block, and 1 is the case of a single document.
    let prefixes = SamplingEngineTests.prefixes(size, rows: size.blockSize < 20 ? 37 : 2)
    let logits = logits(model, prefixes)
    for set in InstructionSet.available {
      for (temperature, rows) in [(0.5, prefixes.count), (1.3, 1)] {
        var worst: String?
        try sums(model, Array(prefixes[..<rows]), set, ExactArithmetic.self, temperature: temperature) {
          row, t, sums, total in
          let expected = SpecificationSampler.sums(logits[row][t], temperature: temperature)
          let isEqual = sums[..<last].elementsEqual(expected[..<last]) && total == expected[last]
          if !isEqual || sums[last...].contains(where: { $0 != .infinity }) {
            worst = "row \(row) at position \(t)"
          }
        }
        #expect(worst == nil, "\(set) at \(temperature)")
      }
    }
  }

  @Test(
    "the fast engine's running sums are within 1e-4 of the specification's", arguments: SamplingSize.all)
  func fast(_ size: SamplingSize) throws {
    let model = size.model(), last = size.characters
    let prefixes = SamplingEngineTests.prefixes(size, rows: size.blockSize < 20 ? 37 : 2)
    let logits = logits(model, prefixes)
    for set in InstructionSet.available {
      var worst = 0.0
      try sums(model, prefixes, set, FastArithmetic.self, temperature: 0.8) { row, t, sums, total in
        let expected = SpecificationSampler.sums(logits[row][t], temperature: 0.8)
        for i in 0..<last { worst = max(worst, abs(sums[i] / total - expected[i])) }
        for sum in sums[last...] where sum != .infinity { worst = .infinity }
      }
      #expect(worst < 1e-4, "\(set) is off by \(worst).")
    }
  }

  @Test(
    "a row's sums do not depend on the other rows", arguments: SamplingSize.all.prefix(9),
    InstructionSet.available)
  func rowsAreIndependent(_ size: SamplingSize, _ set: InstructionSet) throws {
    let model = size.model(), prefixes = SamplingEngineTests.prefixes(size, rows: 45)
    var together: [[Double]] = []
    try sums(model, prefixes, set, FastArithmetic.self, temperature: 0.5) { row, _, sums, total in
      if row == 44 { together.append(sums + [total]) }
    }
    var alone: [[Double]] = []
    try sums(model, [prefixes[44]], set, FastArithmetic.self, temperature: 0.5) { _, _, sums, total in
      alone.append(sums + [total])
    }
    #expect(together == alone)
  }

  @Test("there is room for the keys and values of every place in every layer")
  func places() {
    for size in SamplingSize.all {
      let model = size.model()
      let shape = Shape(model.configuration, vocabularySize: model.tokenizer.vocabularySize)
      let sizes = SamplingSizes<ExactArithmetic>(shape, .widest), places = 64
      let table = sizes.hasPairs ? shape.positions * shape.vocabulary * sizes.pairStride * 8 : 0
      let bytes = memoryByteCount { KeyValueStore(sizes, places: places, &$0) }.value
      #expect(bytes == table.rounded(up: 64) + places * sizes.placeBytes, "\(size)")
    }
  }

  @Test("a temperature of 0 selects the first of the largest logits", arguments: InstructionSet.available)
  func greedy(_ set: InstructionSet) throws {
    let size = SamplingSize.all[0], model = size.model()
    let prefixes = SamplingEngineTests.prefixes(size, rows: 5), engine = Specification(model)
    try sums(model, prefixes, set, ExactArithmetic.self, temperature: 0) { row, t, sums, total in
      engine.forward(prefixes[row], at: 0..<t + 1)
      let logits = (0...size.characters).map { engine.activations.logits[t * (size.characters + 1) + $0] }
      let best = logits.firstIndex(of: logits.max()!)!
      #expect(total == 0 && sums.count { $0 <= 0 } == best)
    }
  }
}
