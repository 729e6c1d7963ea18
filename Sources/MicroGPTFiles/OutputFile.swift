// A file written piece by piece, through a buffer.

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A file that is written sequentially, through a buffer of 64 KB.
///
/// Errors are thrown by the write that fills the buffer, by `flush` and by `close`. A file that is not closed
/// loses what the buffer holds.
public final class OutputFile {
  /// The file, as errors name it.
  public let path: String
  private let descriptor: Int32
  /// Whether the file was opened here and is still open.
  private var isOurs = false
  private var buffer: [UInt8] = []
  private static let capacity = 65_536

  /// A new, empty file at `path`; an existing one is truncated.
  ///
  /// - Throws: `FileError` if it cannot be created.
  public convenience init(creating path: String) throws(FileError) {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw FileError(.create, path: path, code: errno) }
    self.init(descriptor: descriptor, path: path)
    isOurs = true
  }

  /// The existing file at `path`, to be continued after its first `length` bytes; those that follow them are removed at
  /// once. A shorter file is filled with zeros.
  ///
  /// - Throws: `FileError` if it cannot be opened, or not be cut, as a pipe or a device.
  public convenience init(continuing path: String, after length: Int) throws(FileError) {
    let descriptor = open(path, O_WRONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileError(.create, path: path, code: errno) }
    self.init(descriptor: descriptor, path: path)
    isOurs = true
    guard ftruncate(descriptor, off_t(length)) == 0, lseek(descriptor, 0, SEEK_END) >= 0 else {
      throw FileError(.write, path: path, code: errno)
    }
  }

  /// The file that is open as `descriptor`, such as 1 for standard output.
  public init(descriptor: Int32, path: String) {
    self.descriptor = descriptor
    self.path = path
    buffer.reserveCapacity(OutputFile.capacity)
  }

  deinit { if isOurs { _ = systemClose(descriptor) } }

  /// Adds `text`.
  ///
  /// - Throws: `FileError` if the buffer is full and cannot be written.
  public func write(_ text: String) throws(FileError) {
    buffer.append(contentsOf: text.utf8)
    if buffer.count >= OutputFile.capacity { try flush() }
  }

  /// Adds `bytes`.
  ///
  /// - Throws: `FileError` if the buffer is full and cannot be written.
  public func write(_ bytes: [UInt8]) throws(FileError) {
    buffer.append(contentsOf: bytes)
    if buffer.count >= OutputFile.capacity { try flush() }
  }

  /// Writes the buffer to the file and empties it.
  ///
  /// - Throws: `FileError` if the buffer cannot be written. It is emptied even then.
  public func flush() throws(FileError) {
    defer { buffer.removeAll(keepingCapacity: true) }
    var done = 0
    while done < buffer.count {
      let written = buffer.withUnsafeBytes {
        systemWrite(descriptor, $0.baseAddress! + done, $0.count - done)
      }
      if written < 0 {
        if errno == EINTR { continue }
        throw FileError(.write, path: path, code: errno)
      }
      done += written
    }
  }

  /// Writes the buffer and waits until the disk has it. Pipes and devices have no disk to wait for.
  ///
  /// - Throws: `FileError` if the buffer cannot be written, or the disk reports that it cannot store it.
  public func synchronize() throws(FileError) {
    try flush()
    #if canImport(Darwin)
      // There fsync only gives the bytes to the drive, which may keep them.
      if fcntl(descriptor, F_FULLFSYNC) == 0 { return }
    #endif
    while fsync(descriptor) != 0 {
      switch errno {
      case EINTR: continue
      case EINVAL, ENOTSUP, EROFS: return
      default: throw FileError(.write, path: path, code: errno)
      }
    }
  }

  /// Writes the buffer and closes the file.
  ///
  /// - Throws: `FileError` if the buffer could not be written. The file is closed even then.
  public func close() throws(FileError) {
    var failure: FileError?
    do { try flush() } catch { failure = error }
    let closed = systemClose(descriptor)
    isOurs = false
    if let failure { throw failure }
    if closed != 0 { throw FileError(.write, path: path, code: errno) }
  }
}
