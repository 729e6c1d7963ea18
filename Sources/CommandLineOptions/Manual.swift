/// The manual page, in the mdoc language that man reads, written from the same declarations as help.
///
///     microgpt --manual > microgpt.1
///
/// Its order of sections is mdoc's own.
extension Command {
  /// What the declarations do not say.
  package struct ManualFacts {
    let version: String
    /// The day of the page, as mdoc writes it: "November 21, 2026".
    let date: String
    /// Names and what they do.
    let environment, files, exitStatus: KeyValuePairs<String, String>

    package init(
      version: String, date: String, environment: KeyValuePairs<String, String>,
      files: KeyValuePairs<String, String>, exitStatus: KeyValuePairs<String, String>
    ) {
      (self.version, self.date, self.environment) = (version, date, environment)
      (self.files, self.exitStatus) = (files, exitStatus)
    }
  }

  /// The page, without a newline at its end.
  package func manual(_ facts: ManualFacts) -> String {
    var page = Mdoc()
    page.macro("Dd", facts.date)
    page.line(".Dt \(name.uppercased()) 1")
    page.macro("Os")
    page.macro("Sh", "NAME")
    page.macro("Nm", name)
    page.macro("Nd", abstract.last == "." ? String(abstract.dropLast()) : abstract)
    page.macro("Sh", "SYNOPSIS")
    for subcommand in subcommands { synopsis(of: subcommand, &page) }
    for option in General.onlyWhole {
      page.macro("Nm")
      page.line("." + option.manualName)
    }
    page.macro("Sh", "DESCRIPTION")
    page.paragraph(abstract)
    page.paragraph(
      "Without a subcommand, \(subcommands[0].name) runs. This page is about version \(facts.version).")
    page.list(General.all.map { ($0.manualName, $0.manualText) })
    for subcommand in subcommands { describe(subcommand, &page) }
    page.macro("Sh", "ENVIRONMENT")
    page.list(facts.environment.map { ("Ev " + Mdoc.argument($0), $1) })
    page.macro("Sh", "FILES")
    page.list(facts.files.map { ("Pa " + Mdoc.argument($0), $1) })
    page.macro("Sh", "EXIT STATUS")
    page.list(facts.exitStatus.map { (Mdoc.argument($0), $1) })
    page.macro("Sh", "EXAMPLES")
    for subcommand in subcommands { page.examples(Array(subcommand.examples)) }
    return page.text
  }

  private func synopsis<S: Subcommand>(of type: S.Type, _ page: inout Mdoc) {
    page.macro("Nm")
    page.line(S.name == subcommands[0].name ? ".Op Cm \(S.name)" : ".Cm \(S.name)")
    for argument in S.arguments { page.line(argument.manualName) }
    if S.options.contains(where: { !$0.value.isEmpty }) { page.line(".Op Ar options") }
  }

  private func describe<S: Subcommand>(_ type: S.Type, _ page: inout Mdoc) {
    page.macro("Ss", name, S.name)
    page.paragraph(S.abstract)
    page.paragraph(S.discussion)
    if !S.arguments.isEmpty {
      page.list(S.arguments.map { ("Ar " + Mdoc.argument($0.placeholder), $0.help + ".") })
    }
    for (title, options) in S.options where !options.isEmpty {
      page.macro("Pp")
      page.macro("Sy", title.prefix(1) + title.dropFirst().lowercased())
      page.list(options.map { ($0.manualName, $0.manualText) })
    }
  }
}

extension Option {
  /// Its names and its placeholder, as the words of a macro's line.
  fileprivate var manualName: String {
    let names = (short.map { [$0] } ?? []) + [name]
    // The macro writes the first dash itself.
    return names.map { "Fl " + Mdoc.argument(String($0.dropFirst())) }.joined(separator: " , ")
      + (placeholder.map { " Ar " + Mdoc.argument($0) } ?? "")
  }

  /// Its help as a sentence, with the limits and the default.
  fileprivate var manualText: String { help + (facts.map { " (\($0))" } ?? "") + "." }
}

extension Argument {
  fileprivate var manualName: String {
    (isRequired ? ".Ar " : ".Op Ar ") + Mdoc.argument(placeholder) + (isRepeated ? " ..." : "")
  }
}
