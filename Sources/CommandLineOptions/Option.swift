/// An option: its name, its property, and its description in help and errors.
package struct Option<Owner: Settings> {
  package let name: String
  var short: String?
  /// The value's placeholder in help; a flag has none.
  var placeholder: String?
  /// What the value must be, such as "a whole number, 0 or more"; empty if any text is accepted.
  var expected = ""
  let help: String
  /// The limits and the default, which help shows in parentheses.
  var facts: String?
  /// What a shell offers for the value.
  var completion = Completion.nothing
  package let read: (inout Owner, String) throws(UsageError) -> Void

  /// The same option with a short form as well, such as `-s`.
  package func short(_ name: String) -> Self {
    var option = self
    option.short = name
    return option
  }

  package static func flag(_ name: String, _ path: WritableKeyPath<Owner, Bool>, _ help: String) -> Self {
    Self(name: name, help: help) { owner, _ in owner[keyPath: path] = true }
  }

  package static func text(
    _ name: String, _ placeholder: String, _ path: WritableKeyPath<Owner, String?>, _ help: String
  ) -> Self {
    Self(name: name, placeholder: placeholder, help: help, completion: Completion(placeholder: placeholder)) {
      $0[keyPath: path] = $1
    }
  }

  /// One of the values of an enumeration.
  package static func choice<Value: CaseIterable & RawRepresentable<String>>(
    _ name: String, _ placeholder: String, _ path: WritableKeyPath<Owner, Value>, _ help: String
  ) -> Self {
    choice(name, placeholder, get: { $0[keyPath: path] }, set: { $0[keyPath: path] = $1 }, help)
  }

  /// One of the values of an enumeration, in a property that is accessed by two closures.
  package static func choice<Value: CaseIterable & RawRepresentable<String>>(
    _ name: String, _ placeholder: String, get: @escaping (Owner) -> Value,
    set: @escaping (inout Owner, Value) -> Void, _ help: String
  ) -> Self {
    choice(name, placeholder, initial: get(Owner()), set, help)
  }

  /// One of the values of an enumeration, without a default.
  package static func choice<Value: CaseIterable & RawRepresentable<String>>(
    _ name: String, _ placeholder: String, _ path: WritableKeyPath<Owner, Value?>, _ help: String
  ) -> Self {
    choice(name, placeholder, initial: nil, { $0[keyPath: path] = $1 }, help)
  }

  private static func choice<Value: CaseIterable & RawRepresentable<String>>(
    _ name: String, _ placeholder: String, initial: Value?, _ set: @escaping (inout Owner, Value) -> Void,
    _ help: String
  ) -> Self {
    let words = list(Value.allCases.map(\.rawValue), "or")
    let facts = words + (initial.map { "; default: \($0.rawValue)" } ?? "")
    return Self(
      name: name, placeholder: placeholder, expected: words, help: help, facts: facts,
      completion: .words(Value.allCases.map(\.rawValue))
    ) { (owner, text) throws(UsageError) in
      guard let value = Value.allCases.first(where: { $0.rawValue == text }) else {
        throw UsageError("'\(name) \(text)' is not one of the choices. Give \(words).")
      }
      set(&owner, value)
    }
  }
}

extension Array {
  /// The options of a group that is the property at `path`.
  package static func group<Owner: Settings, Group: OptionGroup>(
    _ path: WritableKeyPath<Owner, Group>
  ) -> Self where Element == Option<Owner> {
    Group.options.map { option in
      Option(
        name: option.name, short: option.short, placeholder: option.placeholder, expected: option.expected,
        help: option.help, facts: option.facts, completion: option.completion
      ) { (owner, text) throws(UsageError) in try option.read(&owner[keyPath: path], text) }
    }
  }
}

/// `a, b or c`
package func list(_ words: [String], _ conjunction: String) -> String {
  let start = words.dropLast().joined(separator: ", ")
  return start.isEmpty ? words.joined() : "\(start) \(conjunction) \(words[words.count - 1])"
}
