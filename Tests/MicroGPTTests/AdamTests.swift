import Testing

@testable import MicroGPT

@Suite struct AdamTests {
  /// The state of one parameter.
  private struct Parameter {
    var value = 0.0, firstMoment = 0.0, secondMoment = 0.0

    /// One step, in the reference's operations: `p -= rate * (m / (1 - β₁ᵗ)) / ((v / (1 - β₂ᵗ)) ** 0.5 + ε)`.
    mutating func step(
      _ t: Int, gradient: Double, rate: Double, beta1: Double, beta2: Double, epsilon: Double
    ) {
      firstMoment = beta1 * firstMoment + (1 - beta1) * gradient
      secondMoment = beta2 * secondMoment + (1 - beta2) * power(gradient, 2)
      let m = firstMoment / (1 - power(beta1, Double(t))), v = secondMoment / (1 - power(beta2, Double(t)))
      value -= rate * m / (power(v, 0.5) + epsilon)
    }
  }

  @Test(
    "update equals the reference's operations bit for bit, parameter by parameter", arguments: kernelSizes,
    [(0.85, 0.99, 1e-8), (0.9, 0.95, 1e-6), (0, 0, 1e-8), (0.999, 0.5, 1)])
  func equalsSpecification(count: Int, hyperparameters: (Double, Double, Double)) {
    let (beta1, beta2, epsilon) = hyperparameters
    var random = PythonRandom(seed: UInt64(count))
    var expected = random.gaussians(count).map { Parameter(value: $0) }
    let parameters = Numbers(expected.map(\.value)), gradients = Numbers(unwritten: count)
    let firstMoment = Numbers(Array(repeating: 0, count: count)), secondMoment = Numbers(firstMoment.values)
    let adam = Adam(
      beta1: beta1, beta2: beta2, epsilon: epsilon, firstMoment: firstMoment.base,
      secondMoment: secondMoment.base)
    for t in 1...40 {
      // Gradients of many sizes, some of them 0.
      let rate = 0.01 * (1 - Double(t) / 50)
      for i in 0..<count {
        let gradient = random.bits(3) == 0 ? 0 : random.gaussian() * power(10, -Double(random.bits(3)))
        gradients.base[i] = gradient
        expected[i].step(t, gradient: gradient, rate: rate, beta1: beta1, beta2: beta2, epsilon: epsilon)
      }
      adam.update(parameters.base, gradients.base, count: count, step: t - 1, learningRate: rate)
      parameters.expect(expected.map(\.value), "parameters")
      firstMoment.expect(expected.map(\.firstMoment), "firstMoment")
      secondMoment.expect(expected.map(\.secondMoment), "secondMoment")
      gradients.expect(Array(repeating: 0, count: count), "gradients")
    }
  }

  @Test("its squares and roots are pow's, one in a thousand of which differs from a product or square root")
  func powers() {
    let count = 5000, rate = 0.5
    var random = PythonRandom(seed: 1), expected = Array(repeating: Parameter(), count: count)
    let zeros = Array(repeating: 0.0, count: count)
    let parameters = Numbers(zeros), gradients = Numbers(zeros), firstMoment = Numbers(zeros)
    let secondMoment = Numbers(zeros)
    let adam = Adam(
      beta1: 0.85, beta2: 0.99, epsilon: 1e-8, firstMoment: firstMoment.base, secondMoment: secondMoment.base)
    for t in 1...2 {
      for i in 0..<count {
        // The parameter starts from 0, so that the last digit of its step shows.
        (parameters.base[i], expected[i].value) = (0, 0)
        gradients.base[i] = random.gaussian()
        expected[i].step(
          t, gradient: gradients.base[i], rate: rate, beta1: 0.85, beta2: 0.99, epsilon: 1e-8)
      }
      adam.update(parameters.base, gradients.base, count: count, step: t - 1, learningRate: rate)
      parameters.expect(expected.map(\.value), "parameters")
      secondMoment.expect(expected.map(\.secondMoment), "secondMoment")
    }
  }

  // python3 -c 'p, m, v = 0.5, 0.0, 0.0
  // for t, g in enumerate((0.3, -0.02, 7e-5), 1):
  //   m = 0.85 * m + (1 - 0.85) * g
  //   v = 0.99 * v + (1 - 0.99) * g ** 2
  //   p -= 0.01 * (m / (1 - 0.85 ** t)) / ((v / (1 - 0.99 ** t)) ** 0.5 + 1e-8)
  //   print(p.hex())'
  @Test("three steps of one parameter are CPython's")
  func python() {
    let parameter = Numbers([0.5]), gradient = Numbers([0]), firstMoment = Numbers([0]),
      secondMoment = Numbers([0])
    let adam = Adam(
      beta1: 0.85, beta2: 0.99, epsilon: 1e-8, firstMoment: firstMoment.base, secondMoment: secondMoment.base)
    let golden = [0x1.f5c28f61e2f9bp-2, 0x1.efa05fced59e4p-2, 0x1.eb057762e2484p-2]
    for (step, (g, value)) in zip([0.3, -0.02, 7e-5], golden).enumerated() {
      gradient.base[0] = g
      adam.update(parameter.base, gradient.base, count: 1, step: step, learningRate: 0.01)
      parameter.expect([value], "the parameter after step \(step + 1)")
    }
  }

  @Test("the first step has the learning rate's length, whatever the gradient", arguments: [1e-3, 1, 1e5])
  func firstStep(gradient: Double) {
    let parameters = Numbers([1, 1]), gradients = Numbers([gradient, -gradient])
    let firstMoment = Numbers([0, 0]), secondMoment = Numbers([0, 0])
    let adam = Adam(
      beta1: 0.85, beta2: 0.99, epsilon: 1e-8, firstMoment: firstMoment.base, secondMoment: secondMoment.base)
    adam.update(parameters.base, gradients.base, count: 2, step: 0, learningRate: 0.25)
    #expect(abs(parameters.values[0] - 0.75) < 1e-5)
    #expect(abs(parameters.values[1] - 1.25) < 1e-5)
  }
}
