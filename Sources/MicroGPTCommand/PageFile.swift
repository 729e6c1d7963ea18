// The file that `--html` writes.

import MicroGPTFiles

/// A page's file, which has been checked and locked before the work for it begins.
struct PageFile {
  private let file: LockedFile

  /// - Parameters:
  ///   - path: The file that `--html` names.
  ///   - mayReplace: Whether a file with contents may be replaced.
  ///   - inputs: The files that are read, with what names them on the line; `-` and `nil` are none.
  /// - Throws: `Failure` if something would be lost, or `FileError` if the file cannot be created.
  init(_ path: String, mayReplace: Bool, inputs: [(option: String, path: String?)]) throws {
    for (option, input) in inputs {
      if let input, input != "-", isSameFile(input, path) {
        throw Failure(
          code: Failure.usage, "'--html \(path)' would overwrite '\(input)' (\(option)). Name another file.")
      }
    }
    if !mayReplace { try refuseToReplace([("--html", path)]) }
    file = try LockedFile(path)
  }

  /// Writes the page, and says where it is.
  func write(_ bytes: [UInt8]) throws(FileError) {
    try file.replace(with: bytes)
    Console.remark("The page is in \(escaped(file.path)).")
  }
}
