// The operating system's errors on files.

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Why a file cannot be read or written.
public struct FileError: Error, Equatable, CustomStringConvertible {
  /// The operation that failed.
  public enum Operation: Sendable {
    /// Opening a file for reading, or reading it.
    case read
    /// Creating a file.
    case create
    /// Writing to an open file, or closing it.
    case write
    /// Replacing a file as a whole.
    case replace
    /// Locking a file, so that no other process replaces it.
    case lock
  }

  /// The operation that failed.
  public let operation: Operation
  /// The file, as the user named it, or one of `streams`.
  public let path: String
  /// The system's error number, such as `ENOENT`.
  public let code: Int32

  /// The names of the standard streams, which have no path.
  public static let streams = ["standard input", "standard output", "standard error"]

  /// An error of the system at `path`.
  public init(_ operation: Operation, path: String, code: Int32) {
    self.operation = operation
    self.path = path
    self.code = code
  }

  /// Whether the file is a pipe whose reader has closed it.
  public var isClosedPipe: Bool { code == EPIPE }

  /// A path as messages show it: in quotes, unless it is one of `streams`.
  static func quoted(_ path: String) -> String { streams.contains(path) ? path : "'\(path)'" }

  /// What is wrong, where, and what to do.
  public var description: String {
    let file = FileError.quoted(path)
    let reason = String(cString: strerror(code))
    switch operation {
    case .read:
      let advice =
        switch code {
        case ENOENT, ENOTDIR: " Check its name and folder."
        case EISDIR: " Name a file, such as one inside."
        case EACCES: " Check its permissions."
        default: ""
        }
      return "\(file) cannot be read: \(reason).\(advice)"
    case .create where code == EEXIST:
      return "\(file) is a device or a pipe, which cannot be replaced. Name a file."
    case .create where code == EISDIR:
      return "\(file) is a folder. Name a file, such as one inside."
    case .create:
      return "\(file) cannot be created: \(reason). "
        + "Name a file in a folder that exists and can be written to."
    case .write:
      return "Writing to \(file) failed: \(reason). What was written before is kept, the rest is lost."
    case .replace:
      let advice =
        switch code {
        case ENOSPC, EDQUOT: "Make room on its disk."
        case ENOENT, ENOTDIR: "Make its folder again."
        default: "Check its folder's permissions and its disk."
        }
      return "\(file) cannot be saved: \(reason). If it existed before, it is unchanged. \(advice)"
    case .lock where code == EWOULDBLOCK:
      return
        "\(file) is being saved to by another process. Wait until it ends, or name another file."
    case .lock where code == EEXIST:
      return "\(file) needs '\(path).lock' while it is being saved to, but that has contents. "
        + "Name another file."
    case .lock:
      return "\(file) cannot be locked: \(reason). Name a file in another folder."
    }
  }
}

/// `write(2)`, for types that have their own method of this name.
func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer, _ count: Int) -> Int {
  write(descriptor, bytes, count)
}

/// `close(2)`, likewise.
func systemClose(_ descriptor: Int32) -> Int32 { close(descriptor) }
