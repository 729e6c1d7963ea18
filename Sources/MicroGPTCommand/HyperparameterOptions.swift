// The library's table of hyperparameters as options: names, ranges, defaults and help come from there.

import CommandLineOptions
import MicroGPT

extension Array {
  /// The options of the hyperparameters of one group, whose values are in the configuration at `path`.
  static func hyperparameters<Owner: Settings>(
    _ group: Hyperparameter.Group, in path: @autoclosure @escaping () -> WritableKeyPath<Owner, Configuration>
  ) -> Self where Element == Option<Owner> {
    Hyperparameter.all.filter { $0.group == group }.map { .hyperparameter($0, in: path()) }
  }
}

extension Configuration {
  /// Checks what options say individually and not together.
  func checkHeads() throws(UsageError) {
    guard embedding.isMultiple(of: heads) else {
      throw UsageError(
        "'--embedding \(embedding)' is not a multiple of '--heads \(heads)'. "
          + "Give a multiple, such as '--embedding \(max(embedding / heads, 1) * heads)'.")
    }
  }
}

extension Option where Owner: Settings {
  fileprivate static func hyperparameter(
    _ parameter: Hyperparameter, in path: @autoclosure @escaping () -> WritableKeyPath<Owner, Configuration>
  ) -> Self {
    func get<Value>(_ place: Hyperparameter.Place<Value>) -> (Owner) -> Value {
      { place.get($0[keyPath: path()]) }
    }
    func set<Value>(_ place: Hyperparameter.Place<Value>) -> (inout Owner, Value) -> Void {
      { place.set(&$0[keyPath: path()], $1) }
    }
    let (name, help) = (parameter.option, parameter.help)
    return switch parameter.kind {
    case .integer(let minimum, let place):
      .number(name, get: get(place), set: set(place), .atLeast(minimum), help)
    case .seed(let place):
      .number(name, get: get(place), set: set(place), .from(0, to: .max), help)
    case .number(let range, let place):
      .number(name, get: get(place), set: set(place), Limits(range), help)
    case .schedule(let place):
      .choice(name, "NAME", get: get(place), set: set(place), help)
    }
  }
}

extension Limits<Double> {
  fileprivate init(_ range: Hyperparameter.Interval) {
    self =
      switch range {
      case .atLeast(let low): .atLeast(low)
      case .above(let low): .above(low)
      case .from(let low, let high): .from(low, below: high)
      }
  }
}
