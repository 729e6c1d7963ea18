import Foundation
import Testing

@testable import MicroGPTFiles

/// The cache without `curl`; the command's tests cover downloads.
@Suite("The cache of names") struct NamesCacheTests {
  private let folder: TemporaryFolder
  private var cache: NamesCache { NamesCache(folder: folder.path) }

  init() throws { folder = try TemporaryFolder() }

  @Test("the cache is in XDG_CACHE_HOME if that is an absolute path, else in the home folder, else nowhere")
  func folders() {
    #if canImport(Darwin)
      let home = "/home/emma/Library/Caches/microgpt"
    #else
      let home = "/home/emma/.cache/microgpt"
    #endif
    func folder(_ environment: [String: String]) -> String? {
      NamesCache { environment[$0] }?.folder
    }
    #expect(folder(["XDG_CACHE_HOME": "/cache", "HOME": "/home/emma"]) == "/cache/microgpt")
    #expect(folder(["XDG_CACHE_HOME": "/cache"]) == "/cache/microgpt")
    #expect(folder(["HOME": "/home/emma"]) == home)
    #expect(folder(["XDG_CACHE_HOME": "", "HOME": "/home/emma"]) == home)
    #expect(folder(["XDG_CACHE_HOME": "cache", "HOME": "/home/emma"]) == home)
    #expect(folder(["XDG_CACHE_HOME": "cache", "HOME": ""]) == nil)
    #expect(folder([:]) == nil)
  }

  @Test("a file in the cache with another hash is not used")
  func wrongFile() throws {
    try folder.write("emma\nolivia\n", to: "names.txt")
    #expect(cache.names(offline: "it is Sunday") == .unavailable("it is Sunday"))
    #expect(folder.contents == ["names.txt"])
  }

  @Test(
    "the file with the known hash is used, offline too",
    .enabled(
      if: ProcessInfo.processInfo.environment["MICROGPT_SHARED"] != nil,
      "MICROGPT_SHARED is not set: the makemore names are not here."))
  func genuineFile() throws {
    let shared = try #require(ProcessInfo.processInfo.environment["MICROGPT_SHARED"])
    try FileManager.default.copyItem(atPath: shared + "/names.txt", toPath: folder.path + "/names.txt")
    let bytes = try readFile(shared + "/names.txt")
    #expect(cache.names(offline: nil) == .cached(bytes))
    #expect(cache.names(offline: "it is Sunday") == .cached(bytes))
  }

  @Test(
    "after a failure there is no attempt for a day, and the wait is given in whole hours",
    arguments: [
      (0, "24 hours"), (0.5, "24 hours"), (1.02, "23 hours"), (22.5, "2 hours"), (23.5, "1 hour"),
      (23.98, "1 hour"), (-1, "24 hours"),
    ] as [(Double, String)])
  func pause(hours: Double, wait: String) throws {
    try folder.write("", to: "names.txt.failed")
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSinceNow: -3600 * hours)],
      ofItemAtPath: folder.path + "/names.txt.failed")
    #expect(
      cache.names(offline: nil) == .unavailable("the last download failed; the next try is in \(wait)"))
  }
}
