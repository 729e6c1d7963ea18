import Testing

@testable import MicroGPT

@Suite struct LinearTests {
  /// `y[o] = Σᵢ weight[o, i]·x[i]`, as a beginner would write it.
  private func specification(_ x: [Double], _ weight: [Double], outputs: Int) -> [Double] {
    (0..<outputs).map { o in
      var sum = 0.0
      for i in x.indices { sum += weight[o * x.count + i] * x[i] }
      return sum
    }
  }

  @Test("linear equals its specification bit for bit", arguments: kernelSizes, kernelSizes)
  func forward(inputs: Int, outputs: Int) {
    var random = PythonRandom(seed: UInt64(inputs * 100 + outputs))
    let x = Numbers(random.gaussians(inputs)), weight = Numbers(random.gaussians(inputs * outputs))
    let (xBefore, weightBefore) = (x.values, weight.values)
    let y = Numbers(unwritten: outputs)
    Specification.linear(x.base, weight.base, inputs: inputs, outputs: outputs, into: y.base)
    y.expect(specification(xBefore, weightBefore, outputs: outputs), "y")
    x.expect(xBefore, "x")
    weight.expect(weightBefore, "weight")
  }

  @Test("a sum starts from 0 and adds in index order, even if terms cancel")
  func order() {
    let x = Numbers([1, 1, 1, 1]), weight = Numbers([1e16, 1, -1e16, 1, 1, 1e16, 1, -1e16])
    let y = Numbers(unwritten: 2)
    Specification.linear(x.base, weight.base, inputs: 4, outputs: 2, into: y.base)
    y.expect([1, 0], "y")
    // 0 + -0 is 0: a sum that started with its first term would be -0.
    let zero = Numbers([-0.0]), one = Numbers([1]), sum = Numbers(unwritten: 1)
    Specification.linear(zero.base, one.base, inputs: 1, outputs: 1, into: sum.base)
    sum.expect([0], "sum")
  }

  @Test(
    "linear's backward pass equals its specification bit for bit and adds to what is there",
    arguments: kernelSizes, kernelSizes)
  func backward(inputs: Int, outputs: Int) {
    var random = PythonRandom(seed: UInt64(inputs * 100 + outputs))
    let x = random.gaussians(inputs), weight = random.gaussians(inputs * outputs)
    let dy = random.gaussians(outputs)
    var dWeight = random.gaussians(inputs * outputs), dx = random.gaussians(inputs)
    let dWeightFound = Numbers(dWeight), dxFound = Numbers(dx)
    for rows in [0..<outputs, outputs / 2..<outputs, 0..<outputs / 2, outputs..<outputs] {
      for o in rows.reversed() {
        for i in 0..<inputs {
          dWeight[o * inputs + i] += x[i] * dy[o]
          dx[i] += weight[o * inputs + i] * dy[o]
        }
      }
      Specification.linearBackward(
        Numbers(dy).base, rows: rows, Numbers(x).base, Numbers(weight).base, inputs: inputs,
        to: dWeightFound.base, to: dxFound.base)
      dWeightFound.expect(dWeight, "dWeight")
      dxFound.expect(dx, "dx")
    }
  }
}
