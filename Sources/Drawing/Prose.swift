// Text of a page, in which some words are code or data.

/// A sentence or more, written as a string literal; what is interpolated is escaped like the rest.
///
///     let prose: Prose = "The loss is \(2.31) after \(code: "--steps 1000"), and \(data: name) is a sample."
public struct Prose: Sendable, Equatable, ExpressibleByStringInterpolation {
  /// The text as HTML.
  public private(set) var markup: Markup

  /// A text, all of it escaped.
  public init(_ text: String) {
    markup = Markup()
    markup.text(text)
  }

  /// A literal, all of it escaped.
  public init(stringLiteral text: String) { self.init(text) }

  /// A literal with interpolations.
  public init(stringInterpolation: StringInterpolation) { markup = stringInterpolation.markup }

  /// This text and then another.
  public static func + (first: Prose, second: Prose) -> Prose {
    var both = first
    both.markup.add(second.markup)
    return both
  }

  /// What collects the pieces.
  public struct StringInterpolation: StringInterpolationProtocol {
    fileprivate var markup = Markup()

    /// An empty text.
    public init(literalCapacity: Int, interpolationCount: Int) { markup.reserve(literalCapacity) }

    /// Adds a literal piece.
    public mutating func appendLiteral(_ literal: String) { markup.text(literal) }

    /// Adds text of the program.
    public mutating func appendInterpolation(_ text: String) { markup.text(text) }

    /// Adds a piece that is prose already.
    public mutating func appendInterpolation(_ prose: Prose) { markup.add(prose.markup) }

    /// Adds a figure of four digits that count.
    public mutating func appendInterpolation(_ value: Double) { markup.figure(value) }

    /// Adds a whole number.
    public mutating func appendInterpolation(_ value: Int) { markup.figure(Double(value)) }

    /// Adds code: an option, a name, a formula.
    public mutating func appendInterpolation(code: String) {
      markup.raw("<code>")
      markup.text(code)
      markup.raw("</code>")
    }

    /// Begins a new line.
    public mutating func appendInterpolation(lineBreak: Void) { markup.raw("<br>") }

    /// Adds words that matter.
    public mutating func appendInterpolation(strong: String) {
      markup.raw("<strong>")
      markup.text(strong)
      markup.raw("</strong>")
    }

    /// Adds text from data, which may run from right to left without turning what is around it.
    public mutating func appendInterpolation(data: String) {
      markup.raw("<bdi>")
      markup.text(data)
      markup.raw("</bdi>")
    }
  }
}
