import MicroGPT
import Testing

@testable import Benchmarks

/// The floor that every figure is compared with, by numbers worked out by hand.
@Suite struct FloorTests {
  /// A size, a document's positions, and the three terms of the formula.
  struct Case: CustomTestStringConvertible, Sendable {
    let layers, width, vocabulary, positions: Int
    let products, attention, elementwise: Double

    var testDescription: String { "L\(layers) C\(width) V\(vocabulary) n\(positions)" }
  }

  @Test(
    "a document's operations are those of its products, its attention and its elementwise work",
    arguments: [
      // 6·7·(12·16² + 27·16), 6·16·7·8, 7·(25·27 + 48·16)
      Case(
        layers: 1, width: 16, vocabulary: 27, positions: 7, products: 147_168, attention: 5376,
        elementwise: 10_101),
      // 6·3·(12·2·4² + 5·4), 6·2·4·3·4, 3·(25·5 + 48·2·4)
      Case(
        layers: 2, width: 4, vocabulary: 5, positions: 3, products: 7272, attention: 576, elementwise: 1527),
      // 6·(12·8² + 2·8), 6·8·2, 25·2 + 48·8
      Case(
        layers: 1, width: 8, vocabulary: 2, positions: 1, products: 4704, attention: 96, elementwise: 434),
    ])
  func operations(_ size: Case) {
    var configuration = Configuration()
    (configuration.layers, configuration.embedding) = (size.layers, size.width)
    #expect(
      configuration.operations(positions: size.positions, vocabularySize: size.vocabulary)
        == size.products + size.attention + size.elementwise)
  }

  @Test("the optimizer takes 12 operations a parameter")
  func optimizer() { #expect(optimizerOperations == 12) }

  @Test("a round is chosen by its time, whatever its floor")
  func rounds() {
    // The slowest round has the best multiple of its floor: 1.0, against 1.5 and 2.0.
    let rounds = [(microseconds: 30.0, floor: 30.0), (20, 10), (15, 10)]
    #expect(chosenRound(rounds, 0) == (15, 10))
    #expect(chosenRound(rounds, 1) == (20, 10))
    #expect(chosenRound(rounds, 2) == (30, 30))
  }

  @Test("the peak of floats counts for the fast arithmetic, that of doubles for the exact one")
  func rates() {
    let machine = Machine(.baseline)
    #expect(machine.rate(.fast) == machine.floatRate && machine.rate(.exact) == machine.doubleRate)
    #expect(machine.doubleRate > 0 && machine.floatRate > machine.doubleRate)
  }
}
