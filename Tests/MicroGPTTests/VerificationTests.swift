import Testing

@testable import MicroGPT

/// The reference's run, a few steps at a time, against CPython's figures.
@Suite struct VerificationTests {
  @Test("the example in the documentation holds: every bit is the same")
  func documentedExample() throws {
    let verification = try Verification(.builtInNames, corpus: .names)
    while try verification.advance(100) == nil { print(verification.completedSteps) }
    #expect(verification.completedSteps == 1000 && verification.steps == 1000)
    #expect(try verification.advance(1) == .equal(losses: 1000, samples: 20))
  }

  @Test("a run of another seed differs, and the first loss that does is named")
  func different() throws {
    var configuration = Configuration()
    (configuration.seed, configuration.steps) = (43, 2)
    let verification = try Verification(.builtInNames, corpus: .names, configuration: configuration)
    let verdict = try #require(try verification.advance(3))
    #expect(verdict.isFailure)
    #expect(verdict.description.hasPrefix("First difference: step 1 has loss "))
  }

  @Test("fewer steps than the figures are not equal to them")
  func unfinished() throws {
    var configuration = Configuration()
    configuration.steps = 2
    let verification = try Verification(.builtInNames, corpus: .names, configuration: configuration)
    #expect(try verification.advance(1) == nil)
    let verdict = try #require(try verification.advance(2))
    #expect(verdict.isFailure)
  }
}
