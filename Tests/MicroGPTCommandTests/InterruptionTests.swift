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

/// Signals that ask a run to stop: what it has is saved, and the line that it prints goes on.
@Suite("Interruptions") struct InterruptionTests {
  private static let options = "\(SavedRun.tiny) --steps \(PipedRun.steps) --samples 3"

  /// Starts a run and waits for its first steps.
  private func started(_ line: String, in sandbox: Sandbox) throws -> PipedRun {
    let run = try PipedRun(split(line), in: sandbox)
    try run.read { run.output.contains("step ") }
    return run
  }

  /// The words after "To go on:", run by a shell as they are.
  private func goOn(_ ending: Ending, in sandbox: Sandbox) throws -> Ending {
    let line = try #require(ending.error.split(separator: "\n").last)
    #expect(line.hasPrefix("  microgpt train --resume "))
    try FileManager.default.createSymbolicLink(
      atPath: "\(sandbox.root)/bin/microgpt", withDestinationPath: Sandbox.command)
    return try sandbox.shell(String(line), environment: ["PATH": "\(sandbox.root)/bin:/usr/bin:/bin"])
  }

  @Test(
    "a signal lets the step finish and saves it with its log, and the line that is printed goes on",
    arguments: [SIGINT, SIGTERM, SIGHUP])
  func steps(signal: Int32) throws {
    let sandbox = try Sandbox(["input.txt": SavedRun.names])
    let run = try started("\(InterruptionTests.options) \(SavedRun.save) --save-every 1000000", in: sandbox)
    try run.send(signal)
    let ending = try run.end()
    #expect(ending.code == 128 + signal)
    let step = try checkpoint(in: sandbox).state.completedSteps
    #expect(step > 0 && step < PipedRun.steps)
    #expect(
      ending.error.hasSuffix(
        "\nStopped by a signal after step \(grouped(step)) of 6,000, saved in model.safetensors. To go on:\n"
          + "  microgpt train --resume model.safetensors --save-every 1000000 --log run.jsonl\n"),
      "\(ending.error)")
    #expect(ending.output.split(separator: "\n").last?.hasPrefix("step \(padded(step, 4)) / 6000 | ") == true)
    let log = try sandbox.read("run.jsonl")
    #expect(log.hasSuffix("}\n") && log.split(separator: "\n").count == step)
    #expect(log.split(separator: "\n").last?.hasPrefix("{\"step\": \(step), ") == true)
    #expect(try sandbox.files() == ["input.txt", "model.safetensors", "run.jsonl"])

    let rest = try goOn(ending, in: sandbox)
    #expect(rest.code == 0)
    try expectSame(
      SavedRun.Result(sandbox, [ending.output, rest.output]), SavedRun(InterruptionTests.options).result)
  }

  @Test("the line that goes on quotes the files' names for the shell")
  func quoting() throws {
    let (text, model, log) = ("my names.txt", "it's a \"$model\".safetensors", "-*.jsonl")
    let sandbox = try Sandbox(["my names.txt": SavedRun.names])
    let options = split(InterruptionTests.options) + ["--data", text, "--save", model, "--log=\(log)"]
    let run = try PipedRun(["train", "--offline"] + options, in: sandbox)
    try run.read { run.output.contains("step ") }
    try run.send(SIGINT)
    let ending = try run.end()
    #expect(
      ending.error.hasSuffix(
        "To go on:\n  microgpt train --resume 'it'\\''s a \"$model\".safetensors' --data 'my names.txt' --offline "
          + "'--log=-*.jsonl'\n"), "\(ending.error)")
    #expect(try goOn(ending, in: sandbox).code == 0)
    let whole = try SavedRun(InterruptionTests.options).result
    #expect(try sandbox.bytes(model) == whole.checkpoint)
    #expect(try sandbox.read(log) == whole.log)
    #expect(try sandbox.files() == [log, model, text].sorted())
  }

  @Test(
    "a signal while samples are drawn ends the log's last row, and the run can be resumed to draw them again")
  func sampling() throws {
    let options = "\(SavedRun.tiny) --steps 5 --held-out 0.1 --samples 20000"
    let sandbox = try Sandbox(["input.txt": SavedRun.names])
    let run = try PipedRun(split("\(options) \(SavedRun.save)"), in: sandbox)
    try run.read { run.output.contains("sample ") }
    try run.send(SIGTERM)
    let ending = try run.end()
    #expect(ending.code == 143)
    let count = ending.output.split(separator: "\n").count { $0.hasPrefix("sample ") }
    #expect(count > 0 && count < 20_000)
    #expect(
      ending.error.hasSuffix(
        "Stopped by a signal after \(grouped(count)) samples of 20,000, saved in model.safetensors. To go on:\n"
          + "  microgpt train --resume model.safetensors --log run.jsonl\n"), "\(ending.error)")
    let last = try #require(sandbox.read("run.jsonl").split(separator: "\n").last)
    let row = try #require(
      JSONSerialization.jsonObject(with: Data(last.utf8)) as? [String: Any])
    #expect((row["samples"] as? [String])?.count == count)

    let rest = try sandbox.run(SavedRun.resume)
    try expectSame(SavedRun.Result(sandbox, [ending.output, rest.output]), SavedRun(options).result)
  }

  @Test(
    "a signal lets 'sample' finish its line, print what it has drawn and end with the signal's code",
    arguments: [
      (SIGINT, ""), (SIGTERM, "--streams many"), (SIGHUP, "--streams many --engine fast"), (SIGINT, "--json"),
      (SIGTERM, "--length 40 --explain --json"),
    ])
  func samples(signal: Int32, options: String) throws {
    let sandbox = try SampleTests.Kept().sandbox
    let line = "sample model.safetensors \(options)"
    // More than pipes and buffers hold. Explained lines are long, and slow in a debug build.
    let count = options.contains("explain") ? 1000 : 50_000
    let run = try PipedRun(split("\(line) --samples \(count)"), in: sandbox)
    try run.read { run.output.utf8.count > 10_000 }
    try run.send(signal)
    let ending = try run.end()
    #expect(ending.code == 128 + signal)
    let printed = ending.output.split(separator: "\n").count
    #expect(ending.error == "Stopped by a signal after \(grouped(printed)) lines.\n")
    // As many lines as were counted, the last one whole.
    #expect(try sandbox.run("\(line) --samples \(printed)").output == ending.output)
  }

  @Test("a signal while no sample is new ends 'sample', too, and what was left out is counted")
  func samplesOfKnownLines() throws {
    let sandbox = try Sandbox(["input.txt": "a\n"])
    _ = try sandbox.run("\(SavedRun.tiny) --steps 5 --samples 0 --quiet --save model.safetensors")
    let line = "sample model.safetensors --unique --temperature 1 --length 1 --samples 1000000000"
    let run = try PipedRun(split(line), in: sandbox)
    // The only new line: it is printed although no other follows.
    try run.read { run.output == "sample  1: \n" }
    try run.send(SIGINT)
    let ending = try run.end()
    #expect(ending.code == 130)
    let remarks = ending.error.split(separator: "\n")
    #expect(remarks.count == 2 && remarks[0].hasPrefix("Of ") && remarks[0].contains(" are in input.txt"))
    #expect(remarks.last == "Stopped by a signal after 1 line.")
  }

  @Test("a signal ends 'eval' at once, without a report")
  func evaluation() throws {
    let sandbox = try SampleTests.Kept().sandbox
    try sandbox.write(String(repeating: "abcd\n", count: 1_000_000), to: "many.txt")
    let child = try sandbox.start(
      "eval model.safetensors --data many.txt", output: "results", error: "remarks")
    usleep(200_000)
    try child.send([SIGINT])
    // By the signal itself, which a shell reports as 130.
    #expect(try child.wait() == -SIGINT)
    #expect(try sandbox.read("results") + sandbox.read("remarks") == "")
  }

  @Test("a run that is not saved ends all the same, and says how the next one can be kept")
  func unsaved() throws {
    let sandbox = try Sandbox(["input.txt": SavedRun.names])
    let run = try started(InterruptionTests.options, in: sandbox)
    try run.send(SIGINT)
    let ending = try run.end()
    #expect(ending.code == 130)
    let step = ending.output.split(separator: "\n").count { $0.hasPrefix("step ") }
    #expect(
      ending.error.hasSuffix(
        "\nStopped by a signal after step \(grouped(step)) of 6,000. Nothing was saved: a run with --save FILE can be "
          + "resumed.\n"), "\(ending.error)")
    #expect(try sandbox.files() == ["input.txt"])
  }

  @Test("signals that come together are one request, as those that 'timeout' sends")
  func together() throws {
    let sandbox = try Sandbox(["input.txt": SavedRun.names])
    let run = try started("\(InterruptionTests.options) \(SavedRun.save)", in: sandbox)
    try run.send(SIGINT, SIGTERM, SIGHUP)
    let ending = try run.end()
    // They are handled in the system's order.
    #expect([SIGINT, SIGTERM, SIGHUP].contains(ending.code - 128))
    #expect(ending.error.contains("Stopped by a signal after step "))
    #expect(try sandbox.files() == ["input.txt", "model.safetensors", "run.jsonl"])
  }

  /// A text and options with which each step takes about a second.
  private static let slowText = String(repeating: "a", count: 63) + "\n"
  private static let slow =
    "--embedding 256 --heads 8 --block-size 64 --batch-size 50 --steps 1000000000 --samples 0"

  @Test("a second signal ends the run at once, and what it leaves is no obstacle")
  func twice() throws {
    let sandbox = try Sandbox(["input.txt": InterruptionTests.slowText])
    let run = try PipedRun(split("\(InterruptionTests.slow) \(SavedRun.save)"), in: sandbox)
    try run.read { run.error.contains("Learning from") }
    for signal in [SIGINT, SIGTERM] {
      usleep(150_000)
      try run.send(signal)
    }
    let ending = try run.end()
    #expect(ending.code == 128 + SIGTERM)
    #expect(!ending.error.contains("Stopped"))
    #expect(try sandbox.files() == ["input.txt", "model.safetensors.lock", "run.jsonl"])
    try sandbox.write(SavedRun.names, to: "input.txt")
    let options = "\(SavedRun.tiny) --steps 5"
    let again = try sandbox.run("\(options) \(SavedRun.save) --force")
    try expectSame(SavedRun.Result(sandbox, [again.output]), SavedRun(options).result)
  }

  @Test(
    "a signal that was ignored before remains ignored, as in a shell's background and under nohup",
    arguments: ["INT", "HUP"])
  func ignored(signal: String) throws {
    let sandbox = try Sandbox(["input.txt": SavedRun.names])
    // A shell's background ignores SIGINT.
    let ending = try sandbox.shell(
      """
      mkfifo lines
      trap '' HUP
      "$microgpt" \(SavedRun.tiny) --steps 5 --quiet --samples 20000 > lines &
      {
        while read -r line; do case $line in sample*) break ;; esac; done
        kill -\(signal) $!
        cat
      } < lines | grep -c sample
      wait $!
      """)
    #expect(ending == Ending(output: "19999\n"))
  }

  @Test("a log grows while slow steps are taken")
  func growing() throws {
    let sandbox = try Sandbox(["input.txt": SavedRun.names])
    let child = try sandbox.start("--embedding 64 --steps 1000000000 --log run.jsonl", output: "results")
    defer { _ = try? child.stop() }
    let deadline = Date(timeIntervalSinceNow: 60)
    var sizes: Set<Int> = []
    while sizes.count < 4, Date() < deadline {
      sizes.insert((try? sandbox.bytes("run.jsonl").count) ?? 0)
      usleep(10_000)
    }
    #expect(sizes.count == 4)
  }

  @Test("in a terminal the live line gives way to the message")
  func terminal() throws {
    let sandbox = try Sandbox(["input.txt": "emma\n"])
    let words = split("--steps 1000000000 --save model.safetensors --color never")
    let run = try TerminalRun([Sandbox.command] + words, in: sandbox, columns: 80, signals: [SIGINT])
    #expect(run.code == 130)
    #expect(run.drawings.contains { $0.text.contains("░") })
    let step = try checkpoint(in: sandbox).state.completedSteps
    #expect(
      run.screen.text.replacing(#/[0-9,]+ steps? in .*/#, with: "N steps") == """
        Learning from 1 document of input.txt.
        num docs: 1
        vocab size: 4
        num params: 3456
        N steps
        Stopped by a signal after step \(grouped(step)) of 1,000,000,000, saved in model.safetensors. To go on:
          microgpt train --resume model.safetensors

        """)
  }

  @Test(
    "a second signal erases the live line",
    .disabled(if: TrainTests.isDebug, "A slow step takes minutes there."))
  func terminalTwice() throws {
    let sandbox = try Sandbox(["input.txt": InterruptionTests.slowText])
    let run = try TerminalRun(
      [Sandbox.command] + split(InterruptionTests.slow), in: sandbox, columns: 80, signals: [SIGINT, SIGTERM])
    #expect(run.code == 128 + SIGTERM)
    #expect(
      run.screen.text == """
        Learning from 1 document of input.txt.
        num docs: 1
        vocab size: 2
        num params: 803840

        """)
  }
}
