import Foundation
import Testing

@testable import MicroGPT

/// The map from the lines of the one-screen programs to what they compute.
@Suite("Lines that compute") struct ProgramTests {
  private func file(_ program: Program) throws -> [String] {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let name = program == .microgpt ? "microgpt.swift" : "microgpt_matrix.swift"
    return try String(contentsOf: root.appendingPathComponent(name), encoding: .utf8)
      .components(separatedBy: "\n")
  }

  @Test("each line begins in the file as the map says", arguments: Program.allCases)
  func code(_ program: Program) throws {
    let file = try file(program)
    for line in program.lines {
      try #require((1..<file.count).contains(line.number))
      let code = file[line.number - 1].drop { $0 == " " }
      #expect(code.hasPrefix(line.code), "\(line.number)")
      // Enough of it that another line would be noticed.
      #expect(line.code.count >= 15 || line.code == code, "\(line.number): \(line.code)")
      #expect(!line.operations.isEmpty)
    }
    #expect(Set(program.lines.map(\.number)).count == program.lines.count)
  }

  @Test(
    "the map has every line that computes", arguments: [(Program.microgpt, 112, 200), (.matrix, 116, 212)])
  func count(_ program: Program, computing: Int, all: Int) throws {
    #expect(program.lines.count == computing)
    let file = try file(program)
    #expect(file.count - 1 == all)
    // The others are empty, comments, ends of blocks, prints, imports, and declarations whose bodies compute.
    let known = Set(program.lines.map(\.number))
    let rest = file.indices.dropLast().filter { !known.contains($0 + 1) }.map { file[$0] }
    for line in rest {
      let code = line.drop { $0 == " " }
      let isQuiet =
        code.isEmpty || code.allSatisfy { "{})".contains($0) }
        || ["//", "import ", "print(", "precondition(", "if documents.isEmpty"].contains {
          code.hasPrefix($0)
        }
      let declares = [
        "struct ", "final class ", "func ", "mutating func ", "init(", "let ", "var ", "typealias ",
        "extension ",
        "subscript", "get ", "nonmutating ", "return (x.map", "return (e.map", "@inline",
      ].contains { code.hasPrefix($0) }
      #expect(isQuiet || declares, "\(line)")
    }
  }

  @Test("the lines of AlgorithmStage that compute are in the map")
  func stages() {
    let known = Set(Program.microgpt.lines.map(\.number))
    for stage in AlgorithmStage.allCases {
      let lines = stage.lines.flatMap { Array($0.numbers) }
      #expect(lines.contains { known.contains($0) }, "\(stage)")
    }
    let main: [(Int, ProgramStage)] = [
      (172, .tokens), (150, .embedding), (157, .attention), (161, .mlp), (163, .logits), (175, .loss),
      (176, .backward), (183, .adam), (194, .sampling),
    ]
    for (number, stage) in main {
      #expect(Program.microgpt.lines.first { $0.number == number }?.main.stage == stage, "\(number)")
    }
  }

  @Test("every tensor of the map is one of a trace or a model")
  func tensors() throws {
    let trainer = try Trainer(corpus: Corpus(documents: ["emma", "ava"]))
    let trace = try trainer.model.trace("ava"), names = Set(trace.values.map(\.name))
    for operation in Operation.allCases {
      switch operation.quantity {
      case .value(let pattern), .gradient(let pattern):
        let name = pattern.replacingOccurrences(of: "*", with: "0")
        #expect(names.contains(name), "\(operation): \(name)")
      case .parameters(let patterns), .parameterGradients(let patterns):
        for pattern in patterns {
          #expect(trainer.model[pattern.replacingOccurrences(of: "*", with: "0")] != nil, "\(operation)")
        }
      default: break
      }
    }
  }

  @Test("every operation is one of a line, and lines are fed by lines of the same program")
  func feeds() {
    let used = Set(Program.allCases.flatMap { $0.lines.flatMap(\.operations) })
    #expect(used == Set(Operation.allCases))
    for program in Program.allCases {
      let numbers = Set(program.lines.map(\.number))
      for line in program.lines { #expect(numbers.isSuperset(of: program.feeds(of: line))) }
    }
    // Attention takes queries and keys.
    let attention = Program.microgpt.lines.first { $0.number == 157 }!
    #expect(Program.microgpt.feeds(of: attention) == [152, 153, 156])
  }
}
