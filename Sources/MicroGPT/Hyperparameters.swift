// The one table of hyperparameters: names, ranges, help sentences and places in `Configuration`.
//
// Everything that treats hyperparameters one by one reads this table: `Configuration.validate()`, the command's
// options, the search for good settings, and checkpoints and settings files, which hold each as a key and a text. To
// add one, add a property to `Configuration` and a row here. Defaults are the initial values of `Configuration`.
//
// A row reaches its property by two closures, because Embedded Swift has no key paths.

/// A hyperparameter: its names, its range, and its property of `Configuration`.
///
///     let rate = Hyperparameter.all.first { $0.option == "--learning-rate" }!
///     rate.text(in: Configuration())  // "0.01"
///     rate.expected  // "a decimal number, 0 or more"
public struct Hyperparameter: Sendable {
  /// The property of `Configuration`, such as `blockSize`.
  public let name: String
  /// The key in checkpoints and settings files, such as `block_size`.
  public let key: String
  /// What it determines.
  public let group: Group
  /// A sentence without its period for the command's help.
  public let help: String
  /// Its type, its range, and its property of `Configuration`.
  public let kind: Kind

  /// The command's option, such as `--block-size`: the key, spelled as options are.
  public var option: String {
    let hyphens = key.utf8.map { $0 == UInt8(ascii: "_") ? UInt8(ascii: "-") : $0 }
    return "--" + String(decoding: hyphens, as: UTF8.self)
  }

  /// What a hyperparameter determines.
  public enum Group: Sendable {
    /// The shape of the model.
    case model
    /// How its parameters are initialized and trained.
    case training
  }

  /// The type of the values, their range, and the property that holds them.
  public enum Kind: Sendable {
    /// A whole number, at least `minimum`.
    case integer(minimum: Int, Place<Int>)
    /// Any unsigned 64-bit integer.
    case seed(Place<UInt64>)
    /// A finite decimal number.
    case number(Interval, Place<Double>)
    /// One of the learning rate's schedules.
    case schedule(Place<Schedule>)
  }

  /// A property of `Configuration`.
  public struct Place<Value>: Sendable {
    /// Reads the property.
    public let get: @Sendable (Configuration) -> Value
    /// Writes the property.
    public let set: @Sendable (inout Configuration, Value) -> Void

    init(
      _ get: @escaping @Sendable (Configuration) -> Value,
      _ set: @escaping @Sendable (inout Configuration, Value) -> Void
    ) {
      (self.get, self.set) = (get, set)
    }
  }

  /// A range of decimal numbers.
  public enum Interval: Sendable, Equatable {
    /// The bound and everything above it.
    case atLeast(Double)
    /// Everything above the bound.
    case above(Double)
    /// The first bound and everything between it and the second.
    case from(Double, below: Double)

    /// Whether `value` is finite and in the range.
    public func contains(_ value: Double) -> Bool {
      guard value.isFinite else { return false }
      return switch self {
      case .atLeast(let low): value >= low
      case .above(let low): value > low
      case .from(let low, let high): value >= low && value < high
      }
    }

    /// The range as messages say it, such as "0 or more and less than 1".
    public var words: String {
      switch self {
      case .atLeast(let low): "\(plain(low)) or more"
      case .above(let low): "more than \(plain(low))"
      case .from(let low, let high): "\(plain(low)) or more and less than \(plain(high))"
      }
    }
  }

  /// All hyperparameters, in the order in which help lists and `Configuration.validate()` checks them.
  public static let all: [Hyperparameter] = [
    Hyperparameter(
      "layers", key: "layers", .model, "Transformer layers",
      .integer(minimum: 1, Place({ $0.layers }, { $0.layers = $1 }))),
    Hyperparameter(
      "embedding", key: "embedding", .model, "Width of the model, a multiple of --heads",
      .integer(minimum: 1, Place({ $0.embedding }, { $0.embedding = $1 }))),
    Hyperparameter(
      "heads", key: "heads", .model, "Attention heads in each layer",
      .integer(minimum: 1, Place({ $0.heads }, { $0.heads = $1 }))),
    Hyperparameter(
      "blockSize", key: "block_size", .model, "Positions the model sees; longer lines are cut",
      .integer(minimum: 1, Place({ $0.blockSize }, { $0.blockSize = $1 }))),
    Hyperparameter(
      "batchSize", key: "batch_size", .training, "Documents in each step's batch",
      .integer(minimum: 1, Place({ $0.batchSize }, { $0.batchSize = $1 }))),
    Hyperparameter(
      "steps", key: "steps", .training, "Optimizer steps",
      .integer(minimum: 0, Place({ $0.steps }, { $0.steps = $1 }))),
    Hyperparameter(
      "learningRate", key: "learning_rate", .training, "Learning rate of the first step",
      .number(.atLeast(0), Place({ $0.learningRate }, { $0.learningRate = $1 }))),
    Hyperparameter(
      "schedule", key: "schedule", .training, "Decay of the learning rate to 0; constant has none",
      .schedule(Place({ $0.schedule }, { $0.schedule = $1 }))),
    Hyperparameter(
      "beta1", key: "beta1", .training, "Decay rate of Adam's first moment",
      .number(.from(0, below: 1), Place({ $0.beta1 }, { $0.beta1 = $1 }))),
    Hyperparameter(
      "beta2", key: "beta2", .training, "Decay rate of Adam's second moment",
      .number(.from(0, below: 1), Place({ $0.beta2 }, { $0.beta2 = $1 }))),
    Hyperparameter(
      "epsilon", key: "epsilon", .training, "Keeps Adam from dividing by zero",
      .number(.above(0), Place({ $0.epsilon }, { $0.epsilon = $1 }))),
    Hyperparameter(
      "weightDecay", key: "weight_decay", .training,
      "Decoupled weight decay (AdamW), times the learning rate",
      .number(.atLeast(0), Place({ $0.weightDecay }, { $0.weightDecay = $1 }))),
    Hyperparameter(
      "initialStandardDeviation", key: "init_std", .training, "Standard deviation of the initial parameters",
      .number(.atLeast(0), Place({ $0.initialStandardDeviation }, { $0.initialStandardDeviation = $1 }))),
    Hyperparameter(
      "seed", key: "seed", .training, "The same seed and options give the same run",
      .seed(Place({ $0.seed }, { $0.seed = $1 }))),
  ]

  private init(_ name: String, key: String, _ group: Group, _ help: String, _ kind: Kind) {
    (self.name, self.key, self.group, self.help, self.kind) = (name, key, group, help, kind)
  }
}

extension Hyperparameter {
  /// What a value has to be, such as "a whole number, 1 or more".
  public var expected: String {
    switch kind {
    case .integer(let minimum, _): "a whole number, \(minimum) or more"
    case .seed: "a whole number, 0 to \(UInt64.max)"
    case .number(let range, _): "a decimal number, \(range.words)"
    case .schedule: "one of " + Schedule.allCases.map { $0.rawValue }.joined(separator: ", ")
    }
  }

  /// The value in `configuration` as text, which `set` reads back to the same value.
  public func text(in configuration: Configuration) -> String {
    switch kind {
    case .integer(_, let place): "\(place.get(configuration))"
    case .seed(let place): "\(place.get(configuration))"
    case .number(_, let place): "\(place.get(configuration))"
    case .schedule(let place): place.get(configuration).rawValue
    }
  }

  /// Sets the value in `configuration` from text.
  ///
  /// - Throws: `ConfigurationTextError.badValue` if the text is not a value of this type, or the value is out of
  ///   range.
  public func set(_ text: String, in configuration: inout Configuration) throws(ConfigurationTextError) {
    switch kind {
    case .integer(let minimum, let place):
      if let value = Int(text), value >= minimum { return place.set(&configuration, value) }
    case .seed(let place):
      if let value = UInt64(text) { return place.set(&configuration, value) }
    case .number(let range, let place):
      if let value = Double(spelled: text), range.contains(value) { return place.set(&configuration, value) }
    case .schedule(let place):
      if let value = Schedule(rawValue: text) { return place.set(&configuration, value) }
    }
    throw .badValue(key: key, text: text, expected: expected)
  }

  /// Checks the value in `configuration` against its range.
  func validate(_ configuration: Configuration) throws(ConfigurationError) {
    switch kind {
    case .integer(let minimum, let place):
      let value = place.get(configuration)
      if value < minimum { throw .tooSmall(name: name, minimum: minimum, found: value) }
    case .number(let range, let place):
      let value = place.get(configuration)
      if !range.contains(value) { throw .outOfRange(name: name, range: range.words, found: value) }
    case .seed, .schedule: break
    }
  }
}

extension Configuration {
  /// Every hyperparameter as its key and its value as text, in the order of `Hyperparameter.all`.
  ///
  ///     Configuration().entries.first  // ("layers", "1")
  public var entries: [(key: String, text: String)] {
    Hyperparameter.all.map { ($0.key, $0.text(in: self)) }
  }

  /// Sets the hyperparameter of this key from text.
  ///
  ///     var configuration = Configuration()
  ///     try configuration.set("block_size", to: "32")
  ///     configuration.blockSize  // 32
  ///
  /// Each value is checked by itself; `validate` also checks that they fit together.
  ///
  /// - Throws: `ConfigurationTextError` if there is no such key, or the text is not one of its values.
  public mutating func set(_ key: String, to text: String) throws(ConfigurationTextError) {
    for parameter in Hyperparameter.all where parameter.key == key {
      return try parameter.set(text, in: &self)
    }
    throw .unknownKey(key)
  }
}

/// Why a configuration cannot be read from text.
public enum ConfigurationTextError: Error, Equatable {
  /// No hyperparameter has this key.
  case unknownKey(String)
  /// The text is not a value of this hyperparameter.
  case badValue(key: String, text: String, expected: String)
}

extension ConfigurationTextError: CustomStringConvertible {
  /// What is wrong, where, and what to do.
  public var description: String {
    switch self {
    case .unknownKey(let key):
      "There is no hyperparameter '\(key)'. Choose from "
        + Hyperparameter.all.map { $0.key }.joined(separator: ", ") + "."
    case .badValue(let key, let text, let expected):
      "'\(key)' is '\(text)', but has to be \(expected)."
    }
  }
}

/// A number as a person writes it: `0`, not `0.0`.
private func plain(_ number: Double) -> String {
  let text = "\(number)"
  return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
}
