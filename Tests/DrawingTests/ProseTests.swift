import Testing

@testable import Drawing

@Suite("Prose") struct ProseTests {
  @Test("literals and what is interpolated are escaped; code, strong words and data are marked")
  func escaping() {
    let name = "<b>",
      prose: Prose = "1 < 2 & \(name): \(code: "a<b"), \(strong: "x&y"), \(data: "\u{202e}<")."
    #expect(
      prose.markup.string
        == "1 &lt; 2 &amp; &lt;b&gt;: <code>a&lt;b</code>, <strong>x&amp;y</strong>, <bdi>\\u{202E}&lt;</bdi>."
    )
  }

  @Test("numbers are figures, prose in prose is not escaped twice, and lines can be broken")
  func pieces() {
    let inner: Prose = "a & \(12_345)"
    #expect(
      ("\(inner), \(0.5)\(lineBreak: ())\(1e-7)" as Prose).markup.string == "a &amp; 12,345, 0.5<br>1e-7")
    #expect((inner + " b").markup.string == "a &amp; 12,345 b")
  }
}
