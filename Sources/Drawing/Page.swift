// A page of HTML that is one file: no scripts, no fonts, no pictures to fetch. It is light or dark as the reader's system
// is, fits a telephone and prints on paper.

/// One self-contained page: a title, then sections of prose, pictures and tables in the order in which they are added.
///
///     var page = Page(title: "Rivers", lead: "How long they are.")
///     page.heading("Lengths")
///     page.figure(chart, caption: "The longest is at the left.")
///     page.bytes  // <!doctype html>…
public struct Page: Sendable {
  private var markup = Markup()

  /// A page with a title and a first paragraph.
  public init(title: String, lead: Prose) {
    markup.reserve(1 << 16)
    markup.raw(
      """
      <!doctype html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <title>
      """)
    markup.text(title)
    // Without an icon of its own a page has the browser ask its server for one.
    markup.raw("</title>\n<link rel=\"icon\" href=\"data:,\">\n<style>\n")
    markup.raw(Style.colors)
    markup.raw(Style.pictures)
    markup.raw(Style.page)
    markup.raw("</style>\n</head>\n<body>\n<header>\n<h1>")
    markup.text(title)
    markup.raw("</h1>\n<p>")
    markup.add(lead.markup)
    markup.raw("</p>\n</header>\n<main>\n")
  }

  /// Begins a section.
  public mutating func heading(_ text: String) {
    markup.raw("<h2>")
    markup.text(text)
    markup.raw("</h2>\n")
  }

  /// Begins a part of a section.
  public mutating func subheading(_ prose: Prose) {
    markup.raw("<h3>")
    markup.add(prose.markup)
    markup.raw("</h3>\n")
  }

  /// Adds a paragraph.
  public mutating func paragraph(_ prose: Prose) {
    markup.raw("<p>")
    markup.add(prose.markup)
    markup.raw("</p>\n")
  }

  /// Adds lines of code, or a command line.
  public mutating func code(_ text: String) {
    markup.raw("<pre>")
    markup.text(text)
    markup.raw("</pre>\n")
  }

  /// Adds lines of a program, which are not wrapped on a screen.
  public mutating func listing(_ text: String) {
    markup.raw("<pre class=\"listing\">")
    markup.text(text)
    markup.raw("</pre>\n")
  }

  /// Adds a picture with its key and a caption.
  ///
  /// - Parameters:
  ///   - picture: The picture.
  ///   - heading: What stands above it, if anything.
  ///   - caption: What to look for, below it.
  ///   - hasKey: Whether its key is shown.
  public mutating func figure(
    _ picture: some Picture, heading: Prose? = nil, caption: Prose? = nil, hasKey: Bool = true
  ) {
    markup.raw("<figure>\n")
    if let heading {
      markup.raw("<h3>")
      markup.add(heading.markup)
      markup.raw("</h3>\n")
    }
    if hasKey { picture.drawKey(into: &markup) }
    picture.drawElement(into: &markup)
    if let caption {
      markup.raw("<figcaption>")
      markup.add(caption.markup)
      markup.raw("</figcaption>\n")
    }
    markup.raw("</figure>\n")
  }

  /// Adds the key of a picture, where several pictures share it.
  public mutating func key(of picture: some Picture) { picture.drawKey(into: &markup) }

  /// Adds what `contents` adds side by side, as far as there is room.
  public mutating func row(_ contents: (inout Page) -> Void) {
    markup.raw("<div class=\"row\">\n")
    contents(&self)
    markup.raw("</div>\n")
  }

  /// Adds two figures side by side, on a narrow screen one below the other.
  public mutating func pair(_ contents: (inout Page) -> Void) {
    markup.raw("<div class=\"pair\">\n")
    contents(&self)
    markup.raw("</div>\n")
  }

  /// Adds a table.
  public mutating func table(_ table: Table) { table.write(into: &markup) }

  /// The whole page as UTF-8.
  ///
  /// - Parameter footer: The last line, such as what made the page.
  public func bytes(footer: Prose? = nil) -> [UInt8] {
    var all = markup
    all.raw("</main>\n")
    if let footer {
      all.raw("<footer>")
      all.add(footer.markup)
      all.raw("</footer>\n")
    }
    all.raw("</body>\n</html>\n")
    return all.bytes
  }
}
