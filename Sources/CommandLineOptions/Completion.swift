/// What a shell offers where a line has the value of an option, or an argument.
///
/// Declarations say it without being asked to: a choice offers its values, and text with the placeholder FILE is a file.
package enum Completion: Equatable, Sendable {
  /// Nothing: a number, or text that only the user knows.
  case nothing
  case files
  case words([String])

  /// Of text with this placeholder.
  init(placeholder: String) { self = placeholder == "FILE" ? .files : .nothing }
}

/// A shell that a completion script can be written for.
package enum Shell: String, CaseIterable, Sendable {
  case bash, zsh, fish
}

extension Command {
  /// A script that teaches a shell to complete lines of this command, without a newline at its end.
  package func completionScript(for shell: Shell) -> String {
    let table = CompletionTable(self)
    return switch shell {
    case .bash: table.bash
    case .zsh: table.zsh
    case .fish: table.fish
    }
  }
}
