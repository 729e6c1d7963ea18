@testable import Drawing

extension Markup {
  /// What has been added.
  var string: String { String(decoding: bytes, as: UTF8.self) }

  /// What `contents` adds.
  static func string(_ contents: (inout Markup) -> Void) -> String {
    var markup = Markup()
    contents(&markup)
    return markup.string
  }
}

extension Picture {
  /// The picture's contents.
  var drawn: String { Markup.string { draw(into: &$0) } }
  /// The picture's key.
  var key: String { Markup.string { drawKey(into: &$0) } }
}

extension String {
  /// How often `part` occurs.
  func occurrences(of part: String) -> Int {
    split(separator: part, omittingEmptySubsequences: false).count - 1
  }
}
