import Foundation
import MicroGPT
import MicroGPTFiles
import MicroGPTFoundation
import Testing

/// Errors as an app's alert shows them.
@Suite struct LocalizedErrorsTests {
  /// An error of every type.
  static let errors: [any Error & CustomStringConvertible] = [
    ConfigurationError.tooLarge, ConfigurationTextError.unknownKey("width"), CorpusError.empty,
    SplitError.share(2), TokenizerError.unknownCharacter("é", position: 3),
    TrainingError.lossNotFinite(step: 2, loss: .infinity),
    TrainingStateError.configuration(.tooLarge), FineTuningError.configuration(.tooLarge),
    ModelError.parameterCount(expected: 2, found: 1), SamplerError.notFinite, TokenFilterError.topK(0),
    CheckpointError.missingTensor("wte"), SafetensorsError.header(.endsEarly(offset: 1)),
    JSONError.endsEarly(offset: 1), ONNXError.tooLarge(parameters: 3_000_000_000),
    FileError(.read, path: "names.txt", code: 2),
    ModelFileError.file(FileError(.read, path: "model", code: 2)),
  ]

  @Test("the localized description of an error is its sentence", arguments: errors.indices)
  func sentence(index: Int) {
    let error = LocalizedErrorsTests.errors[index]
    // As an app has it: caught, its type unknown.
    let caught: any Error = error
    #expect(caught.localizedDescription == error.description)
    #expect(caught.localizedDescription.hasSuffix("."))
    #expect((caught as NSError).localizedDescription == error.description)
  }

  @Test("there is an error of every public error type of the library and its files")
  func all() throws {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    var names: Set<String> = []
    for folder in ["MicroGPT", "MicroGPTFiles"] {
      let folder = root.appendingPathComponent("Sources/\(folder)")
      let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)?.allObjects
      for file in files as? [URL] ?? [] where file.pathExtension == "swift" {
        let text = try String(contentsOf: file, encoding: .utf8)
        for match in text.matches(of: /public (?:indirect )?(?:enum|struct) (\w+): (?:[\w, ]+, )?Error\b/) {
          names.insert(String(match.1))
        }
      }
    }
    #expect(names == Set(LocalizedErrorsTests.errors.map { "\(type(of: $0))" }))
  }
}
