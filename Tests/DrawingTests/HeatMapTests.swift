import Testing

@testable import Drawing

@Suite("Heat maps") struct HeatMapTests {
  @Test("the stronger a color the larger the number; zero has none, and signs differ")
  func palettes() {
    for (palette, letter) in [(HeatMap.Palette.values, "v"), (.gradients, "g")] {
      let drawn = HeatMap(title: "x", rows: 1, columns: 3, [-2, 0, 1], palette).drawn
      #expect(drawn.contains("<path class=\"n\(letter)\" fill-opacity=\"1\" d=\"M1 1h16v16h-16z\">"))
      #expect(drawn.contains("<path class=\"p\(letter)\" fill-opacity=\"0\" d=\"M17 1h16v16h-16z\">"))
      #expect(drawn.contains("<path class=\"p\(letter)\" fill-opacity=\"0.5\" d=\"M33 1h16v16h-16z\">"))
    }
  }

  @Test("the limit has the full color, and so has what is larger")
  func limit() {
    let drawn = HeatMap(title: "x", rows: 1, columns: 3, [0.25, 4, .infinity], .sequential, limit: 1).drawn
    #expect(drawn.contains("fill-opacity=\"0.25\""))
    #expect(drawn.occurrences(of: "fill-opacity=\"1\"") == 2)
    #expect(HeatMap(title: "x", rows: 1, columns: 2, [0, 0], .values).limit == 1)
  }

  @Test("a cell says its row, its column and its number, escaped")
  func titles() {
    var map = HeatMap(title: "x", rows: 1, columns: 2, [0.1234567, -1], .values)
    #expect(map.drawn.contains("<title>0, 1: −1</title>"))
    (map.rowLabels, map.columnLabels) = (["<"], ["a", "&"])
    #expect(map.drawn.contains("<title>&lt;, a: 0.1235</title>"))
    #expect(map.drawn.contains("<title>&lt;, &amp;: −1</title>"))
    #expect(map.drawn.contains("class=\"letter end\"") && map.drawn.contains("class=\"letter middle\""))
  }

  @Test("a value that is not a number has no cell, and the frame ends before it")
  func gaps() {
    let map = HeatMap(title: "x", rows: 2, columns: 2, [1, .nan, 1, 0], .sequential, limit: 1)
    #expect(map.drawn.occurrences(of: "<title>") == 3)
    #expect(map.drawn.contains("class=\"frame\" d=\"M1 1h16v16h-16zM1 17h32v16h-32z\""))
  }

  @Test("cells show their numbers to a hundredth, paler, and large ones in short")
  func figures() {
    var map = HeatMap(title: "x", rows: 1, columns: 3, [-0.5, 2, 1234.5], .values, limit: 2)
    #expect(!map.drawn.contains("class=\"number middle\""))
    (map.hasFigures, map.cell) = (true, 40)
    #expect(map.drawn.occurrences(of: "class=\"number middle\"") == 3)
    for figure in [">−0.50</text>", ">2.00</text>", ">1,235</text>"] { #expect(map.drawn.contains(figure)) }
    #expect(map.drawn.contains("fill-opacity=\"0.15\"") && map.drawn.contains("fill-opacity=\"0.6\""))
    #expect(!map.drawn.contains("fill-opacity=\"1\""))
  }

  @Test("rows can be higher than cells are wide")
  func rowHeight() {
    var map = HeatMap(title: "x", rows: 2, columns: 3, [0, 0, 0, 0, 0, 1], .values)
    (map.cell, map.rowHeight) = (8, 20)
    #expect(map.size == (26, 42))
    #expect(map.drawn.contains("d=\"M17 21h8v20h-8z\""))
    #expect(map.drawn.contains("class=\"frame\" d=\"M1 1h24v20h-24zM1 21h24v20h-24z\""))
  }

  @Test("labels have room")
  func size() {
    var map = HeatMap(title: "x", rows: 2, columns: 3, [0, 0, 0, 0, 0, 0], .values)
    #expect(map.size == (50, 34))
    (map.rowLabels, map.columnLabels) = (["a", "long"], ["x", "y", "z"])
    #expect(map.size == (92, 51))
  }

  @Test("the key goes from the least to the largest number")
  func key() {
    let map = HeatMap(title: "x", rows: 1, columns: 1, [-3], .values)
    #expect(map.key.contains("<span>−3</span>") && map.key.contains("<span>3</span>"))
    #expect(map.key.occurrences(of: "class=\"nv\"") == 10 && map.key.occurrences(of: "class=\"pv\"") == 11)
    let shares = HeatMap(title: "x", rows: 1, columns: 1, [0.5], .sequential, limit: 1)
    #expect(shares.key.contains("<span>0</span>") && !shares.key.contains("class=\"ns\""))
  }
}
