import Foundation
import Testing

@testable import CommandLineOptions
@testable import MicroGPTCommand

/// What zsh completes in a terminal of its own, where a widget writes matches and descriptions to a file.
@Suite(
  "Completion in zsh", .enabled(if: hasShell("zsh"), "There is no zsh here: its completions are not tried."))
struct ZshCompletionTests {
  /// The completions of lines: each word, or its description.
  private func completions(
    _ lines: [String], of command: Command = MicroGPT.command, in sandbox: Sandbox? = nil,
    described: Bool = false
  ) throws -> [[String]] {
    let sandbox = try sandbox ?? Sandbox()
    try sandbox.write(command.completionScript(for: .zsh), to: "../script")
    try sandbox.write(ZshCompletionTests.widget, to: "../widget")
    let ending = try sandbox.run(
      words: [
        "/usr/bin/env", "zsh", "-f", "-c", ZshCompletionTests.terminal, described ? "described" : "words",
      ] + lines)
    #expect(ending.code == 0 && ending.error == "", "\(ending.error)")
    return ending.output.components(separatedBy: "end of line\n").dropLast().map { text in
      text.split(separator: "\n").map(String.init).sorted()
    }
  }

  /// Types the lines in a terminal, a tab after each, and prints what the widget has written.
  private static let terminal = #"""
    zmodload zsh/zpty
    export MATCHES=$PWD/../matches SHOWN=$0
    zpty shell zsh -f -i
    zpty -w shell 'source ../widget'
    # A terminal that nobody reads from fills up. A minute is enough for a busy machine.
    await() {
      repeat 6000; do
        zpty -r -t shell ignored
        [[ -f $MATCHES ]] && (( $(grep -c "end of line" $MATCHES) >= $1 )) && return
        sleep 0.01
      done
      print -u 2 "zsh has not answered: $(<$MATCHES)"
      exit 1
    }
    await 0
    for (( number = 1; number <= $#; number++ )); do
      zpty -w -n shell "$argv[number]"$'\t'
      await $number
      # Ctrl-U empties the line.
      zpty -w -n shell $'\x15'
    done
    zpty -d shell
    cat $MATCHES
    """#

  private static let widget = #"""
    autoload -Uz compinit
    compinit -D -u
    source ../script
    show() {
      # What the functions add passes here. Those calls that only filter are left alone.
      compadd() {
        if [[ " $* " != *\ -[OAD]\ * ]]; then
          local -a found
          builtin compadd -O found "$@"
          if [[ $SHOWN == described ]]; then found=("$_tmpd[@]"); fi
          (( $#found )) && print -rl -- "$found[@]" >> $MATCHES
        fi
        builtin compadd "$@"
      }
      _main_complete
      unfunction compadd
      compstate[insert]='' compstate[list]=''
      print "end of line" >> $MATCHES
    }
    zle -C show complete-word show
    bindkey '^I' show
    : > $MATCHES
    """#

  @Test("subcommands, options and values are those of the declarations")
  func lines() throws {
    let sandbox = try Sandbox(["my names.txt": "", "your.txt": ""])
    let files = ["my\\ names.txt", "your.txt"]
    let expected: KeyValuePairs = [
      "microgpt e": ["eval", "export"], "microgpt help sa": ["sample"],
      "microgpt names -": ["--help", "--version", "-h"], "microgpt sample --top": ["--top-k", "--top-p"],
      "microgpt --quiet --man": ["--manual"], "microgpt train --man": [],
      "microgpt train --engine ": ["exact", "fast"], "microgpt --schedule=c": ["constant", "cosine"],
      "microgpt --completion-script ": ["bash", "fish", "zsh"],
      "microgpt --data ": files, "microgpt train --data=m": ["my\\ names.txt"],
      "microgpt train --steps ": [], "microgpt sample --prompt ": [],
      "microgpt eval --json ": files, "microgpt eval -- ": files, "microgpt eval first y": [],
    ]
    let found = try completions(expected.map(\.key), in: sandbox)
    #expect(found.count == expected.count)
    for ((line, words), found) in zip(expected, found) { #expect(found == words, "\(line)") }
  }

  @Test("options are shown with their descriptions, in which quotes, brackets and colons are as they are")
  func descriptions() throws {
    let command = Command(name: "microgpt", abstract: "", subcommands: [Odd.self])
    let found = try completions(["microgpt odd --o", "microgpt o"], of: command, described: true)
    #expect(found.first?.count == 1 && found.first?[0].hasSuffix("-- " + Odd.help) == true, "\(found)")
    #expect(found.last?.first?.hasSuffix("-- " + Odd.abstract) == true, "\(found)")
  }

  @Test("the script is loaded by a line of .zshrc, and as a file in a folder of functions")
  func loading() throws {
    let sandbox = try Sandbox()
    try FileManager.default.createDirectory(
      atPath: "\(sandbox.folder)/functions", withIntermediateDirectories: false)
    let ending = try sandbox.shell(
      #"""
      "$microgpt" --completion-script zsh > functions/_microgpt
      zsh -n functions/_microgpt
      zsh -fc '
        autoload -Uz compinit
        compinit -D -u
        eval "$("$microgpt" --completion-script zsh)"
        print $_comps[microgpt]'
      zsh -fc '
        fpath+=($PWD/functions)
        autoload -Uz compinit
        compinit -D -u
        print $_comps[microgpt]'
      """#)
    #expect(ending == Ending(output: "_microgpt\n_microgpt\n"))
  }
}
