/// Completions for bash, from version 3.2 on, which is macOS's.
///
/// The script has two functions: a table, made from the declarations, and a reader of the line, which is always the same.
extension CompletionTable {
  var bash: String {
    let names = subcommands.map(\.name).joined(separator: " ")
    let cases = ([top] + subcommands).map(bashCase).joined(separator: "\n")
    return BashCompletion.script
      .replacing("@CASES@", with: cases).replacing("@SUBCOMMANDS@", with: names).replacing(
        "@COMMAND@", with: command)
  }

  /// The options of a subcommand, and what each and its arguments take.
  private func bashCase(_ part: Part) -> String {
    var lines = ["    \(part.name.isEmpty ? "''" : part.name))"]
    lines.append("      options='\(part.options.flatMap(\.names).joined(separator: " "))'")
    let values = part.options.flatMap { option in
      option.value.map { [(option.names.joined(separator: " | "), $0)] } ?? []
    }
    // An argument is asked for by its place.
    let arguments = part.arguments.enumerated().filter { !$1.isRepeated }.map { ("\($0)", $1) }
    // Those that take the same share a line, in the order of the first.
    var rows: [(names: [String], takes: String)] = []
    for (name, value) in values + arguments {
      let takes = bashWords(value.completion)
      if let row = rows.firstIndex(where: { $0.takes == takes }) {
        rows[row].names.append(name)
      } else {
        rows.append(([name], takes))
      }
    }
    // One that takes all words that remain has every place that is left.
    if let last = part.arguments.last, last.isRepeated {
      rows.append((["[0-9]*"], bashWords(last.completion)))
    }
    if !rows.isEmpty {
      lines.append("      case $2 in")
      lines += rows.map { "        \($0.names.joined(separator: " | "))) \($0.takes) ;;" }
      lines.append("      esac")
    }
    return (lines + ["      ;;"]).joined(separator: "\n")
  }

  private func bashWords(_ completion: Completion) -> String {
    switch completion {
    case .nothing: "takes=text"
    case .files: "takes=files"
    case .words(let words): "takes=words words=\(singleQuoted(words.joined(separator: " ")))"
    }
  }
}

private enum BashCompletion {
  static let script = #"""
    # Completions of @COMMAND@ for bash. This line in ~/.bashrc loads them:
    #
    #     eval "$(@COMMAND@ --completion-script bash)"

    # Sets `options` to the options of the subcommand $1, and `takes` to what its option $2 takes, or its argument of that
    # number: text, files, words, which are then in `words`, or nothing.
    _@COMMAND@_table() {
      options='' takes='' words=''
      case $1 in
    @CASES@
      esac
    }

    _@COMMAND@() {
      local IFS=$' \t\n' options takes words
      local subcommand='' option='' ended='' count=0 joins='' prefix='' current word index last
      local -a line
      line=()
      COMPREPLY=()

      # bash takes '=' and ':' for words of their own. They are joined with their neighbors again.
      for word in "${COMP_WORDS[@]:1:COMP_CWORD}"; do
        last=$((${#line[@]} - 1))
        if [[ $word == [=:]* && -z ${word//[=:]/} && last -ge 0 ]]; then
          line[last]+=$word
          joins=yes
        elif [[ -n $joins ]]; then
          line[last]+=$word
          joins=''
        else
          line+=("$word")
        fi
      done
      last=$((${#line[@]} - 1))
      # What replaces only the last of bash's words.
      current=${COMP_WORDS[COMP_CWORD]}
      [[ -n ${current//[=:]/} ]] || current=''

      for ((index = 0; index < last; index++)); do
        word=${line[index]}
        if [[ -n $option ]]; then
          option=''
        elif [[ -n $ended ]]; then
          count=$((count + 1))
        elif [[ $word == -- ]]; then
          ended=yes
        elif [[ $word == -?*=* ]]; then
          :
        elif [[ $word == -?* ]]; then
          _@COMMAND@_table "$subcommand" "$word"
          [[ -z $takes ]] || option=$word
        elif [[ $index == 0 ]]; then
          subcommand=$word
        else
          count=$((count + 1))
        fi
      done

      word=${line[last]}
      local start=${word%"$current"}
      if [[ -n $option ]]; then
        _@COMMAND@_table "$subcommand" "$option"
      elif [[ -z $ended && $word == -?*=* ]]; then
        _@COMMAND@_table "$subcommand" "${word%%=*}"
        prefix=${word%%=*}=
        word=${word#*=}
      elif [[ -z $ended && $word == -* ]]; then
        _@COMMAND@_table "$subcommand" ''
        takes=words words=$options
      elif [[ -z $ended && $last == 0 ]]; then
        takes=words words='@SUBCOMMANDS@'
      else
        _@COMMAND@_table "$subcommand" "$count"
        # Where no argument is missing, only options can follow.
        [[ -n $takes || -n $ended ]] || takes=words words=$options
      fi

      case $takes in
        words)
          for current in $words; do
            [[ $current != "$word"* ]] || COMPREPLY+=("$prefix$current")
          done
          ;;
        files)
          case $word in
            [\"\']*) word=${word:1} ;;
          esac
          # Lets bash quote names with spaces, and end those of folders with a slash. Version 3.2 lacks it.
          compopt -o filenames 2>/dev/null
          while IFS= read -r current; do
            COMPREPLY+=("$prefix$current")
          done < <(compgen -f -- "$word")
          ;;
      esac
      for index in "${!COMPREPLY[@]}"; do COMPREPLY[index]=${COMPREPLY[index]#"$start"}; done
    }

    if type compopt >/dev/null 2>&1; then
      complete -F _@COMMAND@ @COMMAND@
    else
      complete -o filenames -F _@COMMAND@ @COMMAND@
    fi
    """#
}
