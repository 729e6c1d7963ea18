// Whole files: read into memory, and written atomically.

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The bytes of the file at `path`, or of standard input for `-`.
///
/// - Throws: `FileError` if it cannot be opened or read, or is a folder.
/// - Complexity: O(*n*).
public func readFile(_ path: String) throws(FileError) -> [UInt8] {
  let descriptor = path == "-" ? STDIN_FILENO : open(path, O_RDONLY)
  guard descriptor >= 0 else { throw FileError(.read, path: path, code: errno) }
  defer { if path != "-" { close(descriptor) } }

  var status = stat(), code: Int32 = 0
  let expected = fstat(descriptor, &status) == 0 ? Int(status.st_size) : 0
  // One byte more than the file has shows that it has no more.
  let capacity = max(expected, 65_535) + 1
  var bytes = [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
    (count, code) = fill(UnsafeMutableRawBufferPointer(buffer), from: descriptor)
  }
  // A pipe, whose length is unknown, or a file that is being written to.
  var isFull = bytes.count == capacity
  while isFull && code == 0 {
    let room = bytes.count, start = bytes.count
    var got = 0
    bytes.append(contentsOf: repeatElement(0, count: room))
    bytes.withUnsafeMutableBytes {
      (got, code) = fill(UnsafeMutableRawBufferPointer(rebasing: $0[start...]), from: descriptor)
    }
    bytes.removeLast(room - got)
    isFull = got == room
  }
  if code != 0 { throw FileError(.read, path: path == "-" ? "standard input" : path, code: code) }
  return bytes
}

/// Reads until the buffer is full or the file ends.
///
/// - Returns: The number of bytes read, and the code of the error that came then, or 0.
private func fill(_ buffer: UnsafeMutableRawBufferPointer, from descriptor: Int32) -> (Int, Int32) {
  var count = 0
  while count < buffer.count {
    let got = read(descriptor, buffer.baseAddress! + count, buffer.count - count)
    if got == 0 { break }
    if got > 0 { count += got } else if errno != EINTR { return (count, errno) }
  }
  return (count, 0)
}

/// Whether there is a file or folder at `path`.
public func fileExists(_ path: String) -> Bool { access(path, F_OK) == 0 }

/// Whether both paths refer to the same file or folder, or would if there were one.
public func isSameFile(_ first: String, _ second: String) -> Bool {
  var one = stat(), other = stat()
  switch (stat(first, &one), stat(second, &other)) {
  case (0, 0): return one.st_dev == other.st_dev && one.st_ino == other.st_ino
  case (0, _), (_, 0): return false
  default:
    let names = [first, second].map { $0.split(separator: "/").last }
    let folders = [first, second].map { folder(of: $0) }
    return names[0] == names[1] && fileExists(folders[0]) && isSameFile(folders[0], folders[1])
  }
}

/// Whether the file at `path` is a regular file that is not empty, so that overwriting it loses something. Pipes and
/// devices have no contents to lose.
public func hasContents(_ path: String) -> Bool {
  var status = stat()
  return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG && status.st_size > 0
}

/// The file itself, where `path` is a link to it; `path` as it is if there is no file.
public func resolvingLinks(_ path: String) -> String {
  let resolved = realpath(path, nil)
  defer { free(resolved) }
  return resolved.map { String(cString: $0) } ?? path
}

/// Checks that `path` is a file or nothing.
///
/// - Throws: `FileError` with the operation `create`, if it is a folder, a pipe or a device.
func checkIsFileOrNothing(_ path: String) throws(FileError) {
  var status = stat()
  if stat(path, &status) == 0, status.st_mode & S_IFMT != S_IFREG {
    throw FileError(.create, path: path, code: status.st_mode & S_IFMT == S_IFDIR ? EISDIR : EEXIST)
  }
}

/// Checks that `writeFileAtomically` can create a file at `path`, before there is anything to write.
///
/// - Throws: `FileError` with the operation `create`, if its folder does not take new files, or `path` is a folder, a pipe or
///   a device, whose place a file should not take.
public func checkCanReplace(_ path: String) throws(FileError) {
  try checkIsFileOrNothing(path)
  let temporary = "\(path).\(getpid()).part"
  unlink(temporary)
  do throws(FileError) { try OutputFile(creating: temporary).close() } catch {
    throw FileError(.create, path: path, code: error.code)
  }
  unlink(temporary)
}

/// Writes a file completely or not at all, even if the process or the machine stops meanwhile: the bytes go to a
/// temporary file in the same folder, which is renamed once they are on the disk.
///
/// A link at `path` is replaced, not the file that it leads to. The new file has the permissions of the former one.
///
/// - Parameters:
///   - bytes: The whole contents.
///   - path: The file to create or replace.
///   - temporary: The temporary file, in the same folder; by default a name that only this process uses. A file that is
///     there already is removed.
///   - isDurable: Whether to wait until the disk has the file, some milliseconds. Without, a machine that stops may lose it.
/// - Throws: `FileError` with the operation `replace`; the file is then unchanged and the temporary one removed.
public func writeFileAtomically(
  _ bytes: [UInt8], to path: String, through temporary: String? = nil, isDurable: Bool = true
) throws(FileError) {
  let temporary = temporary ?? "\(path).\(getpid()).part"
  do throws(FileError) {
    // A process that was killed may have left it; if it is a link, the file it leads to is not ours to write.
    unlink(temporary)
    let file = try OutputFile(creating: temporary)
    var former = stat()
    if stat(path, &former) == 0 { chmod(temporary, former.st_mode & 0o777) }
    try file.write(bytes)
    if isDurable { try file.synchronize() }
    try file.close()
    guard rename(temporary, path) == 0 else { throw FileError(.replace, path: path, code: errno) }
  } catch {
    unlink(temporary)
    throw FileError(.replace, path: path, code: error.code)
  }
  if isDurable { synchronizeFolder(of: path) }
}

/// Waits until the disk has a renamed file's new name. Failures are ignored: some file systems cannot do this, and
/// without it the path leads to the former file or to the new one, both of which are complete.
private func synchronizeFolder(of path: String) {
  let folder = open(folder(of: path), O_RDONLY | O_CLOEXEC)
  guard folder >= 0 else { return }
  fsync(folder)
  close(folder)
}

/// The folder that a file is in, or would be.
private func folder(of path: String) -> String {
  guard let slash = path.lastIndex(of: "/") else { return "." }
  return slash == path.startIndex ? "/" : String(path[..<slash])
}

/// Creates the folder at `path` and those above it, if they do not exist.
///
/// - Throws: `FileError` for the first that cannot be created, or that is a file.
public func createFolder(_ path: String) throws(FileError) {
  var status = stat()
  if stat(path, &status) == 0 {
    if status.st_mode & S_IFMT == S_IFDIR { return }
    throw FileError(.create, path: path, code: ENOTDIR)
  }
  if let slash = path.lastIndex(of: "/"), slash > path.startIndex {
    try createFolder(String(path[..<slash]))
  }
  guard mkdir(path, 0o777) == 0 || errno == EEXIST else {
    throw FileError(.create, path: path, code: errno)
  }
}
