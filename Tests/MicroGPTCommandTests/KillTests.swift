import Foundation
import MicroGPT
import Testing

@testable import MicroGPTCommand

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Runs that are killed: whatever the moment, the files that they leave lead to the bytes of a run that never stopped.
@Suite("Killed runs") struct KillTests {
  @Test("a run killed fifty times goes on to the bytes of one that never stopped")
  func random() throws {
    // More steps than any machine takes in this time: each sitting ends by a signal or a limit.
    let options = "\(SavedRun.tiny) --steps 1000000000 --held-out 0.1 --eval-every 20"
    let sandbox = try Sandbox(["input.txt": SavedRun.names])
    var random = PythonRandom(seed: 1), delay = 0.05, saved = 0, progress = 0
    for _ in 1...50 {
      // Killed before the first save, a run begins again.
      let line = saved == 0 ? "\(options) \(SavedRun.save) --force" : SavedRun.resume
      let child = try sandbox.start("\(line) --save-every 20", output: "../streams/output")
      usleep(UInt32(random.uniform() * delay * 1e6))
      #expect(try child.stop() == -SIGKILL)
      let former = saved
      if try sandbox.files().contains("model.safetensors") {
        saved = try checkpoint(in: sandbox).state.completedSteps
      }
      progress += saved > former ? 1 : 0
      // About half of the sittings come to their first save, on slow machines, too.
      delay *= saved > former ? 0.9 : 1.1
    }
    #expect(progress >= 10)

    let last = try sandbox.run("\(SavedRun.resume) --stop-after 30")
    #expect(last.code == 0)
    let whole = try SavedRun("\(options) --stop-after \(saved + 30)")
    let result = try SavedRun.Result(sandbox, []), expected = try whole.result
    #expect(result.checkpoint == expected.checkpoint && result.best == expected.best)
    #expect(result.log.utf8.elementsEqual(expected.log.utf8))
    #expect(try checkpoint(in: sandbox).state.completedSteps == saved + 30)
  }

  @Test("a run killed at any system call of its saves goes on to the same bytes", strace)
  func everySystemCall() throws {
    let options = "\(SavedRun.tiny) --steps 4 --held-out 0.1 --eval-every 2 --samples 2 --quiet"
    let line = "\(options) --save-every 2 \(SavedRun.save)"
    let expected = try SavedRun(options).result
    let calls = try SystemCall.all(in: line)
    #expect(calls.map(\.name).filter { $0 == "rename" }.count == 4)

    var hits = 0
    for call in calls {
      let sandbox = try Sandbox(["input.txt": SavedRun.names])
      let killed = try sandbox.strace(line, injecting: call, "signal=KILL")
      hits += killed.code == -SIGKILL ? 1 : 0
      let isSaved = try sandbox.files().contains("model.safetensors")
      let ending = try sandbox.run(isSaved ? SavedRun.resume : "\(line) --force")
      #expect(ending.code == 0, "killed at \(call): \(ending.error)")
      let result = try SavedRun.Result(sandbox, [ending.output])
      #expect(
        result.checkpoint == expected.checkpoint && result.best == expected.best && result.log == expected.log
          && result.end == expected.end, "killed at \(call)")
    }
    // A slow machine may write the log in more pieces when the calls are counted than later.
    #expect(hits >= calls.count - 2)
  }

  @Test(
    "a save that fails keeps the former checkpoint, and the next save repairs it", strace,
    arguments: [
      (
        "openat", "EACCES",
        "Permission denied. If it existed before, it is unchanged. Check its folder's permissions and its disk."
      ),
      (
        "write", "ENOSPC",
        "No space left on device. If it existed before, it is unchanged. Make room on its disk."
      ),
      (
        "fsync", "ENOSPC",
        "No space left on device. If it existed before, it is unchanged. Make room on its disk."
      ),
      (
        "close", "EDQUOT",
        "Disk quota exceeded. If it existed before, it is unchanged. Make room on its disk."
      ),
      (
        "rename", "EIO",
        "Input/output error. If it existed before, it is unchanged. Check its folder's permissions and its disk."
      ),
    ])
  func failingCall(name: String, error: String, advice: String) throws {
    let options = "\(SavedRun.tiny) --steps 6 --samples 2 --quiet"
    let line = "\(options) --save-every 2 --save model.safetensors"
    let whole = try SavedRun(options)
    let calls = try SystemCall.all(in: line)
    let saves = calls.indices.filter { calls[$0].name == "openat" && calls[$0].text.contains(".part") }
    #expect(saves.count == 3)
    let call = try #require(calls[saves[1]...].first { $0.name == name })

    let message = "'model.safetensors' cannot be saved: \(advice)"
    let sandbox = try Sandbox(["input.txt": SavedRun.names])
    let once = try sandbox.strace(line, injecting: call, "error=\(error)")
    #expect(once.error == "\(message) Training goes on.\n'model.safetensors' could be saved again.\n")
    #expect(once.output == whole.sittings[0].output && once.code == 0)
    #expect(try sandbox.bytes("model.safetensors") == whole.result.checkpoint)
    #expect(try sandbox.files() == ["input.txt", "model.safetensors"])

    if name == "write" { return }  // The results could not be written either.
    let always = try sandbox.strace("\(line) --force", injecting: call, "error=\(error)", andLater: true)
    #expect(always.error == "\(message) Training goes on.\nError: \(message)\n")
    #expect(always.output == whole.sittings[0].output && always.code == 74)
    #expect(try checkpoint(in: sandbox).state.completedSteps == 2)
    #expect(try sandbox.files() == ["input.txt", "model.safetensors"])
    #expect(try sandbox.run("--resume model.safetensors").code == 0)
    #expect(try sandbox.bytes("model.safetensors") == whole.result.checkpoint)
  }
}

/// strace changes what the system answers to a process.
private let strace = ConditionTrait.enabled(
  if: (try? Sandbox().shell("strace -o /dev/null true").code) == 0,
  "There is no strace here, or it may not trace: saves that fail or are killed at each system call are not tried."
)

/// A system call of a process, and how many of its name there were up to it.
private struct SystemCall: CustomStringConvertible {
  let name: String
  let number: Int
  let text: String

  var description: String { "\(name) number \(number), \(text)" }

  /// The calls of a run of the command from its first save to its end, except those that allocate memory.
  static func all(in line: String) throws -> ArraySlice<SystemCall> {
    let sandbox = try Sandbox(["input.txt": SavedRun.names])
    let ending = try sandbox.shell("exec strace -f -o calls \"$microgpt\" train \(line)")
    #expect(ending.code == 0, "\(ending.error)")
    var counts: [String: Int] = [:]
    let calls = try sandbox.read("calls").split(separator: "\n").compactMap { line -> SystemCall? in
      guard let name = line.firstMatch(of: #/^[0-9]+ +([a-z_0-9]+)\(/#)?.1 else { return nil }
      counts[String(name), default: 0] += 1
      return SystemCall(name: String(name), number: counts[String(name)]!, text: String(line))
    }
    return calls.drop { !$0.text.contains(".part") }
      .filter { !["brk", "mmap", "munmap", "mprotect", "madvise"].contains($0.name) }[...]
  }
}

extension Sandbox {
  /// Runs the command with something happening at one of its system calls, or at it and all later ones of its name.
  fileprivate func strace(
    _ line: String, injecting call: SystemCall, _ event: String, andLater: Bool = false
  ) throws -> Ending {
    try shell(
      "exec strace -f -o /dev/null -e trace=\(call.name) "
        + "-e inject=\(call.name):\(event):when=\(call.number)\(andLater ? "+" : "") \"$microgpt\" train \(line)"
    )
  }
}
