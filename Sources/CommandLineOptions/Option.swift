/// An option: its name, its property, and its description in help and errors.
///
/// A command line gives few of the options that a subcommand has. So a table holds their names; the rest, such as key
/// paths and limits, is evaluated only for options that are read or described. `Owner` conforms to `Settings`, but the
/// type does not require it: the runtime would look up the conformance of every group at every start.
package struct Option<Owner> {
  package let name: String
  var short: String?
  /// The value's placeholder in help; a flag has none.
  var placeholder: String?
  let help: String
  /// What is to be said about the value, when it is asked for.
  fileprivate let value: () -> OptionValue
  package let read: (inout Owner, String) throws(UsageError) -> Void

  init(
    name: String, short: String? = nil, placeholder: String? = nil, help: String,
    value: @autoclosure @escaping () -> OptionValue = OptionValue(),
    read: @escaping (inout Owner, String) throws(UsageError) -> Void
  ) {
    (self.name, self.short, self.placeholder, self.help) = (name, short, placeholder, help)
    (self.value, self.read) = (value, read)
  }

  /// What the value must be, such as "a whole number, 0 or more"; empty if any text is accepted.
  var expected: String { value().expected }
  /// The limits and the default, which help shows in parentheses.
  var facts: String? { value().facts }
  /// What a shell offers for the value.
  var completion: Completion { value().completion }

  /// The same option with a short form as well, such as `-s`.
  package func short(_ name: String) -> Self {
    var option = self
    option.short = name
    return option
  }
}

extension Option where Owner: Settings {
  package static func flag(
    _ name: String, _ path: @autoclosure @escaping () -> WritableKeyPath<Owner, Bool>, _ help: String
  ) -> Self {
    Self(name: name, help: help) { owner, _ in owner[keyPath: path()] = true }
  }

  package static func text(
    _ name: String, _ placeholder: String,
    _ path: @autoclosure @escaping () -> WritableKeyPath<Owner, String?>, _ help: String
  ) -> Self {
    Self(
      name: name, placeholder: placeholder, help: help,
      value: OptionValue(completion: Completion(placeholder: placeholder))
    ) { $0[keyPath: path()] = $1 }
  }

  /// One of the values of an enumeration.
  package static func choice<Value: CaseIterable & RawRepresentable<String>>(
    _ name: String, _ placeholder: String,
    _ path: @autoclosure @escaping () -> WritableKeyPath<Owner, Value>, _ help: String
  ) -> Self {
    choice(name, placeholder, get: { $0[keyPath: path()] }, set: { $0[keyPath: path()] = $1 }, help)
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
    _ name: String, _ placeholder: String,
    _ path: @autoclosure @escaping () -> WritableKeyPath<Owner, Value?>, _ help: String
  ) -> Self {
    choice(name, placeholder, initial: nil, { $0[keyPath: path()] = $1 }, help)
  }

  private static func choice<Value: CaseIterable & RawRepresentable<String>>(
    _ name: String, _ placeholder: String, initial: @autoclosure @escaping () -> Value?,
    _ set: @escaping (inout Owner, Value) -> Void, _ help: String
  ) -> Self {
    Self(
      name: name, placeholder: placeholder, help: help,
      value: OptionValue(choices: Value.allCases.map(\.rawValue), initial: initial()?.rawValue)
    ) { (owner, text) throws(UsageError) in
      guard let value = Value.allCases.first(where: { $0.rawValue == text }) else {
        let words = list(Value.allCases.map(\.rawValue), "or")
        throw UsageError("'\(name) \(text)' is not one of the choices. Give \(words).")
      }
      set(&owner, value)
    }
  }
}

/// What help, errors and completion scripts say about an option's value.
struct OptionValue {
  var expected = ""
  var facts: String?
  var completion = Completion.nothing
}

extension OptionValue {
  /// One of some words.
  fileprivate init(choices: [String], initial: String?) {
    let words = list(choices, "or")
    self.init(
      expected: words, facts: words + (initial.map { "; default: \($0)" } ?? ""), completion: .words(choices))
  }
}

extension Array {
  /// The options of a group that is the property at `path`.
  package static func group<Owner: Settings, Group: OptionGroup>(
    _ path: @autoclosure @escaping () -> WritableKeyPath<Owner, Group>
  ) -> Self where Element == Option<Owner> {
    let options = Group.options
    var own: [Option<Owner>] = []
    own.reserveCapacity(options.count)
    // By number: types are known only at run time here, and for `map` and `indices` the runtime would have to build
    // conformances first.
    for index in 0..<options.count {
      let option = options[index]
      own.append(
        Option(
          name: option.name, short: option.short, placeholder: option.placeholder, help: option.help,
          value: option.value()
        ) { (owner, text) throws(UsageError) in try option.read(&owner[keyPath: path()], text) })
    }
    return own
  }

  /// The option of this name, long or short.
  func option<Owner>(named name: String) -> Option<Owner>? where Element == Option<Owner> {
    for index in 0..<count where self[index].name == name || self[index].short == name { return self[index] }
    return nil
  }
}

/// `a, b or c`
package func list(_ words: [String], _ conjunction: String) -> String {
  let start = words.dropLast().joined(separator: ", ")
  return start.isEmpty ? words.joined() : "\(start) \(conjunction) \(words[words.count - 1])"
}
