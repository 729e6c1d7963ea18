import Testing

@testable import Drawing

@Suite("Pictures") struct PictureTests {
  private struct Square: Picture {
    var size: (width: Int, height: Int)
    let title = "<square>"
    func draw(into markup: inout Markup) { markup.point("M", 1, 2.25) }
  }

  private func element(_ width: Int) -> String {
    Markup.string { Square(size: (width, 100)).drawElement(into: &$0) }
  }

  @Test("an element has its size, its title and its contents, and says that it is a picture")
  func element() {
    #expect(
      element(200)
        == "<svg viewBox=\"0 0 200 100\" width=\"200\" height=\"100\" role=\"img\">"
        + "<title>&lt;square&gt;</title>M1 2.3</svg>\n")
  }

  @Test("only a wide picture is scaled up")
  func wide() {
    #expect(element(501).hasPrefix("<svg class=\"wide\" viewBox") && element(500).hasPrefix("<svg viewBox"))
    let file = String(decoding: Square(size: (600, 100)).svg, as: UTF8.self)
    #expect(file.contains("viewBox=\"0 0 600 100\" width=\"760\" height=\"126\""))
  }

  @Test("a picture of one color needs no key")
  func key() { #expect(Square(size: (10, 10)).key == "") }
}
