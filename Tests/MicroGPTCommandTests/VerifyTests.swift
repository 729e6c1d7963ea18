import MicroGPT
import MicroGPTFiles
import Testing

@testable import MicroGPTCommand

/// `microgpt verify`: its verdict on a run, and its exit code.
@Suite("microgpt verify") struct VerifyTests {
  @Test(
    "the default run on the built-in names is CPython's, bit for bit, at every instruction set",
    arguments: instructionChoices)
  func builtIn(instructions: String) throws {
    #expect(
      try Sandbox().run("verify", environment: ["MICROGPT_ISA": instructions])
        == Ending(output: bitForBit, error: builtInRemark))
  }

  @Test(
    "the default run on the makemore names is CPython's, bit for bit",
    .enabled(if: sharedFolder != nil, "MICROGPT_SHARED is not set: the makemore names are not here."))
  func makemore() throws {
    let names = sharedFolder! + "/names.txt"
    #expect(
      try Sandbox().run(["verify", "--data", names])
        == Ending(output: bitForBit, error: "Learning from 32,033 documents of \(names).\n"))
  }

  /// glibc then has the functions for processors without FMA, which round otherwise. The library has its own.
  @Test(
    "it is so under a C library that rounds otherwise", arguments: InstructionSet.available.map(\.rawValue))
  func otherLibrary(instructions: String) throws {
    let environment = withoutFMA.merging(["MICROGPT_ISA": instructions]) { $1 }
    #expect(
      try Sandbox().run("verify", environment: environment) == Ending(output: bitForBit, error: builtInRemark)
    )
  }

  @Test("a named text without figures is refused with its SHA-256")
  func noFigures() throws {
    let hash = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    let sandbox = try Sandbox(["input.txt": "abc"])
    #expect(
      try sandbox.run("verify --data input.txt")
        == Ending(
          error:
            "Error: There are no figures for input.txt, whose SHA-256 is \(hash). Verify with the makemore "
            + "names, or without --data.\n", code: 65))
  }

  @Test(
    "if input.txt has no figures, the built-in names are verified, and the remark says so")
  func ownInput() throws {
    #expect(
      try Sandbox(["input.txt": "emma\nolivia\n"]).run("verify")
        == Ending(
          output: bitForBit,
          error: "Learning from 2,594 documents of the built-in names "
            + "(there are no figures for input.txt).\n"))
  }

  @Test(
    "an input.txt with figures is verified itself, any other is replaced by the built-in names",
    arguments: ["emma\n", ""])
  func input(text: String) throws {
    func input(_ text: String) throws -> (source: TextSource, figures: GoldenFigures) {
      try Verify.withFigures(
        TextSource(bytes: Array(text.utf8), name: "input.txt", reason: ""), isNamed: false)
    }
    #expect(try input(Corpus.namesText).source.name == "input.txt")
    #expect(try input(text).source.name == "the built-in names")
    for text in [Corpus.namesText, text] {
      #expect(try input(text).figures.dataSHA256 == GoldenFigures.builtInNames.dataSHA256)
    }
  }

  @Test("a file that is not there is refused")
  func missing() throws {
    #expect(
      try Sandbox().run("verify --data names.txt")
        == Ending(
          error: "Error: 'names.txt' cannot be read: No such file or directory. Check its name and folder.\n",
          code: 66))
  }
}

private let bitForBit = "1000/1000 losses, parameters, 20/20 samples: bit for bit\n"
private let builtInRemark =
  "Learning from 2,594 documents of the built-in names (there is no input.txt, and the makemore names are "
  + "not here: MICROGPT_OFFLINE is set).\n"

/// What makes glibc take its functions for processors without FMA: another C library on the same machine.
private let withoutFMA: [String: String?] = ["GLIBC_TUNABLES": "glibc.cpu.hwcaps=-FMA,-AVX2"]

/// The result of a comparison, for figures of two losses and two samples.
@Suite("Verdicts") struct VerdictTests {
  private let figures = GoldenFigures(
    dataSHA256: "", parametersSHA256: "abcd", samples: ["emma", "ava"],
    lossBits: "400aed80143a59dd\n400b64e9211a7f41")
  private let losses = [3.3659669475848504, 3.4242727838717717]

  private func verdict(
    losses: [Double]? = nil, parameters: String = "abcd", samples: [String] = ["emma", "ava"]
  ) -> Verdict {
    Verdict(figures, losses: losses ?? self.losses, parametersSHA256: parameters, samples: samples)
  }

  @Test(
    "a run is compared in its losses, its parameters and its samples, and a difference in any one fails it")
  func wholeRun() throws {
    var configuration = Configuration()
    (configuration.steps, configuration.embedding) = (3, 8)
    let corpus = try Corpus(text: "emma\nolivia\nava")
    let trainer = try Trainer(corpus: corpus, configuration: configuration)
    var lossBits = ""
    while let step = try trainer.step() {
      let digits = String(step.loss.bitPattern, radix: 16)
      lossBits += String(repeating: "0", count: 16 - digits.count) + digits
    }
    let sampler = trainer.sampler(), hash = sampler.model.parametersSHA256
    let samples = try [sampler.sample(), sampler.sample()]
    func verdict(_ lossBits: String, _ hash: String, _ samples: [String]) throws -> Verdict {
      try Verdict(
        GoldenFigures(dataSHA256: "", parametersSHA256: hash, samples: samples, lossBits: lossBits),
        corpus: corpus, configuration: configuration)
    }
    #expect(try verdict(lossBits, hash, samples) == .equal(losses: 3, samples: 2))
    let last = lossBits.last == "0" ? "1" : "0"
    for other in [
      try verdict(lossBits.dropLast() + last, hash, samples), try verdict(lossBits, hash + "0", samples),
      try verdict(lossBits, hash, [samples[0], samples[1] + "a"]),
    ] {
      #expect(other.isFailure, "\(other)")
      if case .equal = other { Issue.record("\(other)") }
    }
  }

  @Test("a verdict is one line, and a wrong build ends with code 1", arguments: [true, false])
  func report(isWrong: Bool) throws {
    let sandbox = try Sandbox(), verdict = verdict(parameters: isWrong ? "ef01" : "abcd")
    let file = try OutputFile(creating: sandbox.folder + "/verdict")
    if isWrong {
      #expect(throws: Failure(code: 1, nil)) { try verdict.report(to: file) }
    } else {
      try verdict.report(to: file)
    }
    #expect(try sandbox.read("verdict") == verdict.description + "\n")
  }

  @Test("equal bits are a success")
  func equal() {
    let verdict = verdict()
    #expect(!verdict.isFailure)
    #expect(verdict.description == "2/2 losses, parameters, 2/2 samples: bit for bit")
  }

  @Test("a loss that differs in its last bit is a failure, and is shown with the reference's")
  func loss() {
    let verdict = verdict(losses: [losses[0], losses[1].nextUp])
    #expect(verdict.isFailure)
    #expect(
      verdict.description
        == "First difference: step 2 has loss 3.424272783871772, the reference 3.4242727838717717.")
  }

  @Test("other parameters are a failure, and are shown by their hashes")
  func parameters() {
    let verdict = verdict(parameters: "ef01")
    #expect(verdict.isFailure)
    #expect(
      verdict.description
        == "First difference: the parameters after the last step have SHA-256 ef01, the reference's abcd.")
  }

  @Test("another sample is a failure, and is shown with the reference's")
  func sample() {
    let verdict = verdict(samples: ["emma", "eva"])
    #expect(verdict.isFailure)
    #expect(verdict.description == "First difference: sample 2 is 'eva', the reference's 'ava'.")
  }

  @Test("losses and samples that are missing are a failure")
  func missing() {
    let verdict = verdict(losses: [losses[0]], samples: [])
    #expect(verdict.isFailure)
    #expect(verdict.description == "First difference: there are 1 losses and 0 samples.")
  }

  @Test(
    "the figures are those of whole default runs", arguments: [GoldenFigures.makemoreNames, .builtInNames])
  func figures(figures: GoldenFigures) {
    #expect(figures.losses.count == 1000)
    #expect(figures.losses.allSatisfy { (0.5..<5).contains($0) })
    #expect(figures.samples.count == 20)
    #expect(figures.parametersSHA256.utf8.count == 64)
    #expect(GoldenFigures.figures(dataSHA256: figures.dataSHA256)?.samples == figures.samples)
  }
}
