import Testing

@testable import Drawing

@Suite("Scatter plots") struct ScatterPlotTests {
  /// Where the marks of a plot are.
  private func places(_ points: [ScatterPlot.Point]) -> [(x: Double, y: Double)] {
    ScatterPlot(title: "x", x: "first", y: "second", points).drawn.split(separator: "<text class=\"mark")
      .dropFirst()
      .map { mark in
        let parts = mark.split(separator: "\"")
        return (Double(parts[2])!, Double(parts[4])!)
      }
  }

  @Test("one unit is as long across as up")
  func unit() {
    let found = places([.init("a", -3, 0), .init("b", 3, 0), .init("c", 0, 1), .init("d", 0, -1)])
    let across = found[1].x - found[0].x, up = found[3].y - found[2].y
    #expect(abs(across - 3 * up) < 0.3, "\(across) across, \(up) up")
  }

  @Test("larger values are right and up, and every mark is inside the picture")
  func inside() {
    let found = places([.init("a", -5, 90), .init("b", 12, -40), .init("c", 0.5, 0.25)])
    #expect(found[0].x < found[1].x && found[0].y < found[1].y)
    for place in found { #expect((10...590).contains(place.x) && (20...380).contains(place.y)) }
  }

  @Test("marks have colors by group and say their figures; what is not finite is left out")
  func marks() {
    let plot = ScatterPlot(
      title: "x", x: "first", y: "second",
      [.init("<", 1, 2, color: 3), .init("b", .nan, 0), .init("c", 0, .infinity)])
    #expect(
      plot.drawn.contains("class=\"mark middle f3\"") && plot.drawn.contains("<title>&lt;: 1, 2</title>"))
    #expect(plot.drawn.occurrences(of: "class=\"mark") == 1)
  }

  @Test("the key names the groups that are used, if there are several")
  func key() {
    var plot = ScatterPlot(
      title: "x", x: "first", y: "second", [.init("a", 1, 2), .init("b", 2, 1, color: 2)])
    plot.groups = ["letters", nil, "<others>"]
    #expect(plot.key.contains("class=\"f0\"") && plot.key.contains("letters</li>"))
    #expect(plot.key.contains("class=\"f2\"") && plot.key.contains("&lt;others&gt;</li>"))
    #expect(plot.key.occurrences(of: "<li>") == 2)
    plot.groups = ["letters"]
    #expect(plot.key == "")
  }

  @Test("no points, and points at one place, have a picture")
  func degenerate() {
    #expect(ScatterPlot(title: "x", x: "first", y: "second", []).drawn.contains("class=\"grid\""))
    #expect(places([.init("a", 0, 0), .init("b", 0, 0)]).count == 2)
  }
}
