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

/// Saves that fail while a run goes on: what was saved before remains, and so does the run.
@Suite("Failing saves") struct FailingSaveTests {
  @Test("a full disk keeps the former checkpoint, and training and sampling go on")
  func full() throws {
    let options = "\(SavedRun.tiny) --steps 30 --samples 2"
    let whole = try SavedRun(options), sandbox = try Sandbox(["input.txt": SavedRun.names])
    _ = try sandbox.run("\(options) --save model.safetensors --stop-after 10")
    let former = try sandbox.bytes("model.safetensors")
    // Files may have 8 blocks of 512 bytes: enough for the results, not for a checkpoint.
    let ending = try sandbox.shell(
      "ulimit -f 8; exec \"$microgpt\" --resume model.safetensors --save-every 5 --quiet")
    let message =
      "'model.safetensors' cannot be saved: File too large. If it existed before, it is unchanged. "
      + "Check its folder's permissions and its disk."
    #expect(ending.error == "\(message) Training goes on.\nError: \(message)\n")
    #expect(
      ending.output.split(separator: "\n").suffix(2)
        == whole.sittings[0].output.split(separator: "\n").suffix(2))
    #expect(ending.code == 74)
    #expect(try sandbox.bytes("model.safetensors") == former)
    #expect(try sandbox.files() == ["input.txt", "model.safetensors"])

    #expect(try sandbox.run("--resume model.safetensors").code == 0)
    #expect(try sandbox.bytes("model.safetensors") == whole.result.checkpoint)
  }

  @Test("a folder may vanish and come back")
  func folder() throws {
    let options = "\(SavedRun.tiny) --steps \(PipedRun.steps) --samples 1"
    let sandbox = try Sandbox(["input.txt": SavedRun.names]), folder = "\(sandbox.folder)/models"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
    let run = try PipedRun(
      split("\(options) --save models/model.safetensors --save-every 100 --log run.jsonl"), in: sandbox)
    try run.read { run.output.contains("step ") }
    // At once: the run may be writing in it.
    try FileManager.default.moveItem(atPath: folder, toPath: "\(sandbox.root)/elsewhere")
    let message =
      "'models/model.safetensors' cannot be saved: No such file or directory. "
      + "If it existed before, it is unchanged. Make its folder again. Training goes on.\n"
    try run.read { run.error.contains(message) }
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
    let ending = try run.end()
    #expect(ending.error.contains("\(message)'models/model.safetensors' could be saved again.\n"))
    #expect(ending.error.hasSuffix("Saved in models/model.safetensors.\n") && ending.code == 0)
    #expect(try sandbox.files() == ["input.txt", "models", "run.jsonl"])
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["model.safetensors"])
    #expect(try sandbox.bytes("models/model.safetensors") == SavedRun(options).result.checkpoint)
  }

  @Test("a signal to a run that cannot be saved ends it with the failure")
  func signal() throws {
    let sandbox = try Sandbox(["input.txt": SavedRun.names]), folder = "\(sandbox.folder)/models"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
    let line = "\(SavedRun.tiny) --steps \(PipedRun.steps) --save models/model.safetensors"
    let run = try PipedRun(split(line), in: sandbox)
    try run.read { run.output.contains("step ") }
    try FileManager.default.removeItem(atPath: folder)
    try run.send(SIGTERM)
    let ending = try run.end()
    #expect(ending.code == 74)
    #expect(!ending.error.contains("To go on"))
    #expect(
      ending.error.hasSuffix(
        " of 6,000.\nError: 'models/model.safetensors' cannot be saved: No such file or directory. "
          + "If it existed before, it is unchanged. Make its folder again.\n"), "\(ending.error)")
  }

  @Test(
    "a log that fails does not take the model with it",
    .enabled(if: hasFullDevice, "This system has no /dev/full."))
  func log() throws {
    let options = "\(SavedRun.tiny) --steps 10 --samples 2"
    let whole = try SavedRun(options), sandbox = try Sandbox(["input.txt": SavedRun.names])
    let ending = try sandbox.run("\(options) --save model.safetensors --log /dev/full")
    #expect(ending.code == 74)
    #expect(
      ending.error.hasSuffix(
        "Error: Writing to '/dev/full' failed: No space left on device. "
          + "What was written before is kept, the rest is lost.\n"))
    #expect(try sandbox.bytes("model.safetensors") == whole.result.checkpoint)
    #expect(
      try sandbox.run("--resume model.safetensors").output.hasSuffix(
        whole.result.end.joined(separator: "\n") + "\n"))
  }

  @Test("a run whose reader exits has saved its model and ends quietly")
  func closedPipe() throws {
    let sandbox = try Sandbox(["input.txt": SavedRun.names])
    let ending = try sandbox.shell(
      "{ \"$microgpt\" \(SavedRun.tiny) --steps 6000 \(SavedRun.save) --quiet --samples 20000; echo $? > code; } | head -n 1"
    )
    #expect(ending == Ending(output: "num docs: 200\n"))
    #expect(try sandbox.read("code") == "0\n")
    #expect(try checkpoint(in: sandbox).state.completedSteps == 6000)
  }

  @Test("a run whose output is closed early is saved and says how to go on, or that it is not saved")
  func closedEarly() throws {
    let sandbox = try Sandbox(["input.txt": SavedRun.names])
    let line =
      "{ \"$microgpt\" \(SavedRun.tiny) --steps 100000 --save model; echo $? > code; } 2> error | head -n 1"
    _ = try sandbox.shell(line)
    #expect(try sandbox.read("code") == "0\n")
    #expect(
      try sandbox.read("error").contains("saved in model. To go on:\n  microgpt train --resume model\n"))
    #expect(try checkpoint("model", in: sandbox).state.completedSteps < 100_000)

    try FileManager.default.removeItem(atPath: sandbox.folder + "/model")
    try FileManager.default.createDirectory(
      atPath: sandbox.folder + "/model.part", withIntermediateDirectories: false)
    _ = try sandbox.shell(line)
    #expect(try sandbox.read("code") == "74\n")
    #expect(try sandbox.read("error").contains("Error: 'model' cannot be saved: Is a directory."))
  }

  @Test("a best checkpoint that could not be saved is saved when that is possible again")
  func bestLater() throws {
    let sandbox = try Sandbox(["input.txt": SavedRun.names])
    let obstacle = sandbox.folder + "/model.best.part"
    try FileManager.default.createDirectory(atPath: obstacle, withIntermediateDirectories: false)
    let run = try PipedRun(
      split(
        "\(SavedRun.tiny) --steps \(PipedRun.steps) --held-out 0.1 --eval-every 3 --learning-rate 0 --save model "
          + "--samples 0"),
      in: sandbox)
    try run.read { run.error.contains("'model.best' cannot be saved") }
    try FileManager.default.removeItem(atPath: obstacle)
    let ending = try run.end()
    #expect(
      ending.code == 0 && ending.error.contains("'model.best' could be saved again."), "\(ending.error)")
    #expect(try checkpoint("model.best", in: sandbox).state.completedSteps == 3)
  }
}

/// Files that are refused before the first step, and those that are not.
@Suite("Files to save to") struct SavedFileTests {
  private static let options = "\(SavedRun.tiny) --steps 10 --samples 2"
  private static let cannotCreate = "Name a file in a folder that exists and can be written to."

  private func sandbox() throws -> Sandbox { try Sandbox(["input.txt": SavedRun.names]) }

  @Test(
    "a file that cannot be saved to is refused before the run",
    arguments: [
      ("missing/model.safetensors", "cannot be created: No such file or directory. \(cannotCreate)"),
      ("input.txt/model.safetensors", "cannot be created: Not a directory. \(cannotCreate)"),
      (".", "is a folder. Name a file, such as one inside."),
      ("/dev/null", "is a device or a pipe, which cannot be replaced. Name a file."),
    ])
  func unusable(path: String, problem: String) throws {
    let sandbox = try sandbox()
    #expect(
      try sandbox.run("\(SavedFileTests.options) --log run.jsonl --save \(path)")
        == Ending(error: "Error: '\(path)' \(problem)\n", code: 73))
    #expect(try sandbox.files() == ["input.txt"])
  }

  @Test(
    "a folder that cannot be written to is refused before the run",
    .enabled(if: FileManager.default.fileExists(atPath: "/proc/self"), "This system has no /proc."))
  func readOnly() throws {
    // The superuser may write to any folder but those of /proc.
    let sandbox = try sandbox(), path = "/proc/self/model.safetensors"
    let ending = try sandbox.run("\(SavedFileTests.options) --save \(path)")
    #expect(ending.code == 73 && ending.output == "")
    #expect(ending.error.hasPrefix("Error: '\(path)' cannot be created: "), "\(ending.error)")
  }

  @Test(
    "a folder without permission to write is refused before the run",
    .disabled(if: getuid() == 0, "The superuser may write to any folder."))
  func permission() throws {
    let sandbox = try sandbox()
    #expect(
      try sandbox.shell("mkdir models; chmod 555 models; \"$microgpt\" --save models/model.safetensors")
        == Ending(
          error: "Error: 'models/model.safetensors' cannot be created: Permission denied. "
            + "\(SavedFileTests.cannotCreate)\n", code: 73))
  }

  @Test("files beside the model that saving it needs are not the user's")
  func reserved() throws {
    let sandbox = try sandbox()
    try sandbox.write(SavedRun.names, to: "model.part")
    for line in ["--data model.part --save model", "--save model --log model.lock"] {
      let ending = try sandbox.run(line)
      #expect(ending.error.contains("is a name that saving 'model' needs for itself") && ending.code == 64)
    }
    #expect(try sandbox.read("model.part") == SavedRun.names)
    try sandbox.write("precious", to: "model.lock")
    #expect(
      try sandbox.run("--save model")
        == Ending(
          error: "Error: 'model' needs 'model.lock' while it is being saved to, but that has contents. "
            + "Name another file.\n", code: 75))
    #expect(try sandbox.read("model.lock") == "precious")
  }

  @Test("two processes do not save to the same file, whatever its path")
  func twoProcesses() throws {
    let sandbox = try sandbox()
    _ = try sandbox.run("\(SavedFileTests.options) \(SavedRun.save)")
    try FileManager.default.createSymbolicLink(
      atPath: "\(sandbox.folder)/link", withDestinationPath: "model.safetensors")
    let steps = "--steps \(PipedRun.steps)"
    let first = try PipedRun(
      split(
        "\(SavedRun.tiny) \(steps) --samples 2 --held-out 0.1 --eval-every 3000 \(SavedRun.save) --force"),
      in: sandbox)
    try first.read { first.output.contains("step ") }
    for (line, path) in [
      ("--resume model.safetensors", "model.safetensors"),
      ("--save ../here/model.safetensors --force", "../here/model.safetensors"),
      ("--save link --force", "link"), ("--save model.best.safetensors --force", "model.best.safetensors"),
    ] {
      #expect(
        try sandbox.run("train \(line)")
          == Ending(
            error: "Error: '\(path)' is being saved to by another process. "
              + "Wait until it ends, or name another file.\n", code: 75))
    }
    #expect(try first.end().code == 0)
    #expect(try checkpoint(in: sandbox).state.completedSteps == PipedRun.steps)
    #expect(try sandbox.run("--resume model.safetensors").code == 0)
  }

  @Test("what a killed process leaves is no obstacle and is used up")
  func leftovers() throws {
    let sandbox = try sandbox()
    let killed = try PipedRun(
      split("\(SavedRun.tiny) --steps \(PipedRun.steps) --save model.safetensors"), in: sandbox)
    try killed.read { killed.output.contains("step ") }
    try killed.kill()
    try sandbox.write("half a checkpoint", to: "model.safetensors.part")
    #expect(try sandbox.files() == ["input.txt", "model.safetensors.lock", "model.safetensors.part"])
    let ending = try sandbox.run("\(SavedFileTests.options) \(SavedRun.save)")
    try expectSame(SavedRun.Result(sandbox, [ending.output]), SavedRun(SavedFileTests.options).result)
  }

  @Test("saving through a link replaces the file that it leads to")
  func link() throws {
    let sandbox = try sandbox(), link = "\(sandbox.folder)/link.safetensors"
    try FileManager.default.createDirectory(
      atPath: "\(sandbox.folder)/models", withIntermediateDirectories: false)
    _ = try sandbox.run("\(SavedFileTests.options) --stop-after 5 --save models/model.safetensors")
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "models/model.safetensors")
    _ = try sandbox.run("--resume link.safetensors")
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == "models/model.safetensors")
    #expect(
      try sandbox.bytes("models/model.safetensors") == SavedRun(SavedFileTests.options).result.checkpoint)
    #expect(try sandbox.files() == ["input.txt", "link.safetensors", "models"])
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: "\(sandbox.folder)/models") == ["model.safetensors"]
    )
  }

  @Test(
    "a file with contents is replaced only by --force, an empty one always", arguments: ["--save", "--log"])
  func force(option: String) throws {
    let sandbox = try sandbox()
    try sandbox.expectReplacedOnlyByForce(SavedFileTests.options, option)
    #expect(try sandbox.files() == ["input.txt", "output"])
  }

  @Test("so is the file of the best checkpoint, which is beside the one that is named")
  func forceBest() throws {
    let sandbox = try sandbox()
    try sandbox.write("precious", to: "model.best.safetensors")
    let line = "\(SavedFileTests.options) --held-out 0.1 --eval-every 5 --save model.safetensors"
    #expect(
      try sandbox.run(line)
        == Ending(
          error: "Error: 'model.best.safetensors' exists and would be replaced. "
            + "Name another file after --save, or add --force.\n", code: 73))
    #expect(try sandbox.files() == ["input.txt", "model.best.safetensors"])
    #expect(try sandbox.run("\(line) --force").code == 0)
    #expect(try checkpoint("model.best.safetensors", in: sandbox).evaluations?.best != nil)
  }

  @Test("a resumed run needs no --force for its own file, only for another")
  func forceResumed() throws {
    let sandbox = try sandbox()
    _ = try sandbox.run("\(SavedFileTests.options) --stop-after 5 --save model.safetensors")
    try sandbox.write("precious", to: "other")
    #expect(
      try sandbox.run("--resume model.safetensors --save other")
        == Ending(
          error:
            "Error: 'other' exists and would be replaced. Name another file after --save, or add --force.\n",
          code: 73))
    #expect(try sandbox.run("--resume model.safetensors --save ./model.safetensors --stop-after 2").code == 0)
    #expect(try sandbox.run("--resume model.safetensors --save other --force").code == 0)
    #expect(try sandbox.bytes("other") == SavedRun(SavedFileTests.options).result.checkpoint)
    #expect(try checkpoint(in: sandbox).state.completedSteps == 7)
  }

  @Test(
    "neither an input nor the other output may be named, even with --force",
    arguments: [
      ("--save input.txt", "'--save input.txt' would overwrite the text to learn from. Name another file."),
      ("--log ./input.txt", "'--log ./input.txt' would overwrite the text to learn from. Name another file."),
      (
        "--resume model.safetensors --log input.txt",
        "'--log input.txt' would overwrite the text to learn from. Name another file."
      ),
      ("--save new --log new", "'--log new' and '--save new' are the same file. Name two."),
      (
        "--resume model.safetensors --save new --log model.safetensors",
        "'--log model.safetensors' would overwrite the model that the run begins with. Name another file."
      ),
      (
        "--init-from model.safetensors --log ./model.safetensors",
        "'--log ./model.safetensors' would overwrite the model that the run begins with. Name another file."
      ),
      ("--save ../here/log --log log", "'--log log' and '--save ../here/log' are the same file. Name two."),
      (
        "--save a.safetensors --held-out 0.1 --eval-every 1 --log a.best.safetensors",
        "'--log a.best.safetensors' and '--save a.best.safetensors' are the same file. Name two."
      ),
    ])
  func same(line: String, message: String) throws {
    let sandbox = try sandbox()
    _ = try sandbox.run("\(SavedFileTests.options) --save model.safetensors")
    try sandbox.write("", to: "log")
    let model = try sandbox.bytes("model.safetensors")
    for force in ["", " --force"] {
      #expect(try sandbox.run("train \(line)\(force)") == Ending(error: "Error: \(message)\n", code: 64))
    }
    #expect(try sandbox.read("input.txt") == SavedRun.names)
    #expect(try sandbox.bytes("model.safetensors") == model)
    #expect(try sandbox.files() == ["input.txt", "log", "model.safetensors"])
  }

  @Test(
    "a log may be a pipe, whether the run is saved or not",
    arguments: ["", "--save model.safetensors --save-every 2"])
  func pipe(save: String) throws {
    let log = try SavedRun(SavedFileTests.options).result.log, sandbox = try sandbox()
    let ending = try sandbox.shell(
      "mkfifo pipe; cat pipe > copy & \"$microgpt\" \(SavedFileTests.options) \(save) --log pipe --quiet && wait"
    )
    #expect(ending.code == 0 && ending.error == "")
    #expect(try sandbox.read("copy") == log)
    let error = try sandbox.shell(
      "\"$microgpt\" \(SavedFileTests.options) \(save) --force --log /dev/stderr --quiet 2>&1 >results | cat")
    #expect(error == Ending(output: log))
  }
}

private let hasFullDevice = FileManager.default.fileExists(atPath: "/dev/full")
