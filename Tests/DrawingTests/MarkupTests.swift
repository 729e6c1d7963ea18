import Testing

@testable import Drawing

@Suite("Markup") struct MarkupTests {
  @Test("text cannot open an element, an entity or leave an attribute")
  func escaping() {
    #expect(
      Markup.string { $0.text("<script src='x'>\"&amp;\"</script>") }
        == "&lt;script src=&#39;x&#39;&gt;&quot;&amp;amp;&quot;&lt;/script&gt;")
  }

  @Test("control characters and bidirectional overrides become visible, line ends and other scripts stay")
  func invisible() {
    #expect(
      Markup.string { $0.text("a\u{0}\u{1b}[2J\u{7f}\u{85}\u{202e}b\u{2066}\u{200f}\u{feff}") }
        == "a\\u{0}\\u{1B}[2J\\u{7F}\\u{85}\\u{202E}b\\u{2066}\\u{200F}\\u{FEFF}")
    for value in [0xfdd0, 0xfffe, 0x1ffff, 0x10fffe] as [UInt32] {
      let text = String(Character(Unicode.Scalar(value)!))
      #expect(Markup.string { $0.text(text) } == "\\u{\(String(value, radix: 16, uppercase: true))}")
    }
    #expect(Markup.string { $0.text("a\n\tשלום é 中 🙂") } == "a\n\tשלום é 中 🙂")
  }

  @Test("every Unicode scalar gives valid UTF-8 without a character that HTML forbids")
  func allScalars() {
    var markup = Markup()
    for value in (0...0x10_ffff as ClosedRange<UInt32>) {
      guard let scalar = Unicode.Scalar(value) else { continue }
      markup.text(String(scalar))
    }
    let text = String(validating: markup.bytes, as: UTF8.self)
    let found = text?.unicodeScalars.contains { isInvisible($0) && $0 != "\n" && $0 != "\t" || $0 == "<" }
    #expect(found == false)
  }

  @Test("a label can always be seen")
  func labels() {
    let labels = " \n\t\u{301}\u{1b}\u{200d}\u{a0}aé中".unicodeScalars.map(\.label)
    #expect(labels == ["␣", "⏎", "⇥", "◌\u{301}", "U+001B", "U+200D", "U+00A0", "a", "é", "中"])
  }
}
