// What a training step costs by width, layers, batch and block, in both arithmetics: a table and a picture for each,
// with an explanation of the jumps in the curves.

import Foundation
import MicroGPT

extension Benchmark {
  static let sizes = Benchmark(
    name: "sizes", summary: "Steps by width, layers, block and batch: tables, and pictures with --write"
  ) { session in
    if let folder = session.options.folder {
      try? FileManager.default.createDirectory(
        atPath: folder + "/Pictures", withIntermediateDirectories: true)
      try session.write("", to: folder + "/Sizes.md")
    }
    StepResult.printHeading()
    let report = try SizesReport(session)
    guard let folder = session.options.folder else { return }
    for sweep in report.sweeps {
      try session.write(sweep.chart.svg, to: "\(folder)/Pictures/\(sweep.name).svg")
    }
    try session.write(report.markdown, to: folder + "/Sizes.md")
  }
}

/// The figures of one size, such as the width, at several values.
struct Sweep {
  let name: String
  let title: String
  /// What the size is called on the axis.
  let axis: String
  let values: [Int]
  /// A label, and a figure for every value.
  let curves: [(label: String, results: [StepResult])]

  /// Measures every configuration on its corpus.
  init(
    _ session: Session, _ name: String, title: String, axis: String, _ values: [Int],
    _ curves: [(label: String, arithmetic: Arithmetic, configuration: (Int) -> Configuration)],
    corpus: (Int) throws -> Corpus
  ) throws {
    (self.name, self.title, self.axis, self.values) = (name, title, axis, values)
    self.curves = try curves.map { curve in
      let results = try values.map { value in
        try Sweep.measure(session, corpus(value), curve.configuration(value), curve.arithmetic)
      }
      return (curve.label, results)
    }
  }

  /// Fewer rounds than in the other benchmarks: there are many sizes.
  static func measure(
    _ session: Session, _ corpus: Corpus, _ configuration: Configuration, _ arithmetic: Arithmetic
  ) throws -> StepResult {
    let result = try measureSteps(
      corpus, configuration, arithmetic, session.set, rounds: 30, seconds: 0.02, warmUp: 2)
    result.report(session, as: "size")
    return result
  }

  var chart: Chart {
    Chart(
      title: title, axis: axis,
      curves: curves.map { curve in
        Curve(
          label: curve.label,
          color: curve.results[0].arithmetic == .exact
            ? .green : curve.results[0].configuration.batchSize == 1 ? .orange : .blue,
          points: zip(values, curve.results).map { (size: $0, microseconds: $1.best, floor: $1.bestFloor) })
      })
  }

  /// A row for every value: its columns, and each curve's microseconds and multiple of the floor.
  func table(_ columns: [(heading: String, cell: (Int) -> String)] = []) -> String {
    let heading =
      [name] + columns.map { $0.heading } + curves.flatMap { ["\($0.label), µs", "times the floor"] }
    let rows = values.indices.map { i in
      [grouped(values[i])] + columns.map { $0.cell(i) }
        + curves.flatMap { [short($0.results[i].best), number($0.results[i].bestRatio, 2)] }
    }
    return markdownTable(heading, rows)
  }

  func results(_ label: String) -> [StepResult] { curves.first { $0.label == label }!.results }
}

/// All figures, and the page about them.
struct SizesReport {
  let session: Session
  let width, layers, batch: Sweep
  /// Without a text of long documents there is none.
  let block: Sweep?
  private let pairs: [Pair]
  /// Long documents by few heads and by many.
  private let blockPair: Pair?

  private static let fast16 = "fast, batch 16", fast1 = "fast, batch 1", exact1 = "exact, batch 1"

  init(_ session: Session) throws {
    self.session = session
    let names = try session.names.get()
    width = try Sweep(
      session, "width", title: "A step by the width of the model", axis: "width, 1 layer, 4 heads",
      [8, 12, 16, 24, 32, 48, 64, 96, 100, 128, 192, 256, 384, 512],
      [
        (SizesReport.fast16, .fast, { Configuration(width: $0, batch: 16) }),
        (SizesReport.fast1, .fast, { Configuration(width: $0) }),
        (SizesReport.exact1, .exact, { Configuration(width: $0) }),
      ]
    ) { _ in names }
    layers = try Sweep(
      session, "layers", title: "A step by the number of layers", axis: "layers of width 16",
      [1, 2, 4, 8, 16],
      [Arithmetic.fast, .exact].map { arithmetic in
        ("\(arithmetic.rawValue), batch 1", arithmetic, { SizesReport.changed { $0.layers = $1 }($0) })
      }
    ) { _ in names }
    batch = try Sweep(
      session, "batch", title: "A step by the documents it learns from", axis: "documents, width 16",
      [1, 2, 4, 8, 16, 32, 64, 128, 256],
      [Arithmetic.fast, .exact].map { arithmetic in
        (arithmetic.rawValue, arithmetic, { Configuration(width: 16, batch: $0) })
      }
    ) { _ in names }
    block = try session.options.lines.map { path in
      let text = try session.contents(path)
      return try Sweep(
        session, "block", title: "A step by the positions of its document",
        axis: "positions, all of the block, width 32", [16, 32, 64, 128, 256, 512, 1024],
        [Arithmetic.fast, .exact].map { arithmetic in
          (
            "\(arithmetic.rawValue), batch 1", arithmetic,
            { SizesReport.changed(width: 32) { $0.blockSize = $1 }($0) }
          )
        }
      ) { try SizesReport.documents(text, length: $0) }
    }
    blockPair = try session.options.lines.map { path in
      let corpus = try SizesReport.documents(session.contents(path), length: 512)
      return try Pair(
        session, corpus, ("512 positions, 4 heads of 8 and 2 heads of 16", (32, 4), (32, 2)), blockSize: 512)
    }
    if block == nil { print("sizes: the block is skipped, it needs --lines FILE") }
    pairs = try Pair.all.map { try Pair(session, names, $0) }
  }

  var sweeps: [Sweep] { [width, layers, batch] + (block.map { [$0] } ?? []) }

  /// A configuration with one size changed.
  private static func changed(
    width: Int = 16, _ change: @escaping (inout Configuration, Int) -> Void
  ) -> (Int) -> Configuration {
    { value in
      var configuration = Configuration(width: width)
      change(&configuration, value)
      return configuration
    }
  }

  /// The beginning of a text as documents of one length, whose lines go on in each other.
  private static func documents(_ text: [UInt8], length: Int) throws -> Corpus {
    let characters = text.prefix(65_536).map { $0 == UInt8(ascii: "\n") ? UInt8(ascii: "/") : $0 }
    let documents = stride(from: 0, to: characters.count - length, by: length).map {
      String(decoding: characters[$0..<$0 + length], as: UTF8.self)
    }
    return try Corpus(documents: documents)
  }

  // MARK: - The page

  var markdown: String {
    let machine = session.machine
    let intro = """
      Every figure is the best of 30 rounds on one core: CPU time of whole training steps. Unless stated otherwise, \
      the documents are names of 7.12 positions on average. The floor is the time of the model's own multiplications \
      and additions at the peak measured beside each figure. At the start of this run (\(session.set.rawValue)) the \
      peak was \(number(machine.floatRate / 1e9, 0)) GFLOP/s for floats and \
      \(number(machine.doubleRate / 1e9, 0)) for doubles. Dotted lines show the floor.
      """
    var page = """
      # What a step costs, by size

      \(wrapped(intro))
          Scripts/bench --data names.txt --lines tinyshakespeare.txt --write Benchmarks sizes


      """
    page += section(
      width, widthText,
      [
        ("parameters", { grouped(width.results(SizesReport.fast1)[$0].parameterCount) }),
        (
          "fast, batch 1, ns a parameter",
          {
            let result = width.results(SizesReport.fast1)[$0]
            return number(1000 * result.best / Double(result.parameterCount), 2)
          }
        ),
      ])
    page += "## Where the jumps in the curve come from\n\n" + pairsText + "\n"
    page += section(layers, layersText)
    page += section(batch, batchText)
    if let block { page += section(block, blockText(block)) }
    return String(page.dropLast())
  }

  private func section(
    _ sweep: Sweep, _ text: String, _ columns: [(heading: String, cell: (Int) -> String)] = []
  ) -> String {
    """
    ## \(sweep.name.capitalized)

    ![\(sweep.title): microseconds, and times the floor](Pictures/\(sweep.name).svg)

    \(wrapped(text))
    \(sweep.table(columns))

    """
  }

  private var widthText: String {
    let results = width.results(SizesReport.fast1)
    let optimizer = results.map { 1000 * $0.best / Double($0.parameterCount) }
    let least = optimizer.indices.min { optimizer[$0] < optimizer[$1] }!
    let last = results[results.count - 1].configuration.embedding
    var text = """
      The floor grows with the square of the width, and everything that is not multiplication grows with the width. So \
      the multiple of the floor falls at first. Widths between multiples of 16 floats (8 doubles) take longer than \
      their neighbors: rows are padded to cache lines, and the floor does not count padding.

      With one document a step updates every parameter for few positions, so the optimizer dominates: it reads and
      writes each parameter and both its moments. At multiples of 32 such steps keep no transposed copy of the
      parameters. A parameter costs least at width
      \(results[least].configuration.embedding), \(number(optimizer[least], 2)) ns a step, and \
      \(number(optimizer[optimizer.count - 1], 2)) ns at \(last).
      """
    for (name, bytes) in [("first-level", cacheBytes(1)), ("second-level", cacheBytes(2))] {
      guard let bytes, let first = results.first(where: { 12 * $0.parameterCount > bytes }) else { continue }
      text +=
        "\nThe parameters and both moments exceed the \(name) cache (\(bytes / 1024) KB) from width "
        + "\(first.configuration.embedding) on, with \(12 * first.parameterCount / 1024) KB."
    }
    return text
  }

  private var layersText: String {
    let lines = layers.curves.map { curve in
      let results = curve.results, n = results.count
      let first = results[1].best - results[0].best
      let last =
        (results[n - 1].best - results[n - 2].best) / Double(layers.values[n - 1] - layers.values[n - 2])
      return
        "The second layer adds \(short(first)) µs to a step of the \(results[0].arithmetic.rawValue) arithmetic, and "
        + "each of the last \(layers.values[n - 1] - layers.values[n - 2]) adds \(short(last))."
    }
    return "Every layer costs about the same. " + lines.joined(separator: " ")
  }

  private var batchText: String {
    let lines = batch.curves.map { curve in
      let each = zip(batch.values, curve.results).map { $1.best / Double($0) }
      let least = each.indices.min { each[$0] < each[$1] }!
      return
        "In the \(curve.results[0].arithmetic.rawValue) arithmetic a document takes \(short(each[0])) µs alone, "
        + "\(short(each[least])) in a batch of \(batch.values[least]), the least, and "
        + "\(short(each[each.count - 1])) in a batch of \(batch.values[each.count - 1])."
    }
    return
      "The documents of a batch share the optimizer's update and the kernel calls; from some size on, activations no "
      + "longer fit the nearer caches.\n" + lines.joined(separator: " ")
  }

  private func blockText(_ block: Sweep) -> String {
    let fast = block.curves[0].results, exact = block.curves[1].results, end = fast.count - 1
    let c = fast[0].configuration
    var text = """
      Attention's operations grow with the square of the positions. At width \(c.embedding) they outnumber those of the \
      other products from about \(12 * c.embedding) positions on. In documents of up to 32 positions, attention is \
      computed pair by pair. In longer ones the fast arithmetic multiplies blocks of 32 positions, on and below the \
      diagonal; the floor counts half of a block on the diagonal.
      """
    if let pair = blockPair {
      text += """
         A product's columns are padded to a cache line, so narrow heads cost more. With \(pair.what), a step of \
        the fast arithmetic takes \(short(pair.figures[0].0)) and \(short(pair.figures[0].1)) µs.
        """
    }
    let bytes = block.values.map { 4 * c.heads * $0 * $0 }
    if let cache = cacheBytes(2), let first = bytes.indices.first(where: { bytes[$0] > cache }) {
      text += """
         The attention weights of \(grouped(block.values[first])) positions take \
        \(number(Double(bytes[first]) / 1e6, 1)) MB in floats, more than the second-level cache (\(cache / 1024) KB).
        """
    }
    if exact[end].bestRatio > 1.3 * exact[0].bestRatio {
      text += """
         The exact arithmetic has to add in the reference's order and computes one number at a time: it takes \
        \(number(exact[0].bestRatio, 1)) times its floor at \(block.values[0]) positions and \
        \(number(exact[end].bestRatio, 1)) times at \(grouped(block.values[end])).
        """
    }
    return text
  }

  private var pairsText: String {
    let lanes = session.set == .avx512 ? 16 : session.set == .avx2 ? 8 : 4
    let table = markdownTable(
      ["compared", "fast, batch 16, µs", "times", "exact, batch 1, µs", "times"],
      pairs.map { pair in
        [pair.what] + pair.figures.flatMap { ["\(short($0)) and \(short($1))", number($0 / $1, 2)] }
      })
    return wrapped(
      """
      Pairs of sizes that differ in one thing, measured one after the other. Rows are padded to whole cache lines, so \
      that no kernel has a remainder loop. The first three pairs differ in the width. In floats both widths of a pair \
      are padded to the same width (16, 32 and 112); in doubles only 12 and 16 are. The other pairs differ in the \
      heads. Where a head's width divides a vector of \(lanes) floats and documents are short, heads share vectors; \
      others use the path for long documents: padded products for each head.
      """) + "\n" + table
  }

  /// The bytes of this processor's first-level or second-level cache, where the system tells.
  private func cacheBytes(_ level: Int) -> Int? {
    #if os(Linux)
      let bytes = sysconf(Int32(level == 1 ? _SC_LEVEL1_DCACHE_SIZE : _SC_LEVEL2_CACHE_SIZE))
      return bytes > 0 ? bytes : nil
    #else
      return nil
    #endif
  }
}

/// Two sizes that differ in one thing.
private struct Pair {
  let what: String
  /// Microseconds of both, in the fast arithmetic and in the exact one.
  let figures: [(Double, Double)]

  typealias Size = (width: Int, heads: Int)

  static let all: [(what: String, first: Size, second: Size)] = [
    ("width 12 and 16, heads of 4", (12, 3), (16, 4)),
    ("width 24 and 32, heads of 8", (24, 3), (32, 4)),
    ("width 100 and 112, heads of 4", (100, 25), (112, 28)),
    ("width 12, heads of 3 and of 4", (12, 4), (12, 3)),
    ("width 24, heads of 6 and of 8", (24, 4), (24, 3)),
    ("width 100, heads of 25 and of 4", (100, 4), (100, 25)),
    ("width 128, heads of 32 and of 16", (128, 4), (128, 8)),
  ]

  /// - Parameter blockSize: The positions of all documents, if they are long: then there is one to a step.
  init(
    _ session: Session, _ corpus: Corpus, _ pair: (what: String, first: Size, second: Size),
    blockSize: Int? = nil
  ) throws {
    what = pair.what
    figures = try [(Arithmetic.fast, blockSize == nil ? 16 : 1), (.exact, 1)].map { arithmetic, batch in
      let both = try [pair.first, pair.second].map { size in
        var configuration = Configuration(width: size.width, heads: size.heads, batch: batch)
        configuration.blockSize = blockSize ?? configuration.blockSize
        return try Sweep.measure(session, corpus, configuration, arithmetic)
      }
      return (both[0].best, both[1].best)
    }
  }
}
