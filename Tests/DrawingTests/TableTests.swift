import Testing

@testable import Drawing

@Suite("Tables") struct TableTests {
  private func html(_ table: Table) -> String { Markup.string { table.write(into: &$0) } }

  @Test("numbers end at the right, headings are escaped")
  func columns() {
    var table = Table(.number("step"), .text("<sample>"))
    table.row("\(1000)", "a & b")
    #expect(
      html(table) == """
        <div class="table"><table>
        <thead><tr><th class="number">step</th><th>&lt;sample&gt;</th></tr></thead>
        <tbody>
        <tr><td class="number">1,000</td><td>a &amp; b</td></tr>
        </tbody></table></div>

        """)
  }

  @Test("without headings there is no row of them")
  func headings() {
    var table = Table(.text(""), .text(""))
    #expect(table.isEmpty)
    table.row("a", "b")
    #expect(!table.isEmpty && !html(table).contains("<th"))
  }
}
