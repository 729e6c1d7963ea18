// A file that one process at a time may replace, as a run's checkpoint is replaced again and again.

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A file that no one else can lock until the object is released: `replace(with:)` then never meets another process.
///
///     let file = try LockedFile(path)
///     try file.replace(with: checkpoint.bytes())
///
/// Every replacement puts a new file at the path, so the lock is on a file beside it, `model.safetensors.lock`, which is
/// removed when the object is released. The system releases the lock however the process ends. A killed process leaves
/// the lock's file behind, which does not prevent the next lock.
///
/// The lock is advisory (`flock`): it stops other `LockedFile`s, in this process too, but not programs that write to the
/// file without asking.
///
/// A class, because it owns the lock.
public final class LockedFile {
  /// The file, as the user named it.
  public let path: String
  /// The file itself, where `path` is a link to it.
  private let target: String
  private let lock: Int32
  private var lockPath: String { target + LockedFile.lockSuffix }

  private static let lockSuffix = ".lock", partialSuffix = ".part"
  /// What is appended to the path for the files beside it: the lock's, and the one that is being written.
  public static let suffixes = [lockSuffix, partialSuffix]

  /// Locks the file at `path`, which need not exist. If `path` is a link to a file, that file is locked and replaced,
  /// and the link stays.
  ///
  /// - Throws: `FileError`: of the operation `lock` with `EWOULDBLOCK` if the lock is taken, of `create` if the folder
  ///   cannot be written to or `path` is a folder, a device or a pipe.
  public init(_ path: String) throws(FileError) {
    self.path = path
    try checkIsFileOrNothing(path)
    target = resolvingLinks(path)
    lock = try LockedFile.lock(target + LockedFile.lockSuffix, of: path)
  }

  deinit {
    // If someone has removed the file, the one that is there now may be another process's lock.
    if LockedFile.isFile(lock, at: lockPath) { unlink(lockPath) }
    close(lock)
  }

  /// Replaces the file as a whole, or creates it: `writeFileAtomically(_:to:through:)`.
  ///
  /// - Throws: `FileError` with the operation `replace`; the file is then unchanged.
  public func replace(with bytes: [UInt8]) throws(FileError) {
    // Only the lock's owner uses this name. It is always the same, so that killed processes do not leave ever more files.
    do { try writeFileAtomically(bytes, to: target, through: target + LockedFile.partialSuffix) } catch {
      throw FileError(error.operation, path: path, code: error.code)
    }
  }

  /// The descriptor of the locked file at `lockPath`.
  private static func lock(_ lockPath: String, of path: String) throws(FileError) -> Int32 {
    while true {
      let descriptor = open(lockPath, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
      guard descriptor >= 0 else {
        throw FileError(errno == EISDIR ? .lock : .create, path: path, code: errno)
      }
      guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
        let code = errno
        close(descriptor)
        throw FileError(.lock, path: path, code: code)
      }
      // The process that had the lock may have removed this file after it was opened here.
      guard isFile(descriptor, at: lockPath) else {
        close(descriptor)
        continue
      }
      if !hasContents(lockPath) { return descriptor }
      close(descriptor)
      throw FileError(.lock, path: path, code: EEXIST)
    }
  }

  /// Whether the file that is open as `descriptor` is the one at `path`.
  private static func isFile(_ descriptor: Int32, at path: String) -> Bool {
    var ours = stat(), current = stat()
    return fstat(descriptor, &ours) == 0 && stat(path, &current) == 0 && ours.st_dev == current.st_dev
      && ours.st_ino == current.st_ino
  }
}
