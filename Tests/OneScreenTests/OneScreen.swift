// The two one-screen files and the lessons as the tests use them: text that is measured, copied, changed in one place,
// and compiled separately, because nothing in the package imports them.

import Foundation
import Testing

/// All tests of the two files and the lessons. They share one workshop, which compiles every distinct copy once.
@Suite(.workshop) enum OneScreen {}

/// One of the two files at the root of the repository.
enum OneScreenFile: String, CaseIterable, CustomTestStringConvertible {
  case scalar = "microgpt.swift"
  case matrix = "microgpt_matrix.swift"

  var testDescription: String { rawValue }

  /// The file in the repository.
  func source() throws -> SourceText {
    SourceText(
      name: rawValue, text: try String(contentsOf: repository.appending(path: rawValue), encoding: .utf8))
  }
}

/// How a copy is compiled.
enum Optimization: String, CaseIterable, CustomTestStringConvertible {
  case none = "-Onone"
  case speed = "-O"
  case unchecked = "-Ounchecked"

  var testDescription: String { rawValue }
}

/// The folder that holds Package.swift and the two files.
let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  .deletingLastPathComponent()

/// The text of a one-screen file or a lesson, or of a copy with changes.
struct SourceText: Hashable {
  /// The file's name.
  let name: String
  private(set) var text: String

  /// A copy with `new` in the place of `old`, which must occur exactly once: otherwise the test would test something
  /// else.
  func replacing(_ old: String, with new: String) throws(ReplacementError) -> SourceText {
    let places = text.ranges(of: old)
    guard places.count == 1 else {
      throw ReplacementError(old: old, name: name, placeCount: places.count)
    }
    var copy = self
    copy.text.replaceSubrange(places[0], with: new)
    return copy
  }

  /// A copy with `code` appended.
  func appending(_ code: String) -> SourceText {
    SourceText(name: name, text: text + "\n" + code + "\n")
  }

  /// The text from the heading DATASET up to the heading that follows RANDOM NUMBERS.
  func sharedSections() throws -> Substring {
    let start = try #require(text.firstMatch(of: /(?m)^\/\/ DATASET:/)).range.lowerBound
    let last = try #require(text.firstMatch(of: /(?m)^\/\/ RANDOM NUMBERS:/)).range.upperBound
    try #require(start < last)
    let end = try #require(text[last...].firstMatch(of: /(?m)^\/\/ [A-Z ]+:/)).range.lowerBound
    return text[start..<end]
  }

  /// A copy that trains for another number of steps.
  func training(steps: Int) throws -> SourceText {
    try replacing("let steps = 1000,", with: "let steps = \(steps),")
  }
}

/// A line to be changed does not occur exactly once.
struct ReplacementError: Error, CustomStringConvertible {
  let old: String
  let name: String
  let placeCount: Int

  var description: String {
    "'\(old)' occurs \(placeCount) times in \(name), not once. Change the test along with the file."
  }
}
