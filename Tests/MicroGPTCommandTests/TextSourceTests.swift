import Foundation
import Testing

@testable import MicroGPTCommand

/// Which text is used if the user names none, and the line that says so. Here `curl` is a script of the test: nothing
/// uses the network.
@Suite("Where the text comes from") struct TextSourceTests {
  private let builtIn = "the built-in names (there is no input.txt, and "
  private let emma = "emma\nolivia\nava\n"
  private let abc = "a\nb\nc\nd\n"

  @Test("--data comes before input.txt, and input.txt before everything else")
  func order() throws {
    let sandbox = try Sandbox(["names.txt": abc, "input.txt": emma])
    #expect(try remark(sandbox, "--data names.txt") == "Learning from 4 documents of names.txt.\n")
    #expect(try remark(sandbox, "--data ./names.txt") == "Learning from 4 documents of ./names.txt.\n")
    try sandbox.curl("exit 22")
    #expect(try remark(sandbox, online: true) == "Learning from 3 documents of input.txt.\n")
    #expect(sandbox.calls == [])
  }

  @Test("a named file that does not exist is not replaced by another text")
  func noReplacement() throws {
    let sandbox = try Sandbox(["input.txt": emma])
    #expect(try sandbox.run("--data names.txt").code == 66)
  }

  @Test("MICROGPT_OFFLINE and --offline keep curl from being called, and say so")
  func offline() throws {
    let sandbox = try Sandbox()
    try sandbox.curl("exit 22")
    let reason = builtIn + "the makemore names are not here: "
    for value in ["1", "yes"] {
      #expect(
        try remark(sandbox, online: true, environment: ["MICROGPT_OFFLINE": value])
          == "Learning from 2,594 documents of \(reason)MICROGPT_OFFLINE is set).\n")
    }
    #expect(
      try remark(sandbox, "--offline", online: true)
        == "Learning from 2,594 documents of \(reason)--offline is set).\n")
    #expect(sandbox.calls == [])
    #expect(sandbox.cached == [])
  }

  @Test("MICROGPT_OFFLINE allows downloads if it is empty or 0", arguments: ["", "0"])
  func notOffline(value: String) throws {
    let sandbox = try Sandbox()
    try sandbox.curl("exit 22")
    _ = try remark(sandbox, online: true, environment: ["MICROGPT_OFFLINE": value])
    #expect(sandbox.calls.count == 1)
  }

  @Test("a download that fails is tried once a day")
  func failure() throws {
    let sandbox = try Sandbox()
    try sandbox.curl("echo half > \"$output\"; exit 28")
    let line = "Learning from 2,594 documents of \(builtIn)the makemore names are not here: "

    #expect(try remark(sandbox, online: true) == line + "they could not be downloaded).\n")
    #expect(sandbox.calls.count == 1)
    #expect(sandbox.cached == ["names.txt.failed"])

    let pause = line + "the last download failed; the next try is in "
    #expect(try remark(sandbox, online: true) == pause + "24 hours).\n")
    try sandbox.age("names.txt.failed", hours: 23.5)
    #expect(try remark(sandbox, online: true) == pause + "1 hour).\n")
    #expect(sandbox.calls.count == 1)

    try sandbox.age("names.txt.failed", hours: 25)
    #expect(try remark(sandbox, online: true) == line + "they could not be downloaded).\n")
    #expect(try remark(sandbox, online: true) == pause + "24 hours).\n")
    #expect(sandbox.calls.count == 2)
  }

  @Test("curl fetches one file within five seconds, fails if the server does, and is silent")
  func request() throws {
    let sandbox = try Sandbox()
    try sandbox.curl("echo out; echo error >&2; exit 22")
    let ending = try sandbox.run(["--steps", "0", "--samples", "0"], environment: sandbox.online)
    #expect(!(ending.output + ending.error).contains("out\n") && !ending.error.contains("error\n"))
    let call = try #require(sandbox.calls.first)
    #expect(
      call.replacing(#/names\.txt\.\d+\.download/#, with: "names.txt.PID.download")
        == "--fail --location --silent --max-time 5 --output \(sandbox.cache)/names.txt.PID.download "
        + "https://raw.githubusercontent.com/karpathy/makemore/988aa59/names.txt")
  }

  @Test("a download is used only if it is the expected file")
  func wrongContent() throws {
    let sandbox = try Sandbox()
    try sandbox.curl("echo emma > \"$output\"")
    let line = "Learning from 2,594 documents of \(builtIn)the makemore names are not here: "
    #expect(try remark(sandbox, online: true) == line + "what was downloaded is not the file expected).\n")
    #expect(sandbox.cached == ["names.txt.failed"])
    _ = try remark(sandbox, online: true)
    #expect(sandbox.calls.count == 1)
  }

  @Test("without curl the built-in names are learned, and no failed attempt is recorded")
  func noCurl() throws {
    let sandbox = try Sandbox()
    let line = "Learning from 2,594 documents of \(builtIn)the makemore names are not here: "
    #expect(try remark(sandbox, online: true) == line + "curl is not installed).\n")
    #expect(sandbox.cached == [])
  }

  @Test("a cache that cannot be written is named, and curl is not called", arguments: ["file", "device"])
  func unwritable(kind: String) throws {
    let sandbox = try Sandbox()
    try sandbox.curl("exit 22")
    var cache = "\(sandbox.root)/file"
    if kind == "file" {
      try Data().write(to: URL(fileURLWithPath: cache))
    } else {
      cache = "/dev/null"
    }
    #expect(
      try remark(sandbox, online: true, environment: ["XDG_CACHE_HOME": cache])
        == "Learning from 2,594 documents of \(builtIn)the makemore names are not here: "
        + "the cache \(cache)/microgpt cannot be written).\n")
    #expect(sandbox.calls == [])
  }

  @Test("a cache folder in which no file can be created is named, and curl is not called")
  func readOnly() throws {
    let sandbox = try Sandbox()
    try sandbox.curl("exit 22")
    // Not even root can create files there, on Linux; elsewhere the link is broken, which works as well.
    try FileManager.default.createSymbolicLink(
      atPath: "\(sandbox.root)/cache/microgpt", withDestinationPath: "/proc/self")
    #expect(
      try remark(sandbox, online: true)
        == "Learning from 2,594 documents of \(builtIn)the makemore names are not here: "
        + "the cache \(sandbox.cache) cannot be written).\n")
    #expect(sandbox.calls == [])
  }

  @Test("the cache is in XDG_CACHE_HOME if that is an absolute path, otherwise in the home folder")
  func folders() throws {
    let sandbox = try Sandbox()
    try sandbox.curl("exit 22")
    #if canImport(Darwin)
      let home = "\(sandbox.root)/home/Library/Caches/microgpt"
    #else
      let home = "\(sandbox.root)/home/.cache/microgpt"
    #endif
    for (variable, folder) in [
      ("\(sandbox.root)/cache", sandbox.cache),
      ("\(sandbox.root)/new/cache", "\(sandbox.root)/new/cache/microgpt"),
      ("cache", home), ("", home), (nil, home),
    ] as [(String?, String)] {
      _ = try remark(sandbox, online: true, environment: ["XDG_CACHE_HOME": variable])
      #expect(FileManager.default.fileExists(atPath: folder + "/names.txt.failed"), "\(variable ?? "unset")")
      try? FileManager.default.removeItem(atPath: folder)
    }
    #expect(!FileManager.default.fileExists(atPath: "\(sandbox.folder)/cache"))
    #expect(
      try remark(sandbox, online: true, environment: ["XDG_CACHE_HOME": nil, "HOME": nil])
        == "Learning from 2,594 documents of \(builtIn)no cache folder for the makemore names).\n")
  }

  @Test("an unexpected file in the cache is not used")
  func wrongFile() throws {
    let sandbox = try Sandbox()
    try sandbox.keep(Data("emma\n".utf8))
    #expect(
      try remark(sandbox)
        == "Learning from 2,594 documents of \(builtIn)the makemore names are not here: "
        + "MICROGPT_OFFLINE is set).\n")
  }

  @Test(
    "the makemore names in the cache are used without calling curl",
    .enabled(if: sharedFolder != nil, "MICROGPT_SHARED is not set: the makemore names are not here."))
  func cached() throws {
    let sandbox = try Sandbox()
    try sandbox.curl("exit 22")
    try sandbox.keep(Data(contentsOf: URL(fileURLWithPath: "\(sharedFolder!)/names.txt")))
    let line =
      "Learning from 32,033 documents of \(sandbox.cache)/names.txt (the makemore names, as there is "
    #expect(try remark(sandbox) == line + "no input.txt).\n")
    #expect(try remark(sandbox, online: true) == line + "no input.txt).\n")
    #expect(sandbox.calls == [])
  }

  @Test(
    "the makemore names are downloaded once, kept complete, and replace a wrong file",
    .enabled(if: sharedFolder != nil, "MICROGPT_SHARED is not set: the makemore names are not here."),
    arguments: [false, true])
  func download(wrongFile: Bool) throws {
    let sandbox = try Sandbox()
    // A complete copy, not yet under its final name.
    try sandbox.curl(
      """
      cp '\(sharedFolder!)/names.txt' "$output"
      if cmp -s "$output" '\(sandbox.cache)/names.txt'; then exit 1; fi
      """)
    if wrongFile { try sandbox.keep(Data("emma\n".utf8)) }
    try sandbox.age("names.txt.failed", hours: 30)
    let line = "Learning from 32,033 documents of \(sandbox.cache)/names.txt (the makemore names, "
    #expect(try remark(sandbox, online: true) == line + "just downloaded, as there is no input.txt).\n")
    #expect(sandbox.cached == ["names.txt"])
    #expect(try remark(sandbox, online: true) == line + "as there is no input.txt).\n")
    #expect(sandbox.calls.count == 1)
  }

  /// The remark of a run without steps and samples.
  private func remark(
    _ sandbox: Sandbox, _ options: String = "", online: Bool = false, environment: [String: String?] = [:]
  ) throws -> String {
    let ending = try sandbox.run(
      ["--steps", "0", "--samples", "0"] + split(options),
      environment: (online ? sandbox.online : [:]).merging(environment) { $1 })
    #expect(ending.code == 0)
    return ending.error
  }
}

extension Sandbox {
  /// An environment in which `curl` is allowed, and is this sandbox's.
  fileprivate var online: [String: String?] { ["MICROGPT_OFFLINE": nil, "PATH": "\(root)/bin"] }

  /// The command's cache folder.
  fileprivate var cache: String { "\(root)/cache/microgpt" }

  /// The names of the files in the cache.
  fileprivate var cached: [String] {
    (try? FileManager.default.contentsOfDirectory(atPath: cache))?.sorted() ?? []
  }

  /// The arguments of every call of `curl`.
  fileprivate var calls: [String] {
    let log = FileManager.default.contents(atPath: "\(root)/calls") ?? Data()
    return String(decoding: log, as: UTF8.self).split(separator: "\n").map(String.init)
  }

  /// Creates a `curl` that records its arguments and then runs this script, with the file to write as `$output`.
  fileprivate func curl(_ body: String) throws {
    let script = """
      #!/bin/sh
      PATH=/usr/bin:/bin
      echo "$*" >> '\(root)/calls'
      while [ $# -gt 1 ]; do
        if [ "$1" = --output ]; then output=$2; fi
        shift
      done
      \(body)

      """
    try write(script, to: "../curl")
    // Copied by a child, because a program that this process has open for writing cannot be executed.
    let ending = try shell("cp ../curl ../bin/curl && chmod 755 ../bin/curl")
    #expect(ending == Ending())
  }

  /// Writes the names' file in the cache.
  fileprivate func keep(_ names: Data) throws {
    try FileManager.default.createDirectory(atPath: cache, withIntermediateDirectories: true)
    try names.write(to: URL(fileURLWithPath: cache + "/names.txt"))
  }

  /// Sets the age of a file in the cache, in hours; creates it if it does not exist.
  fileprivate func age(_ file: String, hours: Double) throws {
    try FileManager.default.createDirectory(atPath: cache, withIntermediateDirectories: true)
    let path = "\(cache)/\(file)"
    if !FileManager.default.fileExists(atPath: path) { try Data().write(to: URL(fileURLWithPath: path)) }
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSinceNow: -3600 * hours)], ofItemAtPath: path)
  }
}
