// What all pictures share: how they stand on a page, or alone as a file of SVG.

/// A picture that can be drawn as SVG, with a key that explains its colors.
public protocol Picture {
  /// The size of the drawing in its own units. A wide one, of more than 500, is shown as wide as there is room; others are
  /// shown in their size, and smaller where there is less room.
  var size: (width: Int, height: Int) { get }
  /// What the picture shows, for readers who do not see it.
  var title: String { get }
  /// Adds the contents of the `svg` element.
  func draw(into markup: inout Markup)
  /// Adds the key as HTML, if the picture has one.
  func drawKey(into markup: inout Markup)
}

extension Picture {
  /// Adds nothing: a picture of one color needs no key.
  public func drawKey(into markup: inout Markup) {}

  /// Adds the `svg` element.
  ///
  /// - Parameters:
  ///   - markup: What it is added to.
  ///   - isFile: Whether it stands alone, in a file of its own, with the colors that a page would have.
  func drawElement(into markup: inout Markup, isFile: Bool = false) {
    let (width, height) = size
    markup.raw("<svg ")
    if isFile { markup.raw("xmlns=\"http://www.w3.org/2000/svg\" ") }
    // A wide picture is scaled up on a wide screen and down on a narrow one, its text less so.
    let isWide = width > 500, shown = isFile && isWide ? 760 : width
    markup.raw(isWide ? "class=\"wide\" " : "")
    markup.raw("viewBox=\"0 0 ")
    markup.integer(width)
    markup.raw(" ")
    markup.integer(height)
    markup.raw("\" width=\"")
    markup.integer(shown)
    markup.raw("\" height=\"")
    markup.integer(height * shown / max(width, 1))
    markup.raw("\" role=\"img\"><title>")
    markup.text(title)
    markup.raw("</title>")
    if isFile {
      markup.raw("<style>")
      markup.raw(Style.colors)
      markup.raw(Style.pictures)
      markup.raw("svg{background:var(--ground)}</style>")
    }
    draw(into: &markup)
    markup.raw("</svg>\n")
  }

  /// The picture as a file of SVG.
  public var svg: [UInt8] {
    var markup = Markup()
    drawElement(into: &markup, isFile: true)
    return markup.bytes
  }
}

extension Markup {
  /// Adds a text of a picture.
  ///
  /// - Parameters:
  ///   - kind: The classes of the element.
  ///   - x: Where it begins, or ends or has its middle, by its class.
  ///   - y: The line that it stands on.
  ///   - text: The text.
  mutating func label(_ kind: StaticString, _ x: Double, _ y: Double, _ text: String) {
    label(kind, x, y) { $0.text(text) }
  }

  /// The same with text that is written by `contents`.
  mutating func label(
    _ kind: StaticString, _ x: Double, _ y: Double, _ contents: (inout Markup) -> Void
  ) {
    raw("<text class=\"")
    raw(kind)
    raw("\" x=\"")
    place(x)
    raw("\" y=\"")
    place(y)
    raw("\">")
    contents(&self)
    raw("</text>")
  }

  /// Adds a point of a path after a command such as `M`.
  mutating func point(_ command: StaticString, _ x: Double, _ y: Double) {
    raw(command)
    place(x)
    raw(" ")
    place(y)
  }
}
