import Foundation
import MicroGPT
import Testing

@testable import CommandLineOptions
@testable import MicroGPTCommand

/// `--config` and `--preset`: which settings count, and what is refused.
@Suite("Settings files and presets") struct SettingsFileTests {
  private static let tiny = "embedding = 4\nheads = 2\nblock-size = 4\nsteps = 5\nsamples = 2\n"
  private static let options = "\(SavedRun.tiny) --steps 5 --samples 2"

  private static func sandbox(_ text: String) throws -> Sandbox {
    try Sandbox(["input.txt": SavedRun.names, "run.conf": text])
  }

  @Test("a file's lines do what the options do, and options of the line count before them")
  func sameRun() throws {
    let sandbox = try SettingsFileTests.sandbox("# A tiny model.\n\(SettingsFileTests.tiny)quiet = true\n")
    let expected = try sandbox.run("\(SettingsFileTests.options) --quiet")
    #expect(expected.code == 0 && expected.output.contains("sample  2: "))
    #expect(try sandbox.run("--config run.conf") == expected)
    #expect(try sandbox.run("train --config run.conf") == expected)
    let seeded = try sandbox.run("\(SettingsFileTests.options) --quiet --seed 7 --steps 6")
    #expect(seeded != expected)
    #expect(try sandbox.run("--seed 7 --config run.conf --steps 6") == seeded)
    #expect(
      try sandbox.shell("grep -v '#' run.conf | \"$microgpt\" --steps 6 --config - --seed 7") == seeded)
  }

  @Test(
    "a line that is wrong is data that is wrong, and its number is said",
    arguments: [
      ("steps = 5\nstpes = 6", "Line 2 of run.conf: Unknown key 'stpes'. Did you mean 'steps'?"),
      (
        "steps = 5\n\nsteps = 6",
        "Line 3 of run.conf: 'steps' is already set on line 1. Leave one of them out."
      ),
      (
        "learning-rate = fast",
        "Line 1 of run.conf: '--learning-rate fast' is not a decimal number. Write digits and a point, as in "
          + "'--learning-rate 0.01'."
      ),
      (
        "preset = mine",
        "Line 1 of run.conf: '--preset mine' is not one of the choices. Give microgpt, names or shakespeare."
      ),
      (
        "config = other.conf",
        "Line 1 of run.conf: A file of settings cannot name another one. Leave 'config' out."
      ),
    ])
  func badLines(text: String, message: String) throws {
    let ending = try SettingsFileTests.sandbox(text).run("--config run.conf")
    #expect(ending == Ending(error: "Error: \(message)\n", code: 65))
  }

  @Test("a file that is missing, or is not a text, is refused")
  func badFiles() throws {
    let sandbox = try Sandbox()
    #expect(
      try sandbox.run("--config none.conf")
        == Ending(
          error: "Error: 'none.conf' cannot be read: No such file or directory. Check its name and folder.\n",
          code: 66))
    try sandbox.write([0x61, 0xFF, 0x0A], to: "run.conf")
    #expect(
      try sandbox.run("--config run.conf")
        == Ending(
          error: "Error: run.conf is not valid UTF-8. Save it with the encoding UTF-8 and try again.\n",
          code: 65
        ))
  }

  @Test(
    "settings that do not fit together are refused after all are read, and not before",
    arguments: [
      (
        "heads = 3", "--embedding 16",
        "'--embedding 16' is not a multiple of '--heads 3'. Give a multiple, such as '--embedding 15'."
      ),
      ("patience = 2", "", "'--patience' counts evaluations. Add '--eval-every 100'."),
      ("data = -", "--config -", "Standard input can be only one of the files. Name the others."),
    ])
  func together(text: String, line: String, message: String) throws {
    let sandbox = try SettingsFileTests.sandbox(text)
    let words = line.contains("--config") ? line : "--config run.conf \(line)"
    #expect(
      try sandbox.run(split(words), input: "\(sandbox.folder)/run.conf")
        == Ending(error: "Error: \(message)\n", code: 64))
  }

  @Test("what is missing on the line may be in the file")
  func completing() throws {
    let sandbox = try SettingsFileTests.sandbox("\(SettingsFileTests.tiny)held-out = 0.1\nheads = 3")
    #expect(try sandbox.run("--config run.conf --eval-every 2 --embedding 30").code == 65)
    try sandbox.write("\(SettingsFileTests.tiny)held-out = 0.1", to: "run.conf")
    #expect(try sandbox.run("--config run.conf --eval-every 2 --heads 3 --embedding 30 --quiet").code == 0)
  }

  /// The settings that a line gives, with its preset and file.
  private func completed(_ line: String) throws -> Train {
    guard case .run(let settings as Train, let given) = try MicroGPT.command.parse(split(line)) else {
      throw NotSettings()
    }
    return try settings.completed(given).settings
  }

  @Test("a preset comes first, then the file, then the line, whatever their order")
  func order() throws {
    let sandbox = try SettingsFileTests.sandbox("layers = 5\nembedding = 24\n")
    let file = "--config \(sandbox.folder)/run.conf"
    let preset = try completed("--preset names").configuration
    #expect(preset != Configuration() && preset.layers != 5 && preset.embedding != 40)
    for line in ["--preset names \(file) --embedding 40", "--embedding 40 \(file) --preset names"] {
      let settings = try completed(line)
      #expect(settings.configuration.layers == 5 && settings.configuration.embedding == 40)
      #expect(settings.configuration.learningRate == preset.learningRate)
      #expect(settings.presets.isEmpty)
    }
    #expect(try completed("--preset names --layers 1").configuration.layers == 1)
  }

  @Test("a file can name a preset, which stands beneath the file, and the line can name another")
  func presetInFile() throws {
    let sandbox = try SettingsFileTests.sandbox("layers = 5\npreset = names\n")
    let file = "--config \(sandbox.folder)/run.conf"
    var expected = try completed("--preset names")
    expected.configuration.layers = 5
    #expect(try completed(file) == expected)
    expected = Train()
    expected.configuration.layers = 5
    #expect(try completed("\(file) --preset microgpt") == expected)
  }

  @Test("the preset microgpt is the defaults, and every other one sets something valid")
  func presets() throws {
    #expect(try completed("--preset microgpt") == Train())
    for preset in Preset.allCases where preset != .microgpt {
      let (settings, given) = try Train.settings([preset.text], beneath: GivenOptions())
      try settings.validate()
      #expect(settings != Train())
      #expect(given.names == preset.values.map { "--" + $0.key })
      #expect(given.prefix(given.names[0]) == "Preset \(preset.rawValue): ")
      let options = preset.values.map { "--\($0.key) \($0.value)" }.joined(separator: " ")
      #expect(Train.discussion.contains("'--preset \(preset.rawValue)' stands for \(options)"))
    }
    #expect(
      refusal("--preset mine")
        == "'--preset mine' is not one of the choices. Give microgpt, names or shakespeare.")
  }

  @Test("the preset shakespeare needs a text, and learns it as a stream")
  func shakespeare() throws {
    let sandbox = try Sandbox()
    let line = "--preset shakespeare --steps 1 --samples 0 --quiet"
    #expect(
      try sandbox.run(line)
        == Ending(
          error: "Error: '--preset shakespeare' is for a text of your own. Name it with --data, such as tiny "
            + "Shakespeare: https://raw.githubusercontent.com/karpathy/char-rnn/master/data/tinyshakespeare/input.txt\n",
          code: 64))
    try sandbox.write(String(repeating: "To be, or not to be.\n", count: 40), to: "input.txt")
    #expect(try sandbox.run(line).output.hasPrefix("num chars: 756\nheld-out chars: 84\n"))
    #expect(try sandbox.run("\(line) --data input.txt").code == 0)
  }

  @Test("what 'inspect --config' prints gives the run again")
  func roundTrip() throws {
    let run = try SavedRun(
      "\(SavedRun.tiny) --steps 6 --batch-size 2 --learning-rate 0.02 --schedule cosine --beta1 0.8 --beta2 0.95 "
        + "--epsilon 1e-6 --weight-decay 0.1 --init-std 0.05 --seed 18446744073709551615 --layers 2")
    let sandbox = run.sandbox
    #expect(try sandbox.shell("\"$microgpt\" inspect model.safetensors --config > run.conf").code == 0)
    #expect(try sandbox.run("train --config run.conf --save again.safetensors --quiet").code == 0)
    #expect(try sandbox.bytes("again.safetensors") == sandbox.bytes("model.safetensors"))
  }

  @Test("a resumed run takes settings that are its own, and refuses others with their place")
  func resuming() throws {
    let run = try SavedRun("\(SettingsFileTests.options)", stops: [2]), sandbox = run.sandbox
    try sandbox.write(SettingsFileTests.tiny, to: "run.conf")
    try #require(run.sittings.map(\.code) == [0, 0])
    #expect(try sandbox.run("--config run.conf --resume model.safetensors").code == 0)
    for (text, message) in [
      (
        "# Faster.\nlearning-rate = 0.02",
        "Line 2 of run.conf: '--learning-rate 0.02' is not the run's, which is '--learning-rate 0.01'. "
          + "Leave it out: a resumed run keeps its options."
      ),
      (
        "steps = 4",
        "Line 1 of run.conf: '--steps 4' is fewer than the 5 that the run was started with. Give more, or end this "
          + "sitting early with '--stop-after N'."
      ),
      (
        "preset = names",
        "Preset names: '--layers 3' is not the run's, which is '--layers 1'. "
          + "Leave out --preset: a resumed run keeps its options."
      ),
    ] {
      try sandbox.write(text, to: "run.conf")
      #expect(
        try sandbox.run("--resume model.safetensors --config run.conf")
          == Ending(error: "Error: \(message)\n", code: 64))
    }
    try sandbox.write("layers = 3", to: "run.conf")
    #expect(
      try sandbox.run("--init-from model.safetensors --config run.conf")
        == Ending(
          error:
            "Error: Line 1 of run.conf: '--layers 3' is not the model's size: '--layers 1'. Leave it out: the "
            + "sizes are those of the weights.\n", code: 64))
  }
}
