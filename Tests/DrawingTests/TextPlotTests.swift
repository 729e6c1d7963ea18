import Testing

@testable import Drawing

/// Plots as text, dot by dot.
@Suite("Plots as text") struct TextPlotTests {
  private typealias Points = [(x: Double, y: Double)]

  private func lines(
    _ curves: [Points], marks: [Character?] = [nil], scale: Scale = .linear, width: Int = 30, height: Int = 8,
    isColored: Bool = false
  ) -> [String] {
    let curves = zip(marks, curves).map { TextPlot.Curve(mark: $0, points: $1) }
    return TextPlot(curves: curves, title: "y by x", scale: scale)
      .lines(width: width, height: height, isColored: isColored)
  }

  @Test("a falling line goes through its dots from corner to corner")
  func falling() {
    #expect(
      lines([[(0, 4), (50, 0)]]) == [
        "y by x",
        "4 ┤⠉⠒⠢⢄⣀",
        "  │     ⠉⠑⠒⠤⢄⡀",
        "2 ┤          ⠈⠉⠒⠢⠤⣀⡀",
        "  │                ⠈⠑⠒⠤⢄⣀",
        "0 ┤                      ⠉⠑⠢⠤⣀",
        "  └┬─────────────────────────┬",
        "   0                        50",
      ])
  }

  @Test("each of the eight dots of a character is the one at its place")
  func dots() {
    // A plot of three rows has 12 dots from bottom to top, of which the corners of the axes take two.
    var found: [Character: (Int, Int)] = [:]
    for column in 0..<2 {
      for row in 0..<4 {
        var canvas = Canvas(rows: 1, columns: 1, drawn: 1)
        let x = Axis(0...1, .linear, from: 0, to: 1, ticks: 2, isTight: true)
        let y = Axis(0...3, .linear, from: 3, to: 0, ticks: 2, isTight: true)
        canvas.draw(.init(mark: nil, points: [(Double(column), Double(3 - row))]), 0, x, y)
        let text = canvas.text(0, isColored: false)
        #expect(text.count == 1)
        found[text.first!] = (column, row)
      }
    }
    // The characters' names say which dots they have: BRAILLE PATTERN DOTS-1 to DOTS-8.
    let expected: [(Character, column: Int, row: Int)] = [
      ("⠁", 0, 0), ("⠂", 0, 1), ("⠄", 0, 2), ("⡀", 0, 3), ("⠈", 1, 0), ("⠐", 1, 1), ("⠠", 1, 2), ("⢀", 1, 3),
    ]
    #expect(found.count == 8)
    for (character, column, row) in expected {
      #expect(found[character]! == (column, row), "\(character)")
    }
  }

  @Test("curves are told apart by marks at their ends, and without color along them too")
  func marks() {
    let curves: [Points] = [[(1, 3), (100, 1)], [(1, 3), (100, 2)]]
    #expect(
      lines(curves, marks: ["A", "B"], width: 50, height: 9) == [
        "y by x",
        "3 ┤⠉⠛⠒⠶A⣒⣤⠤⠤⢄⣀⣀B⡀",
        "  │       ⠉⠉⠒⠢⠤⢄⣈⡉⠉⠉⠑⠒⠒⠒⠤⠤⠤⠤⣀⣀⣀⡀",
        "  │              ⠈⠉⠑⠒⠤⠤A⣀      B⠉⠉⠉⠑⠒⠒⠒⠤⠤⠤⠤⣀⣀⣀⡀",
        "2 ┤                      ⠉⠉⠒⠒⠤⢄⣀⡀             ⠈B",
        "  │                             ⠈⠉⠑⠒⠢⠤⣀A",
        "1 ┤                                     ⠉⠉⠒⠒⠤⠤⣀A",
        "  └─────────────────────┬─────────────────────┬",
        "                        50                   100",
      ])
    let colored = lines(curves, marks: ["A", "B"], width: 50, height: 9, isColored: true).joined()
    #expect(colored.count { $0 == "A" } == 1 && colored.count { $0 == "B" } == 1)
    // One curve alone needs no marks along it.
    #expect(lines([curves[0]], marks: ["A"], width: 50).joined().count { $0 == "A" } == 1)
  }

  @Test("colors are balanced, and without them the dots are the same")
  func colors() {
    let curves: [Points] = [[(1, 3), (100, 1)], [(1, 1), (100, 2)], [(1, 2), (100, 2)]]
    let marks: [Character?] = ["A", "B", "C"]
    let plain = lines(curves, marks: [nil, nil, nil], width: 60, height: 12)
    let colored = lines(curves, marks: [nil, nil, nil], width: 60, height: 12, isColored: true)
    #expect(colored.map { $0.replacing(#/\u{1b}\[[0-9]+m/#, with: "") } == plain)
    let line = lines(curves, marks: marks, width: 60, height: 12, isColored: true).joined()
    #expect(line.matches(of: #/\u{1b}\[3[0-9]m/#).count == line.matches(of: #/\u{1b}\[0m/#).count)
    #expect([36, 33, 35].allSatisfy { line.contains("\u{1b}[\($0)m") })
    #expect(TextPlot.colored("A", curve: 0) == "\u{1b}[36mA\u{1b}[0m")
    #expect(TextPlot.colored("G", curve: 6) == "\u{1b}[36mG\u{1b}[0m")
  }

  @Test("marks of curves that end together have places of their own")
  func endsTogether() {
    let curves: [Points] = Array(repeating: [(0, 1), (9, 0)], count: 5)
    let text = lines(curves, marks: ["A", "B", "C", "D", "E"], isColored: true).joined()
    for mark in "ABCDE" { #expect(text.count { $0 == mark } == 1, "\(mark)") }
  }

  @Test("few values far above all others are cut off, and the title says so")
  func cut() {
    var points: Points = (0...1000).map { (x: Double($0), y: 2 - Double($0) / 1000) }
    for i in 0..<50 { points[i].y = 100 }
    let plot = lines([points], width: 60, height: 12)
    #expect(plot[0] == "y by x (up to 100 is cut off)")
    #expect(plot.contains { $0.hasPrefix("2") || $0.hasPrefix("2.0") })
    #expect(!plot.contains { $0.hasPrefix("100") })
    // As many values far above are shown if they are not few.
    let many: Points = (0...1000).map { (Double($0), $0 < 200 ? 100 : 2) }
    #expect(lines([many], width: 60, height: 12)[0] == "y by x")
  }

  @Test("what comes from above the plot begins at its upper edge")
  func fromAbove() {
    var points: Points = (0...1000).map { (x: Double($0), y: 2 - Double($0) / 1000) }
    points[0].y = 1e9
    let plot = lines([points], width: 60, height: 12)
    // The line from the first point to the second comes down within the first column.
    #expect(plot[1].last != " " && plot[1].dropFirst(5).count <= 3, "\(plot[1])")
  }

  @Test("points that share a part of an axis become one, and interruptions stay")
  func averages() {
    func averaged(_ points: Points, _ parts: Int, _ scale: Scale = .linear) -> [[Double]] {
      TextPlot.averaged(points, over: parts, scale).map { [$0.x, $0.y] }
    }
    let points: Points = [(0, 1), (1, 3), (2, 5), (7, 2), (8, 4), (10, 9)]
    // The parts of 0 to 10 are those around 0, 5 and 10.
    #expect(averaged(points, 3) == [[1, 3], [7, 2], [9, 6.5]])
    #expect(averaged(points, 1000) == points.map { [$0.x, $0.y] })
    #expect(averaged([(1, 1), (2, 3), (40, 5), (100, 7)], 2, .logarithmic) == [[1.5, 2], [70, 6]])
    #expect(averaged([(0, 1), (1, 3)], 2, .logarithmic) == [[1, 3]])
    let gap = TextPlot.averaged([(0, 1), (1, .nan), (2, 5), (100, 2)], over: 3, .linear)
    #expect(gap.map(\.x) == [0, 1, 2, 100] && gap[1].y.isNaN && gap[2].y == 5)
    #expect(averaged([], 3).isEmpty)
  }

  @Test("on a logarithmic axis each doubling takes the same room")
  func logarithmic() {
    let points: Points = (0...10).map { (Double(1 << $0), Double(10 - $0)) }
    let straight: Points = (0...10).map { (Double($0), Double(10 - $0)) }
    let plot = lines([points], scale: .logarithmic, width: 40, height: 10)
    #expect(plot.dropLast(2) == lines([straight], width: 40, height: 10).dropLast(2))
    #expect(plot.last == "    1           10        100      1,000")
    // A logarithmic axis has no place for 0.
    #expect(
      lines([[(0, 5), (1, 1), (8, 2)]], scale: .logarithmic)
        == lines([[(1, 1), (8, 2)]], scale: .logarithmic))
  }

  @Test("a value that is not finite interrupts a curve")
  func gap() {
    let whole = lines([[(0, 1), (1, 1), (2, 1)]])
    let gap = lines([[(0, 1), (1, .nan), (2, 1)]])
    func dots(_ lines: [String]) -> Int {
      lines.joined().unicodeScalars.count { 0x2801...0x28FF ~= $0.value }
    }
    #expect(dots(whole) > 20 && dots(gap) == 2)
  }

  @Test(
    "no line is wider than asked, and there are as many as asked",
    arguments: [(24, 6), (30, 7), (80, 20), (200, 40), (1, 1)])
  func size(width: Int, height: Int) {
    let all: [[Points]] = [
      [[]], [[(1, 2)]], [[(5, 5), (1_000_000, 5)]], [[(1, 0.00001), (10_000_000, 123_456)]],
      [(1...500).map { (Double($0), Double($0 * $0 % 37)) }],
    ]
    for curves in all {
      for scale in [Scale.linear, .logarithmic] {
        let plot = lines(curves, marks: ["A"], scale: scale, width: width, height: height)
        #expect(plot.count == max(height, 6))
        #expect(plot.dropFirst().allSatisfy { $0.count <= max(width, 24) && $0.last != " " }, "\(plot)")
      }
    }
  }

  @Test("labels on the left have the same number of digits after the point")
  func labels() {
    let plot = lines([[(0, 2), (10, 3)]], height: 14)
    #expect(
      plot[1...11].map { $0.prefix(4) }.filter { $0 != "    " } == ["3.00", "2.75", "2.50", "2.25", "2.00"])
    #expect(plot[1...11].allSatisfy { $0.dropFirst(4).first == " " && "│┤".contains($0.dropFirst(5).first!) })
  }

  @Test("a million points take a moment")
  func many() {
    let count = _isDebugAssertConfiguration() ? 20_000 : 1_000_000
    let points: Points = (0..<count).map { (x: Double($0), y: Double($0 % 7)) }
    #expect(lines([points], width: 80, height: 20).count == 20)
  }
}
