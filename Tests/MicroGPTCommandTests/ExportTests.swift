import Foundation
import MicroGPT
import Testing

@testable import CommandLineOptions
@testable import MicroGPTCommand

/// `microgpt export`: what it writes, and what it refuses.
@Suite("Exporting") struct ExportTests {
  /// A sandbox with model.safetensors, a model of a few parameters.
  private static func sandbox() throws -> Sandbox {
    try SavedRun("\(SavedRun.tiny) --steps 2 --samples 0 --quiet").sandbox
  }

  private static let files = ["input.txt", "model.safetensors", "run.jsonl"]

  @Test("its options set their own properties")
  func options() throws {
    func export(_ line: String) throws -> Export? { try settings(split("export \(line)")) as? Export }
    var expected = Export()
    (expected.model, expected.onnx) = ("m", "a")
    #expect(try export("m --onnx a") == expected)
    (expected.config, expected.float64, expected.force) = ("b", true, true)
    #expect(try export("--config b --float64 --force --onnx=a m") == expected)
    #expect(try given("export m --onnx a --force") == ["--onnx", "--force"])
  }

  @Test("files are the library's, and remarks say what they are")
  func files() throws {
    let sandbox = try ExportTests.sandbox(), model = try checkpoint(in: sandbox).model
    let ending = try sandbox.run("export model.safetensors --onnx model.onnx --config config.json")
    #expect(
      ending
        == Ending(
          error: "Exported to model.onnx: 416 parameters as floats, 6.3 KB. "
            + "From tokens [1, T], T at most 4, it computes logits [1, T, 26].\n"
            + "Sizes and vocabulary are in config.json.\n"))
    #expect(try sandbox.bytes("model.onnx") == Data(model.onnx()))
    #expect(try sandbox.bytes("config.json") == Data(model.configJSON()))
    #expect(try sandbox.files() == (ExportTests.files + ["config.json", "model.onnx"]).sorted())

    #expect(try sandbox.run("export model.safetensors --onnx precise.onnx --float64").code == 0)
    #expect(try sandbox.bytes("precise.onnx") == Data(model.onnx(.float64)))
  }

  @Test("the model may come from standard input")
  func standardInput() throws {
    let sandbox = try ExportTests.sandbox(), model = try checkpoint(in: sandbox).model
    #expect(
      try sandbox.run(split("export - --config c.json"), input: "\(sandbox.folder)/model.safetensors")
        == Ending(error: "Sizes and vocabulary are in c.json.\n"))
    #expect(try sandbox.bytes("c.json") == Data(model.configJSON()))
  }

  @Test(
    "a line without a file to write, or with one that cannot be, is refused",
    arguments: [
      (
        "export m.safetensors",
        "There is nothing to write. Add '--onnx model.onnx' for a graph, or '--config config.json' for the sizes."
      ),
      (
        "export --onnx m.onnx",
        "'microgpt export' needs MODEL. Write 'microgpt export MODEL', as in "
          + "'microgpt export model.safetensors --onnx model.onnx'."
      ),
      ("export m --onnx -", "'--onnx -' is not a file. Name a file."),
      ("export m --onnx a --config -", "'--config -' is not a file. Name a file."),
      (
        "export m --config a --float64",
        "'--float64' is about the graph's numbers. Add '--onnx model.onnx', or leave it out."
      ),
      (
        "train --onnx a",
        "'microgpt train' takes no '--onnx'; 'microgpt export' does. "
          + "Leave it out, or see 'microgpt train --help'."
      ),
    ])
  func usage(line: String, message: String) {
    #expect(refusal(line) == message)
  }

  @Test(
    "a file with contents is replaced only by --force, an empty one always",
    arguments: ["--onnx", "--config"])
  func force(option: String) throws {
    let sandbox = try ExportTests.sandbox()
    try sandbox.expectReplacedOnlyByForce("export model.safetensors", option)
    #expect(try sandbox.files() == (["output"] + ExportTests.files).sorted())
  }

  @Test("nothing is written if one of two files would be replaced")
  func both() throws {
    let sandbox = try ExportTests.sandbox()
    try sandbox.write("precious", to: "file")
    #expect(try sandbox.run("export model.safetensors --onnx new --config file").code == 73)
    #expect(try sandbox.files() == ["file"] + ExportTests.files)
  }

  @Test("neither the model nor the other file is overwritten, with --force or without")
  func sameFile() throws {
    let sandbox = try ExportTests.sandbox(), model = try sandbox.bytes("model.safetensors")
    try FileManager.default.createSymbolicLink(
      atPath: "\(sandbox.folder)/link", withDestinationPath: "model.safetensors")
    for (options, message) in [
      (
        "--onnx ./model.safetensors",
        "'--onnx ./model.safetensors' would overwrite the model. Name another file."
      ),
      ("--config link --force", "'--config link' would overwrite the model. Name another file."),
      ("--onnx a --config ./a --force", "'--onnx a' and '--config ./a' are the same file. Name two."),
    ] {
      #expect(
        try sandbox.run("export model.safetensors \(options)")
          == Ending(error: "Error: \(message)\n", code: 64))
    }
    #expect(try sandbox.bytes("model.safetensors") == model)
    #expect(try sandbox.files() == ["input.txt", "link"] + ExportTests.files.dropFirst())
  }

  @Test("what cannot be read or written is reported with the codes of other subcommands")
  func failures() throws {
    let sandbox = try ExportTests.sandbox()
    #expect(try sandbox.run("export missing --onnx a").code == 66)
    #expect(try sandbox.run("export input.txt --onnx a").code == 65)
    #expect(try sandbox.run("export model.safetensors --onnx missing/a").code == 73)
    #expect(try sandbox.run("export model.safetensors --onnx /dev/null").code == 73)
    #expect(try sandbox.files() == ExportTests.files)
  }

  @Test("a parameter that no float can hold is refused, unless doubles are exported")
  func beyondFloat() throws {
    let sandbox = try ExportTests.sandbox()
    var file = try Safetensors(bytes: Array(sandbox.bytes("model.safetensors")))
    var numbers = file.tensors[0].values.doubles
    numbers[1] = 1e39
    file.tensors[0].values = .float64(numbers)
    try sandbox.write(file.bytes(), to: "large")
    #expect(
      try sandbox.run("export large --onnx a")
        == Ending(
          error:
            "Error: 'large' cannot be exported. 'wte'[0, 1] is 1e+39, which is beyond the range of floats. "
            + "Export doubles, or train it again with a smaller learning rate.\n", code: 65))
    #expect(try sandbox.run("export large --onnx a --float64").code == 0)
  }
}
