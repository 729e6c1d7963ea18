import Testing

@testable import Drawing

@Suite("Line charts") struct LineChartTests {
  private func chart(_ marks: LineChart.Marks...) -> LineChart {
    LineChart(
      title: "Loss", x: "step", y: "nats",
      marks.enumerated().map { .init("series \($0.offset)", color: $0.offset, $0.element) })
  }

  private func points(_ count: Int, _ value: (Int) -> Double) -> [LineChart.Point] {
    (1...count).map { .init(Double($0), value($0)) }
  }

  @Test("few points are drawn where they are")
  func few() {
    let drawn = chart(.line([.init(0, 0), .init(1, 1), .init(2, 0)])).drawn
    #expect(drawn.contains("<path class=\"line s0\" d=\"M54 254L321 30L588 254\"/>"), "\(drawn)")
  }

  @Test("a value that is not a number interrupts the line")
  func gaps() {
    let drawn = chart(.line([.init(0, 0), .init(1, .nan), .init(2, 1), .init(3, 0)])).drawn
    #expect(drawn.contains("d=\"M54 254M410 30L588 254\""), "\(drawn)")
    var many = points(2000) { _ in 1 }
    many[1000].y = .nan
    let drawnMany = chart(.line(many)).drawn, path = drawnMany.split(separator: "class=\"line s0").last ?? ""
    #expect(String(path.prefix { $0 != "/" }).occurrences(of: "M") == 2)
  }

  @Test(
    "however many points there are, a column has two values of them", arguments: [5_000, 200_000])
  func columns(count: Int) {
    var (state, values) = (UInt64(1), [Double]())
    for _ in 0..<count {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      values.append(Double(state >> 40))
    }
    let series = points(count) { values[$0 - 1] }
    let line = chart(.line(series)), dots = chart(.dots(series))
    // 534 columns of a place and three heights of at most 6 characters each.
    #expect(line.svg.count < 25_000 && dots.svg.count < 25_000)
    let extremes = [values.min()!, values.max()!]
    let axis = Axis(range(extremes, .linear), .linear, from: 254, to: 30, ticks: 6, isTight: false)
    for extreme in extremes {
      let place = Markup.string { $0.place(axis[extreme]!) }
      #expect(
        line.drawn.contains("V\(place)") && dots.drawn.contains(place), "\(extreme) is drawn at \(place)")
    }
  }

  @Test("references are drawn with their labels, and the axis has room for them")
  func references() {
    var chart = chart(.dots([.init(1, 2), .init(2, 2.5)]))
    chart.references = [.init(3.2958, "ln 27 < guessing")]
    #expect(chart.drawn.contains("class=\"reference\""))
    #expect(chart.drawn.contains("ln 27 &lt; guessing</text>"))
    #expect(chart.drawn.contains(">3.5</text>"))
  }

  @Test("series are told apart by patterns, not only by colors, and named in a key that has the same marks")
  func key() {
    let chart = chart(.line([.init(1, 2)]), .band([.init(1, 2, 3)]), .dots([]), .marked([.init(1, 2)]))
    for (number, kind) in ["line", "band", "dots", "line"].enumerated() {
      #expect(chart.key.contains("<path class=\"\(kind) s\(number)\""))
      #expect(chart.key.contains("series \(number)</li>"))
    }
    let style = String(describing: Style.pictures)
    let patterns = (1...7).compactMap { number in
      style.split(separator: ".line.s\(number){stroke-dasharray:").dropFirst().first?.prefix { $0 != "}" }
    }
    #expect(Set(patterns).count == 7)
    #expect(self.chart(.line([.init(1, 2)])).key == "", "One series needs no key.")
  }

  @Test("a marked point says its figures")
  func marked() {
    #expect(chart(.marked([.init(100, 2.5), .init(200, 2)])).drawn.contains("<title>100: 2.5</title>"))
  }

  @Test("a band goes along its upper ends and back along its lower ones")
  func band() {
    let drawn = chart(.band([.init(0, 0, 1), .init(1, 0.5, 1)])).drawn
    #expect(drawn.contains("d=\"M54 30L588 30L588 142L54 254z\""), "\(drawn)")
  }

  @Test("a chart without points, or of infinities, is still a chart")
  func empty() {
    let all: [LineChart.Marks] = [
      .line([]), .dots([.init(1, .nan)]), .band([.init(.infinity, 0, 1)]), .marked([]),
    ]
    for marks in all {
      var empty = chart(marks)
      (empty.xScale, empty.yScale) = (.logarithmic, .logarithmic)
      #expect(empty.drawn.contains("class=\"axis\""))
      #expect(!empty.drawn.contains("nan") && !empty.drawn.contains("inf"))
    }
  }

  @Test("a file of SVG has its colors, its title and its namespace")
  func file() {
    let svg = String(decoding: chart(.line([.init(0, 0)])).svg, as: UTF8.self)
    #expect(
      svg.hasPrefix(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"wide\" viewBox=\"0 0 600 300\" width=\"760\" height=\"380\""
      ))
    #expect(svg.contains("role=\"img\"><title>Loss</title><style>:root{"))
    #expect(svg.hasSuffix("</svg>\n"))
  }
}
