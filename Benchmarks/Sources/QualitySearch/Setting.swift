// What the search chooses: the hyperparameters of a run, except its seed and its steps, which follow from the budget.

import Foundation
import MicroGPT

/// A point of the search space: a configuration without its steps and its seed.
@dynamicMemberLookup
struct Setting: Hashable {
  private var configuration = Configuration()

  init() {}

  /// The default setting with some changes.
  init(_ change: (inout Configuration) -> Void) { change(&configuration) }

  subscript<Value>(dynamicMember property: WritableKeyPath<Configuration, Value>) -> Value {
    get { configuration[keyPath: property] }
    set { configuration[keyPath: property] = newValue }
  }

  /// The hyperparameters that the search varies.
  static let searched = Hyperparameter.all.filter {
    !["blockSize", "steps", "epsilon", "seed"].contains($0.name)
  }

  /// The configuration for a run of a number of steps.
  func configuration(steps: Int, seed: UInt64) -> Configuration {
    var configuration = configuration
    (configuration.steps, configuration.seed) = (steps, seed)
    return configuration
  }

  /// The options of `microgpt train` for such a run, without those at their defaults.
  func options(steps: Int) -> String {
    let usual = Configuration(), run = configuration(steps: steps, seed: usual.seed)
    let words = Hyperparameter.all.compactMap { parameter -> String? in
      let value = parameter.text(in: run)
      let isUsual = value == parameter.text(in: usual) && parameter.name != "steps"
      return isUsual ? nil : "\(parameter.option) \(value)"
    }
    return (["--engine fast"] + words).joined(separator: " ")
  }

  /// The sizes that the cost of a step depends on.
  var shape: [Int] { [self.layers, self.embedding, self.heads, self.batchSize] }
}

/// As JSON: an object of the searched hyperparameters by their names in Swift.
extension Setting: Codable {
  private struct Key: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: Key.self)
    for parameter in Setting.searched {
      let key = Key(stringValue: parameter.name)
      switch parameter.kind {
      case .integer(_, let place): place.set(&configuration, try values.decode(Int.self, forKey: key))
      case .seed(let place): place.set(&configuration, try values.decode(UInt64.self, forKey: key))
      case .number(_, let place): place.set(&configuration, try values.decode(Double.self, forKey: key))
      case .schedule: try parameter.set(values.decode(String.self, forKey: key), in: &configuration)
      }
    }
  }

  func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: Key.self)
    for parameter in Setting.searched {
      let key = Key(stringValue: parameter.name)
      switch parameter.kind {
      case .integer(_, let place): try values.encode(place.get(configuration), forKey: key)
      case .seed(let place): try values.encode(place.get(configuration), forKey: key)
      case .number(_, let place): try values.encode(place.get(configuration), forKey: key)
      case .schedule: try values.encode(parameter.text(in: configuration), forKey: key)
      }
    }
  }
}

/// The values to choose from, in ascending order, so that a setting's neighbors behave similarly.
enum Space {
  static let layers = [1, 2, 3, 4]
  /// The engine's panels are 32 numbers wide; a width that fills one only in part costs as much as a full one.
  static let embeddings = [16, 32, 64, 96, 128]
  static let headWidths = [2, 4, 8, 16, 32]
  static let batchSizes = [4, 6, 8, 12, 16, 24, 32, 48, 64]
  static let learningRates = [
    0.001, 0.0012, 0.0014, 0.0017, 0.002, 0.0024, 0.0028, 0.0033, 0.004, 0.0048, 0.0056, 0.0067, 0.008,
    0.0095,
    0.0113,
  ]
  static let schedules = Schedule.allCases
  static let beta1s = [0.75, 0.8, 0.85, 0.9, 0.95]
  static let beta2s = [0.95, 0.97, 0.98, 0.99, 0.995, 0.998]
  static let decays = [0, 0.01, 0.02, 0.03, 0.05, 0.07, 0.1, 0.14, 0.2]
  static let deviations = [0.03, 0.04, 0.06, 0.08, 0.1, 0.13, 0.16, 0.2, 0.25]

  /// Where a search begins: the reference's setting, and some that did well when tried by hand.
  static let starts: [Setting] = {
    let reference = Setting()
    let deep = Setting {
      ($0.layers, $0.embedding, $0.heads, $0.batchSize) = (2, 32, 8, 16)
      ($0.learningRate, $0.initialStandardDeviation) = (0.004, 0.13)
    }
    var narrow = deep
    narrow.layers = 1
    var large = deep
    (large.embedding, large.heads, large.learningRate) = (64, 16, 0.0028)
    var wide = large
    wide.layers = 1
    var decayed = large
    (decayed.learningRate, decayed.weightDecay) = (0.004, 0.1)
    return [reference, wide, narrow, decayed, large, deep]
  }()

  /// A setting anywhere in the space.
  static func any(using random: inout PythonRandom) -> Setting {
    var setting = Setting()
    setting.layers = pick(layers, using: &random)
    setting.embedding = pick(embeddings, using: &random)
    setting.heads = setting.embedding / pick(headWidths.filter { $0 <= setting.embedding }, using: &random)
    setting.batchSize = pick(batchSizes, using: &random)
    setting.learningRate = pick(learningRates, using: &random)
    setting.schedule = pick(schedules, using: &random)
    setting.beta1 = pick(beta1s, using: &random)
    setting.beta2 = pick(beta2s, using: &random)
    setting.weightDecay = pick(decays, using: &random)
    setting.initialStandardDeviation = pick(deviations, using: &random)
    return setting
  }

  /// A setting near another: one to three hyperparameters change, most of them to a neighboring value.
  static func beside(_ setting: Setting, using random: inout PythonRandom) -> Setting {
    var changed = setting
    for _ in 0..<1 + random.choice(weights: [3, 2, 1]) {
      switch random.choice(weights: [2, 2, 2, 3, 4, 1, 2, 2, 3, 3]) {
      case 0: changed.layers = neighbor(changed.layers, layers, using: &random)
      case 1:
        let headWidth = changed.embedding / changed.heads
        changed.embedding = neighbor(changed.embedding, embeddings, using: &random)
        changed.heads = max(1, changed.embedding / headWidth)
      case 2:
        let headWidth = neighbor(changed.embedding / changed.heads, headWidths, using: &random)
        changed.heads = max(1, changed.embedding / headWidth)
      case 3: changed.batchSize = neighbor(changed.batchSize, batchSizes, using: &random)
      case 4: changed.learningRate = neighbor(changed.learningRate, learningRates, using: &random)
      case 5: changed.schedule = pick(schedules, using: &random)
      case 6: changed.beta1 = neighbor(changed.beta1, beta1s, using: &random)
      case 7: changed.beta2 = neighbor(changed.beta2, beta2s, using: &random)
      case 8: changed.weightDecay = neighbor(changed.weightDecay, decays, using: &random)
      default:
        changed.initialStandardDeviation = neighbor(
          changed.initialStandardDeviation, deviations, using: &random)
      }
    }
    return changed
  }

  private static func pick<Value>(_ values: [Value], using random: inout PythonRandom) -> Value {
    values[random.choice(weights: values.map { _ in 1 })]
  }

  /// A value one place away, or two places in a quarter of the draws.
  private static func neighbor<Value: Comparable>(
    _ value: Value, _ values: [Value], using random: inout PythonRandom
  ) -> Value {
    let place = values.firstIndex { $0 >= value } ?? values.count - 1
    let step = [-2, -1, 1, 2][random.choice(weights: [1, 3, 3, 1])]
    return values[min(max(place + step, 0), values.count - 1)]
  }
}
