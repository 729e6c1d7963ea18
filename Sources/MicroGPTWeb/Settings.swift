// What the page's controls say: lines of a key, a space and a value.

import MicroGPT

/// Why the page cannot have what it asked for: one sentence, or two, for the user.
package struct PageError: Error, Equatable {
  package let sentence: String
}

/// The settings of a run.
package struct Settings: Equatable {
  /// The hyperparameters.
  package var configuration = Configuration()
  /// The key `engine`.
  package var arithmetic = Arithmetic.exact
  /// The key `hold_out`: the share of the documents that the run does not see, for the held-out loss. 0 is the reference's.
  package var heldOutShare = 0.0
  /// The key `temperature`, of samples that name none.
  package var temperature = 0.5

  package init() {}

  /// Reads lines such as `layers 2`.
  package init(lines: [UInt8]) throws(PageError) {
    for line in lines.split(separator: UInt8(ascii: "\n")) {
      let space = line.firstIndex(of: UInt8(ascii: " ")) ?? line.endIndex
      let key = String(decoding: line[..<space], as: UTF8.self)
      try set(key, to: String(decoding: line[space...].dropFirst(), as: UTF8.self))
    }
    do throws(ConfigurationError) { try configuration.validate() } catch {
      throw PageError(sentence: error.description)
    }
  }

  private mutating func set(_ key: String, to text: String) throws(PageError) {
    switch key {
    case "engine":
      guard let value = Arithmetic(rawValue: text) else {
        throw PageError(sentence: "'engine' is '\(text)', but has to be exact or fast.")
      }
      arithmetic = value
    case "hold_out": heldOutShare = try number(key, text) { $0 >= 0 && $0 < 1 }
    case "temperature": temperature = try number(key, text) { $0 >= 0 && $0.isFinite }
    default:
      do throws(ConfigurationTextError) { try configuration.set(key, to: text) } catch {
        throw PageError(sentence: error.description)
      }
    }
  }

  private func number(
    _ key: String, _ text: String, _ isAllowed: (Double) -> Bool
  ) throws(PageError) -> Double {
    // The library reads numbers in WebAssembly, too, where `Double(text)` cannot be linked.
    var configuration = Configuration()
    do throws(ConfigurationTextError) { try configuration.set("weight_decay", to: text) } catch {
      throw PageError(sentence: "'\(key)' is '\(text)', but has to be a decimal number, 0 or more.")
    }
    guard isAllowed(configuration.weightDecay) else {
      throw PageError(sentence: "'\(key)' is \(text), which is too large. Choose a number below 1.")
    }
    return configuration.weightDecay
  }
}
