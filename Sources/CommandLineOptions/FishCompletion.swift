/// Completions for fish: a list of conditions and what may be written where they hold.
extension CompletionTable {
  var fish: String {
    var lines = subcommands.map { part in
      "complete -c \(command) -n __\(command)_begins -a \(part.name) -d \(fishQuoted(part.abstract))"
    }
    for part in [top] + subcommands {
      let subcommand = part.name.isEmpty ? "none" : part.name
      let start = "complete -c \(command) -n '__\(command)_runs \(subcommand)'"
      lines.append("")
      lines += part.options.map { option in
        let names = option.names.map { $0.hasPrefix("--") ? "-l \($0.dropFirst(2))" : "-s \($0.dropFirst())" }
        let value = option.value.map { fishValue($0.completion, option: true) } ?? ""
        return "\(start) \(names.joined(separator: " "))\(value) -d \(fishQuoted(option.help))"
      }
      // fish does not say how many arguments precede: each place offers what any takes.
      lines += part.arguments.filter { $0.completion != .nothing }.map { argument in
        start + fishValue(argument.completion, option: false)
      }
    }
    return FishCompletion.script.replacing("@COMMAND@", with: command) + "\n" + lines.joined(separator: "\n")
  }

  private func fishValue(_ completion: Completion, option: Bool) -> String {
    switch completion {
    case .nothing: option ? " -x" : ""
    case .files: option ? " -r -F" : " -F"
    case .words(let words): (option ? " -x" : "") + " -a \(fishQuoted(words.joined(separator: " ")))"
    }
  }

  private func fishQuoted(_ text: String) -> String {
    singleQuoted(text.replacing(#"\"#, with: #"\\"#), apostrophe: #"\'"#)
  }
}

private enum FishCompletion {
  static let script = #"""
    # Completions of @COMMAND@ for fish. This line keeps them where fish finds them:
    #
    #     @COMMAND@ --completion-script fish > ~/.config/fish/completions/@COMMAND@.fish

    # Whether the subcommand's place is being written.
    function __@COMMAND@_begins
        test (count (commandline -opc)) -eq 1
    end

    # Whether the line runs this subcommand, or names none.
    function __@COMMAND@_runs
        set -l words (commandline -opc)
        if test (count $words) -lt 2; or string match -q -- '-*' $words[2]
            test $argv[1] = none
        else
            test $argv[1] = $words[2]
        end
    end

    complete -c @COMMAND@ -f
    """#
}
