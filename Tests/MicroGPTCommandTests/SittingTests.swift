import Foundation
import MicroGPT
import Testing

@testable import MicroGPTCommand

/// Runs in several sittings: files and results are those of a single one, byte for byte.
@Suite("Sittings") struct SittingTests {
  /// Options, and the steps of each sitting but the last.
  private static let runs: [(options: String, stops: [Int])] = [
    ("--steps 12", Array(repeating: 1, count: 11)),
    ("--steps 30 --engine fast", [7, 7, 7]),
    (
      "--steps 30 --layers 2 --batch-size 3 --seed 18446744073709551615 --init-std 0.2 --learning-rate 1e-3",
      [29]
    ),
    ("--steps 40 --held-out 0.1 --eval-every 10 --patience 100", [5, 5, 1, 20]),
    ("--steps 40 --held-out 0.2 --eval-every 7 --engine fast --batch-size 2", [13, 8]),
    ("--steps 25 --held-out 0.1", [20]),
    ("--steps 20 --samples 40 --temperature 1.25 --streams many", [15]),
    ("--steps 20 --samples 0", [15]),
    ("--steps 20 --save-every 3 --samples 3 --streams many --engine fast", [4, 11]),
  ]

  @Test("a run stopped and resumed leaves the bytes of one that never stopped", arguments: runs)
  func resumed(options: String, stops: [Int]) throws {
    let options = "\(SavedRun.tiny) \(options)"
    let run = try SavedRun(options, stops: stops), whole = try SavedRun(options)
    try expectSame(run.result, whole.result)
    #expect((run.sittings + whole.sittings).allSatisfy { $0.code == 0 })
    let steps = run.sittings.map { $0.output.split(separator: "\n").count { $0.hasPrefix("step ") } }
    #expect(Array(steps.dropLast()) == stops)
  }

  @Test(
    "so does the default run on the built-in names, and one with every option",
    .disabled(if: TrainTests.isDebug, "These are thousands of steps."),
    arguments: [
      "--steps 1000",
      "--steps 300 --batch-size 5 --schedule cosine --weight-decay 0.1 --held-out 0.1 --eval-every 30 "
        + "--samples 100 --streams many",
    ], ["exact", "fast"])
  func builtInNames(options: String, engine: String) throws {
    let options = "\(options) --engine \(engine)", whole = try SavedRun(options, in: Sandbox())
    for stops in [[400], Array(repeating: 143, count: 6)] {
      let run = try SavedRun(options, stops: stops, in: Sandbox())
      try expectSame(run.result, whole.result)
    }
  }

  @Test("each sitting tells its step, its files and how to go on")
  func remarks() throws {
    let run = try SavedRun("\(SavedRun.tiny) --steps 30 --samples 1", stops: [10, 10])
    #expect(
      timeless(run.sittings[1].error) == """
        Learning from 200 documents of input.txt.
        193 documents are longer than --block-size 4 allows and will be cut.
        Resuming model.safetensors after step 10 of 30.
        10 steps in T, N steps/s. Smoothed loss 2.95; 3.26 is guessing.
        Stopped after step 20 of 30, saved in model.safetensors. To go on:
          microgpt train --resume model.safetensors --log run.jsonl

        """)
    #expect(run.sittings[1].output.hasSuffix("step   20 /   30 | loss 2.6771\n"))
    #expect(run.sittings[2].error.hasSuffix("Saved in model.safetensors.\n"))
  }

  @Test("a limit of all remaining steps, or of more, changes nothing", arguments: [10, 11, Int.max])
  func limit(limit: Int) throws {
    let options = "\(SavedRun.tiny) --steps 25", whole = try SavedRun(options).result
    var run = try SavedRun("\(options) --stop-after 15")
    try run.sit("\(SavedRun.resume) --stop-after \(limit)")
    try expectSame(run.result, whole)
    try expectSame(SavedRun("\(options) --stop-after \(max(limit, 25))").result, whole)
  }

  @Test("patience lasts over several sittings, and a run that it has ended goes no further")
  func patience() throws {
    // At a learning rate of 0 the first evaluation remains the best.
    let options =
      "\(SavedRun.tiny) --steps 100 --learning-rate 0 --held-out 0.1 --eval-every 10 --patience 3 --samples 2"
    let whole = try SavedRun(options).result
    var run = try SavedRun(options, stops: [25])
    try expectSame(run.result, whole)
    #expect(whole.steps.count == 40)
    #expect(
      run.sittings[1].error.contains(
        "\nStopped after step 40 of 100: no lower held-out loss in 3 evaluations.\n"
          + "Lowest held-out loss 3.2709 after step 10, saved in model.best.safetensors.\n"),
      "\(run.sittings[1].error)")

    let again = try run.sit(SavedRun.resume)
    try expectSame(run.result, whole)
    #expect(again.code == 0 && !again.output.contains("step "))
    try run.sit("\(SavedRun.resume) --steps 200")
    #expect(!run.sittings[3].output.contains("step "))
  }

  @Test("resuming a complete run prints the same samples and leaves the same files")
  func complete() throws {
    let options = "\(SavedRun.tiny) --steps 15 --held-out 0.1 --eval-every 5 --samples 5"
    var run = try SavedRun(options)
    let whole = try run.result
    let again = try run.sit(SavedRun.resume)
    try expectSame(run.result, whole)
    #expect(again.code == 0 && !again.output.contains("step "))
    #expect(again.error.contains("Resuming model.safetensors after step 15 of 15.\n"))
  }

  @Test(
    "with more steps a run goes on as the library's does with another number", arguments: Schedule.allCases)
  func moreSteps(schedule: Schedule) throws {
    var run = try SavedRun("\(SavedRun.tiny) --steps 20 --schedule \(schedule)")
    var state = try checkpoint(in: run.sandbox).state
    let ending = try run.sit("\(SavedRun.resume) --steps 1500 --stop-after 30")

    state.configuration.steps = 1500
    let trainer = try Trainer(resuming: state, corpus: Corpus(text: SavedRun.names))
    var lines: [String] = []
    try trainer.train { step in
      lines.append("{\"step\": \(step.number), \"loss\": \(step.loss)}")
      return step.number < 50 ? .continue : .stop
    }
    #expect(try checkpoint(in: run.sandbox).state == trainer.state)
    let log = try run.sandbox.read("run.jsonl").split(separator: "\n")
    #expect(log.count == 50 && log.dropFirst(20).elementsEqual(lines) { $0 == $1 })
    let effect =
      schedule == .constant
      ? "" : "; the learning rate's \(schedule) schedule now ends at the last of them"
    #expect(
      ending.error.contains(
        "\nResuming model.safetensors after step 20 of 1,500.\nThe run now has 1,500 steps instead of 20\(effect).\n"
      ))
  }

  @Test("a sitting may go on in another file, and the first keeps what it has")
  func otherFile() throws {
    let options = "\(SavedRun.tiny) --steps 40 --learning-rate 0 --held-out 0.1 --eval-every 10"
    let whole = try SavedRun(options).result
    let sandbox = try Sandbox(["input.txt": SavedRun.names])
    _ = try sandbox.run("\(options) --save first.safetensors --stop-after 20")
    let first = try sandbox.bytes("first.safetensors")
    let ending = try sandbox.run("--resume first.safetensors --save second --log run.jsonl")
    #expect(try sandbox.bytes("first.safetensors") == first)
    #expect(try sandbox.bytes("second") == whole.checkpoint)
    #expect(
      try sandbox.files() == [
        "first.best.safetensors", "first.safetensors", "input.txt", "run.jsonl", "second",
      ])
    // The best checkpoint is the first sitting's.
    #expect(
      ending.error.hasSuffix(
        "Lowest held-out loss 3.2709 after step 10, saved in first.best.safetensors.\nSaved in second.\n"),
      "\(ending.error)")
  }

  @Test("a log begun when a run is resumed has the steps since then")
  func lateLog() throws {
    let options = "\(SavedRun.tiny) --steps 30", whole = try SavedRun(options).result
    let sandbox = try Sandbox(["input.txt": SavedRun.names])
    _ = try sandbox.run("\(options) --save model.safetensors --stop-after 12")
    let early = try sandbox.bytes("model.safetensors")
    _ = try sandbox.run("\(SavedRun.resume) --stop-after 7")
    // A sitting that is killed before its first save leaves the checkpoint that it began with.
    try sandbox.write(early, to: "model.safetensors")
    _ = try sandbox.run(SavedRun.resume)
    let log = try sandbox.read("run.jsonl")
    #expect(log == whole.log.split(separator: "\n").dropFirst(12).joined(separator: "\n") + "\n")
  }

  @Test("a log that a sitting was not written to is not continued with a gap")
  func gap() throws {
    let sandbox = try Sandbox(["input.txt": SavedRun.names])
    _ = try sandbox.run("\(SavedRun.tiny) --steps 30 \(SavedRun.save) --stop-after 10")
    _ = try sandbox.run("--resume model.safetensors --stop-after 10")
    let (log, model) = try (sandbox.bytes("run.jsonl"), sandbox.bytes("model.safetensors"))
    #expect(
      try sandbox.run(SavedRun.resume)
        == Ending(
          error:
            "Error: 'run.jsonl' is not the log of this run: its rows do not lead up to step 20. "
            + "Name another file after --log, or add --force to start a new log.\n", code: 73))
    #expect(try sandbox.bytes("run.jsonl") == log && sandbox.bytes("model.safetensors") == model)
    #expect(try sandbox.run("\(SavedRun.resume) --force").code == 0)
    #expect(try sandbox.read("run.jsonl").hasPrefix("{\"step\": 21, "))
    #expect(try sandbox.read("run.jsonl").split(separator: "\n").count == 11)
  }

  @Test("the log of another run is refused, and neither it nor the model is changed")
  func foreignLog() throws {
    let sandbox = try Sandbox(["input.txt": SavedRun.names])
    _ = try sandbox.run("\(SavedRun.tiny) --steps 30 --seed 7 --log run.jsonl")
    _ = try sandbox.run("\(SavedRun.tiny) --steps 30 --save model.safetensors --stop-after 10")
    let (log, model) = try (sandbox.bytes("run.jsonl"), sandbox.bytes("model.safetensors"))
    let ending = try sandbox.run(SavedRun.resume)
    #expect(ending.error.contains("'run.jsonl' is not the log of this run") && ending.code == 73)
    #expect(try sandbox.bytes("run.jsonl") == log && sandbox.bytes("model.safetensors") == model)
  }

  @Test("a run whose patience ends with its last step is complete")
  func patienceAtTheEnd() throws {
    let sandbox = try Sandbox(["input.txt": SavedRun.names])
    let ending = try sandbox.run(
      "\(SavedRun.tiny) --steps 9 --held-out 0.1 --eval-every 3 --patience 1 --learning-rate 0 --samples 0")
    #expect(ending.error.contains("Stopped after step 6 of 9") && ending.code == 0)
    let last = try sandbox.run(
      "\(SavedRun.tiny) --steps 6 --held-out 0.1 --eval-every 3 --patience 1 --learning-rate 0 --samples 0")
    #expect(!last.error.contains("Stopped") && last.error.contains("Lowest held-out loss"))
  }

  @Test("the best checkpoint is named only where it is")
  func placeOfBest() throws {
    let sandbox = try Sandbox(["input.txt": SavedRun.names])
    _ = try sandbox.run(
      "\(SavedRun.tiny) --steps 30 --held-out 0.1 --eval-every 5 --save model.safetensors --stop-after 20")
    let onto = try sandbox.run("--resume model.safetensors --save other.safetensors --stop-after 1")
    #expect(onto.code == 0)
    let best = try sandbox.run("--resume model.best.safetensors --stop-after 1")
    #expect(!best.error.contains(".best.best"))
    let place = #/saved in ([a-z.]+safetensors)/#
    for name in ["model", "other"] {
      let ending = try sandbox.run("--resume \(name).safetensors")
      for match in ending.error.matches(of: place) {
        #expect(try sandbox.files().contains(String(match.1)), "\(ending.error)")
      }
    }
  }

  @Test("the options of sampling are the first sitting's, unless others are given")
  func sampling() throws {
    var run = try SavedRun(
      "\(SavedRun.tiny) --steps 10 --samples 7 --temperature 1.5 --streams many", stops: [5])
    #expect(try run.result.end.count == 8)
    let options = "--samples 3 --temperature 0.25 --streams one"
    try run.sit("\(SavedRun.resume) \(options)")
    try expectSame(run.result, SavedRun("\(SavedRun.tiny) --steps 10 \(options)").result)
  }

  @Test("a run that a program has saved goes on with the documents that it held out")
  func heldOutSeed() throws {
    let sandbox = try Sandbox(["input.txt": SavedRun.names])
    var configuration = Configuration()
    (configuration.embedding, configuration.heads, configuration.steps) = (4, 2, 9)
    let halves = try Corpus(text: SavedRun.names).split(holdingOut: 0.25, seed: 7)
    let trainer = try Trainer(corpus: halves.training, configuration: configuration)
    let checkpoint = try Checkpoint(trainer.state, heldOut: .init(share: 0.25, seed: 7))
    try sandbox.write(checkpoint.bytes(), to: "model.safetensors")
    let ending = try sandbox.run("--resume model.safetensors --samples 0")
    try trainer.train()
    let loss = try trainer.evaluate(halves.heldOut).loss
    #expect(ending.output.contains(String(format: "held-out loss: %.4f ", loss)) && ending.code == 0)
  }
}
