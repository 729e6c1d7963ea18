/// Completions for zsh, by its function `_arguments`, which shows what each option means.
extension CompletionTable {
  var zsh: String {
    let names = subcommands.map { part in
      // Only up to the first colon are colons special.
      "    " + singleQuoted("\(part.name):" + part.abstract.replacing(#"\"#, with: #"\\"#))
    }
    let cases = ([top] + subcommands).map(zshCase).joined(separator: "\n")
    return ZshCompletion.script
      .replacing("@CASES@", with: cases).replacing("@SUBCOMMANDS@", with: names.joined(separator: "\n"))
      .replacing("@COMMAND@", with: command)
  }

  private func zshCase(_ part: Part) -> String {
    var specifications: [String] = []
    for option in part.options {
      // Either form of an option excludes the other.
      let names = option.names.count > 1 ? "(\(option.names.joined(separator: " ")))" : ""
      for name in option.names {
        let equals = option.value == nil ? "" : "="
        let value = option.value.map { ":" + zshValue($0) } ?? ""
        specifications.append("\(names)\(name)\(equals)[\(zshText(option.help))]\(value)")
      }
    }
    specifications += part.arguments.map { argument in
      "\(argument.isRepeated ? "*:" : argument.isRequired ? ":" : "::")\(zshValue(argument))"
    }
    let lines = ["_arguments -S"] + specifications.map { "  " + singleQuoted($0) }
    return "    \(part.name.isEmpty ? "''" : part.name))\n      "
      + lines.joined(separator: " \\\n      ") + "\n      ;;"
  }

  /// A message, which is shown where nothing can be offered, and what is offered.
  private func zshValue(_ value: Value) -> String {
    let message = zshText(value.placeholder + (value.facts.map { " (\($0))" } ?? ""))
    return switch value.completion {
    case .nothing: "\(message): "
    case .files: "\(message):_files"
    case .words(let words): "\(message):(\(words.joined(separator: " ")))"
    }
  }

  private func zshText(_ text: String) -> String {
    text.reduce(into: "") { $0 += (#"\:[]"#.contains($1) ? "\\" : "") + String($1) }
  }
}

private enum ZshCompletion {
  static let script = #"""
    #compdef @COMMAND@
    # Completions of @COMMAND@ for zsh. They belong in a file named _@COMMAND@ in a folder of $fpath, or, after compinit,
    # this line in ~/.zshrc loads them:
    #
    #     eval "$(@COMMAND@ --completion-script zsh)"

    _@COMMAND@_subcommands() {
      local -a subcommands
      subcommands=(
    @SUBCOMMANDS@
      )
      _describe -t commands subcommand subcommands
    }

    _@COMMAND@() {
      local curcontext="$curcontext" subcommand=''
      if (( CURRENT == 2 )) && [[ $PREFIX != -* ]]; then
        _@COMMAND@_subcommands
        return
      fi
      # Without its first word the line is one of the subcommand.
      if (( CURRENT > 2 )) && [[ $words[2] != -?* ]]; then
        subcommand=$words[2]
        shift words
        (( CURRENT-- ))
      fi
      case $subcommand in
    @CASES@
      esac
    }

    if [[ $funcstack[1] == _@COMMAND@ ]]; then
      _@COMMAND@ "$@"
    else
      compdef _@COMMAND@ @COMMAND@
    fi
    """#
}
