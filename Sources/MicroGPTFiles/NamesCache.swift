// The makemore names, the data of microgpt.py: downloaded once with curl, then kept in the user's cache folder.
// Only the file with the known hash is ever used.

import MicroGPT

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The names of makemore's commit 988aa59 in a cache folder.
public struct NamesCache: Sendable {
  /// Where the names come from.
  public static let address = "https://raw.githubusercontent.com/karpathy/makemore/988aa59/names.txt"
  /// The SHA-256 of the file.
  public static let sha256 = "0a30b5557f192f32ab962680889aac5f6fda0f4cecf40a6d0b5694f58ea8cc4d"
  /// Seconds to wait after a failed attempt.
  static let pause = 24 * 60 * 60

  /// The folder of the cache.
  public let folder: String
  /// The file of the names, once they are downloaded.
  public var path: String { folder + "/names.txt" }
  /// An empty file, modified at the last failed attempt.
  var failurePath: String { folder + "/names.txt.failed" }

  /// A cache in `folder`.
  public init(folder: String) { self.folder = folder }

  /// The user's cache: in `XDG_CACHE_HOME` if that is set, otherwise in the system's folder for caches. `nil` if
  /// neither is known.
  public init?(environment: (String) -> String?) {
    if let cache = environment("XDG_CACHE_HOME"), cache.utf8.first == UInt8(ascii: "/") {
      folder = cache + "/microgpt"
    } else if let home = environment("HOME"), !home.isEmpty {
      #if canImport(Darwin)
        folder = home + "/Library/Caches/microgpt"
      #else
        folder = home + "/.cache/microgpt"
      #endif
    } else {
      return nil
    }
  }

  /// The names, or why there are none.
  public enum Result: Sendable, Equatable {
    /// They were in the cache.
    case cached([UInt8])
    /// They have been downloaded and kept.
    case downloaded([UInt8])
    /// They are not available. The reason is a clause that reads well after "because".
    case unavailable(String)
  }

  /// The names from the cache, or downloaded into it.
  ///
  /// - Parameter offline: Why a download must not be tried, as a clause; `nil` if it may be.
  public func names(offline: String?) -> Result {
    if let bytes = try? readFile(path), NamesCache.isGenuine(bytes) { return .cached(bytes) }
    if let offline { return .unavailable(offline) }
    if let age = secondsSinceFailure(), age < NamesCache.pause {
      let hours = (NamesCache.pause - age + 3599) / 3600
      return .unavailable(
        "the last download failed; the next try is in \(hours) \(hours == 1 ? "hour" : "hours")")
    }
    return download()
  }

  private static func isGenuine(_ bytes: [UInt8]) -> Bool {
    var digest = SHA256()
    digest.update(bytes)
    return digest.hexString == sha256
  }

  private func download() -> Result {
    let part = "\(path).\(getpid()).download"
    defer { unlink(part) }
    do {
      try createFolder(folder)
      // Fails here, before the network is used, if the folder cannot be written.
      try OutputFile(creating: part).close()
      let status = run(
        "curl", ["--fail", "--location", "--silent", "--max-time", "5", "--output", part, NamesCache.address])
      // This is not recorded as a failed attempt, so that a user who installs curl need not wait a day.
      guard let status else { return .unavailable("curl is not installed") }
      guard status == 0 else {
        rememberFailure()
        return .unavailable("they could not be downloaded")
      }
      let bytes = try readFile(part)
      guard NamesCache.isGenuine(bytes) else {
        rememberFailure()
        return .unavailable("what was downloaded is not the file expected")
      }
      guard rename(part, path) == 0 else { throw FileError(.create, path: path, code: errno) }
      unlink(failurePath)
      return .downloaded(bytes)
    } catch {
      rememberFailure()
      return .unavailable("the cache \(folder) cannot be written")
    }
  }

  private func secondsSinceFailure() -> Int? {
    var status = stat()
    guard stat(failurePath, &status) == 0 else { return nil }
    #if canImport(Darwin)
      let modified = status.st_mtimespec.tv_sec
    #else
      let modified = status.st_mtim.tv_sec
    #endif
    return max(0, time(nil) - modified)
  }

  private func rememberFailure() {
    unlink(failurePath)
    try? OutputFile(creating: failurePath).close()
  }

  /// Runs a program found by `PATH`, without input and output.
  ///
  /// - Returns: Its exit status, or `nil` if there is no such program.
  private func run(_ program: String, _ arguments: [String]) -> Int32? {
    var words: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map { strdup($0) } + [nil]
    defer { for word in words { free(word) } }
    #if canImport(Darwin)
      var actions: posix_spawn_file_actions_t?
    #else
      var actions = posix_spawn_file_actions_t()
    #endif
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for (descriptor, mode) in [
      (STDIN_FILENO, O_RDONLY), (STDOUT_FILENO, O_WRONLY), (STDERR_FILENO, O_WRONLY),
    ] {
      posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", mode, 0)
    }
    var child = pid_t()
    guard posix_spawnp(&child, program, &actions, nil, &words, environ) == 0 else { return nil }
    var status: Int32 = 0
    while waitpid(child, &status, 0) < 0 { if errno != EINTR { return nil } }
    // C libraries that fork before they look for the program report a missing one by this status, as shells do.
    return status == 127 << 8 ? nil : status
  }
}
