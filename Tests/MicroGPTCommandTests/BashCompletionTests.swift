import Foundation
import Testing

@testable import CommandLineOptions
@testable import MicroGPTCommand

/// What bash completes, asked as it asks: with the words of the line in COMP_WORDS, the last of which is being written.
@Suite(
  "Completion in bash",
  .enabled(if: hasShell("bash"), "There is no bash here: its completions are not tried."))
struct BashCompletionTests {
  /// The completions of a line, whose words are those that bash splits it into: `=` is one of its own.
  private func completions(_ words: [String], in sandbox: Sandbox? = nil, setup: String = "") throws
    -> [String]
  {
    let sandbox = try sandbox ?? Sandbox()
    try sandbox.write(MicroGPT.command.completionScript(for: .bash), to: "../script")
    let lines = """
      source ../script
      \(setup)
      COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
      _microgpt || exit 1
      for word in "${COMPREPLY[@]}"; do printf '%s\\n' "$word"; done
      """
    let ending = try sandbox.run(words: ["/usr/bin/env", "bash", "-uc", lines, "bash", "microgpt"] + words)
    #expect(ending.code == 0 && ending.error == "", "\(ending.error)")
    return ending.output.split(separator: "\n").map(String.init).sorted()
  }

  @Test("the first word is a subcommand")
  func subcommands() throws {
    let names = MicroGPT.command.subcommands.map { $0.name } + ["help"]
    #expect(try completions([""]) == names.sorted())
    #expect(try completions(["e"]) == ["eval", "export"])
    #expect(try completions(["help", "sa"]) == ["sample"])
    #expect(try completions(["help", "sample", ""]) == [])
    #expect(try completions(["unknown", ""]) == [])
  }

  @Test("options are the subcommand's, and without one the first subcommand's and the command's own")
  func options() throws {
    let own = ["--completion-script", "--help", "--manual", "--version", "-h"]
    #expect(try completions(["names", "-"]) == ["--help", "--version", "-h"])
    #expect(try completions(["sample", "--top"]) == ["--top-k", "--top-p"])
    #expect(try completions(["train", "--e"]) == ["--embedding", "--engine", "--epsilon", "--eval-every"])
    let train = Train.options.flatMap(\.value).map(\.name)
    #expect(try completions(["-"]) == (train + own).sorted())
    #expect(try completions(["--quiet", "--man"]) == ["--manual"])
    // Where no argument is missing, only options can follow.
    #expect(try completions(["names", ""]) == ["--help", "--version", "-h"])
  }

  @Test("a value is one of the choices, a file or nothing, as the option says")
  func values() throws {
    let sandbox = try Sandbox(["my names.txt": "", "my \"other\" names.txt": "", "your.txt": ""])
    try FileManager.default.createDirectory(
      atPath: "\(sandbox.folder)/models", withIntermediateDirectories: false)
    #expect(try completions(["train", "--engine", ""]) == ["exact", "fast"])
    #expect(try completions(["--schedule", "c"]) == ["constant", "cosine"])
    #expect(try completions(["sample", "m.safetensors", "--streams", "m"]) == ["many"])
    #expect(try completions(["--completion-script", ""]) == ["bash", "fish", "zsh"])
    #expect(try completions(["train", "--steps", ""], in: sandbox) == [])
    #expect(try completions(["sample", "--prompt", ""], in: sandbox) == [])
    let mine = ["my \"other\" names.txt", "my names.txt"]
    #expect(try completions(["train", "--data", "my"], in: sandbox) == mine)
    #expect(try completions(["train", "--data", "\"my"], in: sandbox) == mine)
    #expect(try completions(["--data", ""], in: sandbox) == ["models"] + mine + ["your.txt"])
    // A flag has no value, and an option's value is no argument.
    #expect(try completions(["sample", "--json", "y"], in: sandbox) == ["your.txt"])
    #expect(try completions(["sample", "--samples", "3", "y"], in: sandbox) == ["your.txt"])
    #expect(try completions(["train", "--quiet", "--ste"]) == ["--steps"])
  }

  @Test("a value after an equals sign is completed, whether or not bash splits the word there")
  func equalsSigns() throws {
    let sandbox = try Sandbox(["my names.txt": "", "a=b:c.txt": ""])
    #expect(try completions(["train", "--engine", "=", "f"]) == ["fast"])
    #expect(try completions(["train", "--engine", "="]) == ["exact", "fast"])
    #expect(try completions(["train", "--engine=f"]) == ["--engine=fast"])
    #expect(try completions(["train", "--data", "=", "my"], in: sandbox) == ["my names.txt"])
    #expect(try completions(["train", "--data=my"], in: sandbox) == ["--data=my names.txt"])
    #expect(try completions(["train", "--data", "=", "a", "=", "b", ":"], in: sandbox) == ["c.txt"])
    #expect(try completions(["train", "--data", "=", "my", "--engine", ""]) == ["exact", "fast"])
    #expect(try completions(["train", "--steps", "=", ""], in: sandbox) == [])
    // The equals sign has ended the value: what follows is an argument.
    #expect(try completions(["sample", "--samples", "=", "3", "my"], in: sandbox) == ["my names.txt"])
  }

  @Test("arguments are files, as many as there are, and after '--' nothing is an option")
  func arguments() throws {
    let sandbox = try Sandbox(["my model.safetensors": "", "-odd": "", "--json": ""])
    #expect(try completions(["eval", "my"], in: sandbox) == ["my model.safetensors"])
    #expect(try completions(["eval", "first", "my"], in: sandbox) == [])
    #expect(try completions(["eval", "--", "-"], in: sandbox) == ["--json", "-odd"])
    #expect(try completions(["eval", "--", "first", "-"], in: sandbox) == [])
    #expect(try completions(["train", "--", ""], in: sandbox) == [])
  }

  @Test("names and choices do not depend on how the user's shell splits words")
  func settings() throws {
    #expect(try completions(["train", "--engine", ""], setup: "IFS=a") == ["exact", "fast"])
    #expect(try completions(["e"], setup: "IFS=a") == ["eval", "export"])
  }

  @Test("the line that the script shows makes bash complete the command")
  func loading() throws {
    let sandbox = try Sandbox()
    let ending = try sandbox.shell(
      #"""
      exec bash --norc -c 'eval "$("$microgpt" --completion-script bash)" && complete -p microgpt'
      """#)
    #expect(ending == Ending(output: "complete -F _microgpt microgpt\n"))
  }
}

/// Whether this machine has a program.
func hasShell(_ name: String) -> Bool {
  (try? Sandbox().shell("command -v \(name)").code) == 0
}
