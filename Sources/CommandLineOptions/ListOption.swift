/// Options with several values at once, such as `--embedding 16,32`: each is one that another subcommand's option of the
/// same name accepts, with that option's limits and messages.
extension Option where Owner: Settings & Equatable {
  /// The same option for a list of values with commas between them, kept as they are written, by the option's name.
  package func several<Other>(
    in path: @autoclosure @escaping () -> WritableKeyPath<Other, [String: [String]]>
  ) -> Option<Other> {
    Option<Other>(
      name: name, placeholder: "LIST", help: help,
      value: OptionValue(
        expected: "values with commas between them, each \(expected)", facts: facts, completion: completion)
    ) { [self] (owner, text) throws(UsageError) in
      let values = text.split(separator: ",", omittingEmptySubsequences: false)
        .map { String($0.drop { $0 == " " }) }
      guard !values.contains("") else {
        throw UsageError("'\(name) \(text)' has a comma without a value beside it. Write '\(name) A,B'.")
      }
      // Values that are written differently may be equal, such as 0.01 and 1e-2.
      var settings: [Owner] = []
      for value in values {
        var one = Owner()
        try read(&one, value)
        if let index = settings.firstIndex(of: one) {
          throw UsageError(
            "'\(name) \(text)' has the same value twice, \(values[index]) and \(value). Leave one of them out."
          )
        }
        settings.append(one)
      }
      owner[keyPath: path()][name] = values
    }
  }
}
