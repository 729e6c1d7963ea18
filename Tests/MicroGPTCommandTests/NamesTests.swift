import MicroGPT
import Testing

@testable import MicroGPTCommand

/// `microgpt names`: a text for users without one.
@Suite("microgpt names") struct NamesTests {
  @Test("the built-in names are printed one per line, and nothing else")
  func printed() throws {
    #expect(try Sandbox().run("names") == Ending(output: Corpus.namesText))
  }

  @Test("its output as input.txt gives the run on the built-in names")
  func input() throws {
    let sandbox = try Sandbox(), line = "--steps 20 --samples 2"
    let builtIn = try sandbox.run(line).output
    #expect(try sandbox.shell(#""$microgpt" names > input.txt"#) == Ending())
    let ending = try sandbox.run(line)
    #expect(ending.output == builtIn)
    #expect(ending.error.hasPrefix("Learning from 2,594 documents of input.txt.\n"))
  }

  @Test("it takes neither arguments nor options, and says so")
  func surplus() throws {
    #expect(refusal("names 5") == "Unexpected argument '5'. 'microgpt names' takes no arguments.")
    #expect(
      refusal("names --steps 5")
        == "'microgpt names' takes no '--steps'; 'microgpt train' does. "
        + "Leave it out, or see 'microgpt names --help'.")
  }
}
