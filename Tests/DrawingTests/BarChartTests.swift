import Testing

@testable import Drawing

@Suite("Bar charts") struct BarChartTests {
  @Test("bars begin at 0, as high as their values, with labels below")
  func bars() {
    let chart = BarChart(
      title: "x", y: "nats", [.init("a", 1), .init("<", 2, note: ", 7 times"), .init("c", .nan)])
    #expect(
      chart.drawn.contains("<path class=\"bar\" d=\"M167.5 212V121H207.5V212z\"><title>a: 1</title>"),
      "\(chart.drawn)")
    #expect(chart.drawn.contains("V30H474.5V212z\"><title>&lt;: 2, 7 times</title>"), "\(chart.drawn)")
    #expect(chart.drawn.occurrences(of: "class=\"bar\"") == 2)
    #expect(chart.drawn.contains(">&lt;</text>"))
  }

  @Test("references are drawn, and a chart without bars is one")
  func references() {
    var chart = BarChart(title: "x", y: "nats", [])
    chart.references = [.init(2, "mean")]
    #expect(chart.drawn.contains("mean</text>") && chart.drawn.contains("class=\"axis\""))
  }
}
