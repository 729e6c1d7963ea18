import Foundation
import Testing

extension OneScreen {
  /// The tape's gradients against finite differences of the loss. The file with the derivatives by hand has
  /// the same bits, so what holds for the tape holds for it.
  @Suite struct GradientTests {
    /// How far the two slopes may differ: less than four times the largest difference found, 2.8e-12, which is
    /// rounding. Parameters move by up to 6e-4. Five of the first twelve documents have no kink within that distance
    /// and gave 2.2e-12 to 2.8e-12. Smaller moves increase rounding, larger ones reach more kinks.
    private let tolerance = 1e-11

    @Test("every parameter's gradient is the slope of the loss")
    func finiteDifferences() async throws {
      // After 20 steps, so that every parameter has changed.
      let source = try OneScreenFile.scalar.source().training(steps: 20).appending(GradientTests.code)
      let finished = try await source.run(.speed, input: Fixtures.bytes("rivers.txt"))
      try #require(finished.status == 0, "\(finished.errors)")
      let lines = String(decoding: finished.output, as: UTF8.self).split(separator: "\n")

      let parameterLine = try #require(lines.first { $0.hasPrefix("num params: ") })
      let parameterCount = try #require(Int(parameterLine.dropFirst("num params: ".count)))
      let slopes = try lines.filter { $0.hasPrefix("slope ") }.map { line in
        let words = line.split(separator: " ")
        try #require(words.count == 4)
        return Slope(
          tape: try #require(Double(words[1])), measured: try #require(Double(words[2])),
          isKinked: words[3] == "true")
      }
      try #require(slopes.count == parameterCount)

      // Where a relu's input changes its sign within the move, the loss has a kink, and differences show nothing.
      #expect(slopes.indices.filter { slopes[$0].isKinked } == [])
      let worst = try #require(slopes.indices.max { slopes[$0].error < slopes[$1].error })
      #expect(
        slopes[worst].error <= tolerance,
        "at index \(worst): \(slopes[worst].tape) on the tape, \(slopes[worst].measured) measured")
      // The two must not agree because all slopes are zero. Only embeddings that the document does not use
      // have none: 16 numbers for each of 12 tokens and 7 positions.
      #expect(slopes.map { abs($0.tape) }.max()! > 0.1)
      #expect(slopes.count { $0.tape == 0 } == 304)
    }

    /// The slope of the loss along one parameter.
    private struct Slope {
      /// The gradient on the tape.
      let tape: Double
      /// The difference of losses.
      let measured: Double
      let isKinked: Bool

      var error: Double { abs(tape - measured) }
    }

    /// Prints a line for each parameter: its gradient, its slope by differences, whether there was a kink.
    ///
    /// With f(x) the loss when the parameter is x, the slope is, up to terms in h⁴,
    /// (8 (f(x + h) - f(x - h)) - (f(x + 2h) - f(x - 2h))) / 12h.
    private static let code = #"""
      // "wululith": no input of a relu is so close to zero that a move changes its sign.
      let probe = documents[10]
      func lossOfProbe() -> Value {
        tape.count = tape.leafCount
        let length = min(blockSize, probe.count + 1)
        let tokens = [bos] + probe.map { alphabet.firstIndex(of: $0)! } + [bos]
        var keys = layers.map { _ in [Vector]() }, values = keys
        let losses = (0..<length).map { log(softmax(gpt(tokens[$0], $0, &keys, &values))[tokens[$0 + 1]]) * -1 }
        return sum(losses) * (1 / Double(length))
      }
      // A relu with a negative input has the slope zero on the tape, one with a positive input does not.
      func flatEntries() -> [Bool] { (tape.leafCount..<tape.count).map { tape.slopes[$0].0 == 0 } }

      tape.backward(from: lossOfProbe())
      let gradients = (0..<tape.leafCount).map { tape.gradient[$0] }, flat = flatEntries(), h = 3e-4
      for i in 1..<tape.leafCount {
        let x = tape.data[i]
        var isKinked = false
        func f(_ y: Double) -> Double {
          tape.data[i] = y
          let loss = lossOfProbe().data
          isKinked = isKinked || flatEntries() != flat
          return loss
        }
        let slope = (8 * (f(x + h) - f(x - h)) - (f(x + 2 * h) - f(x - 2 * h))) / (12 * h)
        tape.data[i] = x
        print("slope", gradients[i], slope, isKinked)
      }
      """#
  }
}
