// The lines of a file, one after the other, in memory for one line and a piece of the file.

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Reads a file's lines in one pass, in pieces of 256 KB: a file of any length takes as much memory as its longest line.
///
///     let lines = try LineReader("run.jsonl")
///     while let line = try lines.next() { print(lines.bytes[line].count) }
///
/// Lines end with a line feed, which does not belong to them. What follows the last one is a line unless it is empty.
package final class LineReader {
  /// The piece of the file that is in memory.
  package private(set) var bytes: [UInt8]
  /// Whether the last line that was read ended with a line feed.
  package private(set) var isTerminated = true
  private let descriptor: Int32
  /// The file, as errors name it.
  private let path: String
  /// Where the next line begins in `bytes`, up to where no line feed was found, and where the bytes end that were read.
  private var start = 0, searched = 0, end = 0
  private var isAtEnd = false

  /// Opens the file at `path`, or takes standard input for `-`.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - capacity: The bytes of a piece.
  /// - Throws: `FileError` if the file cannot be opened.
  package init(_ path: String, capacity: Int = 262_144) throws(FileError) {
    descriptor = path == "-" ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileError(.read, path: path, code: errno) }
    self.path = path == "-" ? "standard input" : path
    bytes = [UInt8](repeating: 0, count: capacity)
  }

  deinit { if descriptor != STDIN_FILENO { _ = systemClose(descriptor) } }

  /// The next line, as a range of `bytes` that is valid until the next call; `nil` after the last one.
  ///
  /// - Throws: `FileError` if the file cannot be read.
  package func next() throws(FileError) -> Range<Int>? {
    while true {
      if let feed = lineFeed() {
        defer { (start, searched) = (feed + 1, feed + 1) }
        return start..<feed
      }
      searched = end
      if isAtEnd {
        guard start < end else { return nil }
        isTerminated = false
        defer { start = end }
        return start..<end
      }
      try fill()
    }
  }

  /// Where the next line feed is, among the bytes that were read.
  private func lineFeed() -> Int? {
    bytes.withUnsafeBytes { bytes in
      guard searched < end, let base = bytes.baseAddress,
        let found = memchr(base + searched, 0x0A, end - searched)
      else { return nil }
      return base.distance(to: UnsafeRawPointer(found))
    }
  }

  /// Reads more bytes after those of the line that has begun.
  private func fill() throws(FileError) {
    if start > 0 {
      let (start, end) = (start, end)
      bytes.withUnsafeMutableBytes { bytes in
        _ = memmove(bytes.baseAddress!, bytes.baseAddress! + start, end - start)
      }
      (self.start, searched, self.end) = (0, searched - start, end - start)
    }
    if end == bytes.count { bytes.append(contentsOf: repeatElement(0, count: bytes.count)) }
    while true {
      let (descriptor, end) = (descriptor, end)
      let got = bytes.withUnsafeMutableBytes { read(descriptor, $0.baseAddress! + end, $0.count - end) }
      if got < 0, errno == EINTR { continue }
      if got < 0 { throw FileError(.read, path: path, code: errno) }
      isAtEnd = got == 0
      self.end += got
      return
    }
  }
}
