import Testing

@testable import Drawing

@Suite("Pages") struct PageTests {
  private func html(_ contents: (inout Page) -> Void) -> String {
    var page = Page(title: "Rivers & <seas>", lead: "How \(strong: "long").")
    contents(&page)
    return String(decoding: page.bytes(footer: "The end."), as: UTF8.self)
  }

  @Test("a page begins as HTML does, and its title is escaped")
  func start() {
    let html = html { _ in }
    #expect(html.hasPrefix("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"))
    #expect(html.contains("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"))
    #expect(html.contains("<title>Rivers &amp; &lt;seas&gt;</title>"))
    #expect(html.contains("<h1>Rivers &amp; &lt;seas&gt;</h1>\n<p>How <strong>long</strong>.</p>"))
    #expect(html.hasSuffix("<footer>The end.</footer>\n</body>\n</html>\n"))
  }

  @Test("a page asks for nothing: no script, no address, no file, not even an icon")
  func requests() {
    let html = html { page in
      page.figure(LineChart(title: "x", x: "x", y: "y", [.init("a", color: 0, .line([.init(0, 1)]))]))
    }
    for part in ["<script", "src=", "url(", "@import", "http:", "https:", "<img", "<iframe", "@font-face"] {
      #expect(!html.contains(part), "\(part)")
    }
    #expect(html.occurrences(of: "href=") == 1 && html.contains("<link rel=\"icon\" href=\"data:,\">"))
  }

  @Test("a page has dark colors, colors for paper and a layout for narrow screens")
  func media() {
    let html = html { _ in }
    for query in ["prefers-color-scheme:dark", "print", "max-width:640px"] {
      #expect(html.contains("@media \(query.contains(":") ? "(\(query))" : query)"), "\(query)")
    }
    #expect(html.contains("break-inside:avoid"))
  }

  @Test("sections, prose, code, figures and tables come in the order in which they were added")
  func order() {
    var table = Table(.number("step"), .text("sample"))
    #expect(table.isEmpty)
    table.row("\(1000)", "\(data: "a<b")")
    let html = html { page in
      page.heading("Heading <1>")
      page.subheading("Part \(data: "&")")
      page.paragraph("Some \(code: "--option <x>") and \(2.5).")
      page.code("a 'b' > c\n")
      page.row { page in
        page.figure(
          HeatMap(title: "<map>", rows: 1, columns: 1, [1], .values), heading: "Map", caption: "Look.")
      }
      page.pair { $0.figure(BarChart(title: "bars", y: "y", [])) }
      page.key(of: HeatMap(title: "x", rows: 1, columns: 1, [2], .sequential, limit: 4))
      page.table(table)
    }
    let parts = [
      "<h2>Heading &lt;1&gt;</h2>", "<h3>Part <bdi>&amp;</bdi></h3>",
      "<p>Some <code>--option &lt;x&gt;</code> and 2.5.</p>", "<pre>a &#39;b&#39; &gt; c\n</pre>",
      "<div class=\"row\">\n<figure>\n<h3>Map</h3>\n<p class=\"scale\">", "<title>&lt;map&gt;</title>",
      "<figcaption>Look.</figcaption>\n</figure>\n</div>",
      "<div class=\"pair\">\n<figure>", "<title>bars</title>", "</figure>\n</div>",
      "<p class=\"scale\"><span>0</span>", "<span>4</span></p>",
      "<th class=\"number\">step</th><th>sample</th>",
      "<tr><td class=\"number\">1,000</td><td><bdi>a&lt;b</bdi></td></tr>",
    ]
    var rest = html[...]
    for part in parts {
      guard let range = rest.firstRange(of: part) else {
        Issue.record("'\(part)' is not there, or not after the part before it.")
        continue
      }
      rest = rest[range.upperBound...]
    }
  }

  @Test("elements are closed in the order in which they were opened")
  func balance() {
    var table = Table(.text(""), .text(""))
    table.row("a", "b")
    let series: [LineChart.Series] = [
      .init("a", color: 0, .line([.init(0, 1)])), .init("b", color: 1, .marked([.init(0, 1)])),
    ]
    let html = html { page in
      page.figure(LineChart(title: "x", x: "x", y: "y", series), caption: "c")
      page.figure(BarChart(title: "x", y: "y", [.init("a", 1)]))
      page.figure(ScatterPlot(title: "x", x: "x", y: "y", [.init("a", 1, 1)]))
      page.figure(HeatMap(title: "x", rows: 1, columns: 1, [1], .gradients))
      page.table(table)
    }
    var open: [Substring] = []
    for tag in html.matches(of: /<(\/?)([a-z0-9]+)[^>]*?(\/?)>/) {
      let (_, end, name, empty) = tag.output
      if !empty.isEmpty || ["meta", "link"].contains(name) { continue }
      if end.isEmpty { open.append(name) } else { #expect(open.popLast() == name) }
    }
    #expect(open.isEmpty)
  }
}
