import Testing

@testable import MicroGPT

/// Single kernels against plain loops, at every instruction set that this processor has.
@Suite("Kernels")
struct KernelTests {
  /// Numbers between -1 and 1.
  private func numbers<Scalar: BinaryFloatingPoint>(_ count: Int, _ seed: UInt64) -> [Scalar] {
    var random = PythonRandom(seed: seed)
    return (0..<count).map { _ in Scalar(2 * random.uniform() - 1) }
  }

  @Test(
    "a product equals its specification bit for bit, for every number of rows", arguments: 1...17,
    InstructionSet.available)
  func product(_ rows: Int, _ set: InstructionSet) {
    let kernels = Kernels<Double>(set), columns = 24, depth = 5
    let x: [Double] = numbers(rows * depth, 1), b: [Double] = numbers(depth * columns, 2)
    let z: [Double] = numbers(rows * columns, 3)
    for ending in [Product<Double>.Ending.store, .add, .relu, .reluBackward] {
      var y = [Double](repeating: 0, count: rows * columns)
      y.withUnsafeMutableBufferPointer { y in
        x.withUnsafeBufferPointer { x in
          b.withUnsafeBufferPointer { b in
            z.withUnsafeBufferPointer { z in
              kernels.product(
                Product(
                  x: x.baseAddress! + depth - 1, xRow: depth, xStep: -1,
                  b: b.baseAddress! + (depth - 1) * columns, bStep: -columns, panel: columns,
                  y: y.baseAddress!, yRow: columns, rows: rows, columns: columns, depth: depth,
                  ending: ending, z: z.baseAddress!, zRow: columns))
            }
          }
        }
      }
      for r in 0..<rows {
        for c in 0..<columns {
          var sum = 0.0
          for k in (0..<depth).reversed() { sum += x[r * depth + k] * b[k * columns + c] }
          switch ending {
          case .store: break
          case .add: sum += z[r * columns + c]
          case .relu: sum = max(sum, 0)
          case .reluBackward: sum = z[r * columns + c] > 0 ? sum : 0
          }
          #expect(y[r * columns + c] == sum)
        }
      }
    }
  }

  @Test(
    "an arithmetic's table has no kernel that only the other one has", arguments: InstructionSet.available)
  func absentKernels(_ set: InstructionSet) {
    let fast = Kernels<Float>(set), exact = Kernels<Double>(set)
    #expect(fast.orderedProductWide == nil && fast.orderedProductNarrow == nil)
    #expect(fast.updateMatrix != nil && fast.attendFromPeaks != nil && fast.causalSoftmax != nil)
    #expect(exact.orderedProductWide != nil && exact.orderedProductNarrow != nil)
    #expect(exact.updateMatrix == nil && exact.attendFromPeaks == nil)
    #expect(exact.causalSoftmax == nil && exact.causalSoftmaxBackward == nil)
    #expect(SamplingKernels<Float>(set).sampleAttendFew == nil)
    #expect(SamplingKernels<Double>(set).sampleAttendFew != nil)
  }

  @Test("an instruction set's kernels have its vectors", arguments: InstructionSet.available)
  func lanes(_ set: InstructionSet) {
    let bytes = [InstructionSet.baseline: 16, .avx2: 32, .avx512: 64][set]!
    #expect(Kernels<Float>(set).lanes == bytes / 4 && Kernels<Double>(set).lanes == bytes / 8)
    #expect(SamplingKernels<Float>(set).lanes == bytes / 4 && SamplingKernels<Double>(set).lanes == bytes / 8)
  }

  @Test("a transposed matrix has its rows as columns", arguments: InstructionSet.available)
  func transpose(_ set: InstructionSet) {
    let rows = 32, columns = 48
    let floats: [Float] = numbers(rows * columns, 4), doubles: [Double] = numbers(rows * columns, 5)
    var transposedFloats = floats, transposedDoubles = doubles
    transposedFloats.withUnsafeMutableBufferPointer { y in
      floats.withUnsafeBufferPointer { x in
        Kernels<Float>(set).transpose(
          Transpose(
            x: x.baseAddress!, xRow: columns, y: y.baseAddress!, yRow: rows, rows: rows, columns: columns))
      }
    }
    transposedDoubles.withUnsafeMutableBufferPointer { y in
      doubles.withUnsafeBufferPointer { x in
        Kernels<Double>(set).transpose(
          Transpose(
            x: x.baseAddress!, xRow: columns, y: y.baseAddress!, yRow: rows, rows: rows, columns: columns))
      }
    }
    for r in 0..<rows {
      for c in 0..<columns {
        #expect(transposedFloats[c * rows + r] == floats[r * columns + c])
        #expect(transposedDoubles[c * rows + r] == doubles[r * columns + c])
      }
    }
  }

  @Test(
    "the exact optimizer equals its specification bit for bit, also for tiny numbers and zeros",
    arguments: InstructionSet.available)
  func exactAdam(_ set: InstructionSet) {
    // More than one chunk, but not a whole number of them.
    let count = 2304 + 64, room = 8 * AdamStep<Double>.chunk
    let memory = Memory { declare in
      (
        buffers: (0..<8).map { _ in declare(Double.self, Count(count)) },
        scratch: declare(Double.self, Count(room))
      )
    }
    let (buffers, scratch) = memory.buffers
    var random = PythonRandom(seed: 6)
    let scales = [1.0, 1e-3, 1e-9, 1e-40, 1e-90, 1e-160, 1e-200, 0], starts = [1, 0.08, 0, 1e-290, 0x1p-1060]
    let specification = Adam(
      beta1: 0.85, beta2: 0.99, epsilon: 1e-8, firstMoment: buffers[2], secondMoment: buffers[3])
    for i in 0..<count {
      let start = random.gaussian(standardDeviation: 1) * starts[i % 5]
      (buffers[0][i], buffers[4][i]) = (start, start)
    }
    // From step 231 on 1 - βᵗ is 1 for the first moment, and from 3,725 on for the second.
    for step in Array(0..<60) + Array(300..<310) + Array(3730..<3740) {
      for i in 0..<count {
        let gradient = random.gaussian(standardDeviation: scales[i / 64 % 8])
        (buffers[1][i], buffers[5][i]) = (gradient, gradient)
      }
      specification.update(buffers[0], buffers[1], count: count, step: step, learningRate: 0.01)
      Kernels<Double>(set).adam(
        AdamStep(
          parameters: buffers[4], firstMoment: buffers[6], secondMoment: buffers[7], gradients: buffers[5],
          count: count,
          update: Update(
            beta1: 0.85, beta2: 0.99, epsilon: 1e-8, learningRate: 0.01,
            correction1: 1 - power(0.85, Double(step + 1)), correction2: 1 - power(0.99, Double(step + 1))),
          clearsGradients: true, scratch: scratch))
    }
    for (found, expected) in [(4, 0), (6, 2), (7, 3)] {
      let differing = (0..<count).filter { buffers[found][$0].bitPattern != buffers[expected][$0].bitPattern }
      #expect(differing.isEmpty)
    }
    #expect((0..<count).allSatisfy { buffers[5][$0] == 0 })
  }

  @Test(
    "the fast optimizer's step is within 8 ulp of one with ε up to 3 % larger or smaller",
    arguments: InstructionSet.available, [1e-8, 1e-6, 1e-2, 1e-18] as [Float])
  func fastAdam(_ set: InstructionSet, _ epsilon: Float) {
    // Gradients from 1e-18 to 10, and 0.
    let count = 2048
    let memory = Memory { declare in (0..<4).map { _ in declare(Float.self, Count(count)) } }
    let buffers = memory.buffers
    for i in 0..<count {
      buffers[3][i] = i % 64 == 0 ? 0 : (i % 2 == 0 ? 1 : -1) * Float(power(2, Double(i) / 32 - 60))
    }
    let gradients = (0..<count).map { buffers[3][$0] }
    Kernels<Float>(set).adam(
      AdamStep(
        parameters: buffers[0], firstMoment: buffers[1], secondMoment: buffers[2], gradients: buffers[3],
        count: count,
        update: Update(
          beta1: 0.85, beta2: 0.99, epsilon: epsilon, learningRate: 0.01, correction1: 0.15,
          correction2: 0.01),
        clearsGradients: false, scratch: buffers[0]))
    for i in 0..<count {
      func step(_ share: Float) -> Float { 0.01 * abs(gradients[i]) / (abs(gradients[i]) + share * epsilon) }
      let (least, most) = (step(1.03), step(0.97))
      #expect(
        abs(buffers[0][i]) >= least - 8 * least.ulp && abs(buffers[0][i]) <= most + 8 * most.ulp)
      #expect(gradients[i] == 0 ? buffers[0][i] == 0 : (buffers[0][i] < 0) == (gradients[i] > 0))
    }
  }

  @Test("the loss of many rows over a large vocabulary is finite", arguments: InstructionSet.available)
  func lossOfManyRows(_ set: InstructionSet) {
    // Equal logits: every total is the vocabulary, and their product far beyond a double.
    let rows = 210, vocabulary = 1000, stride = 1008
    let memory = Memory { declare in
      (
        logits: declare(Float.self, Count(rows + 1), Count(stride)),
        padding: declare(Float.self, Count(stride)),
        loss: declare(Float.self, 1), square: declare(Float.self, 17, 16),
        targets: declare(Int32.self, Count(rows))
      )
    }
    let buffers = memory.buffers
    for i in vocabulary..<stride { buffers.padding[i] = -.infinity }
    Kernels<Float>(set).loss(
      Loss(
        logits: buffers.logits, targets: buffers.targets, loss: buffers.loss, padding: buffers.padding,
        rows: rows,
        vocabulary: vocabulary, stride: stride, weight: 1, square: buffers.square))
    #expect(abs(Double(buffers.loss[0]) - Double(rows) * log(Double(vocabulary))) < 1e-3)
    for r in 0..<rows {
      #expect(
        abs(buffers.logits[r * stride] + 0.999) < 1e-6 && abs(buffers.logits[r * stride + 1] - 0.001) < 1e-6)
    }
  }

  @Test("the fast exponential is within 2 ulp")
  func exponential() {
    var worst = 0.0
    for i in 0..<100_000 {
      let x = -87 * Float(i) / 100_000, exact = exp(Double(x))
      for found in [Fast4.exponential(Fast4.all(x))[0], Fast8.exponential(Fast8.all(x))[0]] {
        worst = max(worst, abs(Double(found) - exact) / Double(Float(exact).ulp))
      }
    }
    #expect(worst < 2, "It is off by \(worst) ulp.")
    #expect(Fast4.exponential(Fast4.all(-.infinity))[0] == 0)
    #expect(Fast4.exponential(Fast4.all(0))[0] == 1)
  }
}
