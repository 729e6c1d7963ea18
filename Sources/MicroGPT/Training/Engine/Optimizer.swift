// The optimizer in place: Adam for runs of packed parameters, and weight decay. Kernels/AdamKernel.swift has the
// arithmetic, Specification/Adam.swift the formula.

extension PackedParameters {
  /// Updates all parameters and their transposed copies by gradients in the parameters' layout.
  func apply(_ update: Update<Scalar>, gradients: Buffer, scratch: Buffer) {
    move(0, layout.count.value!, against: gradients, update, scratch: scratch)
    transposeAll()
  }

  /// Updates `count` parameters from `offset` on, but not their transposed copies.
  ///
  /// - Parameters:
  ///   - gradients: `[count]`. Set to zero if `clearsGradients`.
  ///   - scratch: See `AdamStep.scratch`.
  func move(
    _ offset: Int, _ count: Int, against gradients: Buffer, _ update: Update<Scalar>,
    clearsGradients: Bool = false, scratch: Buffer
  ) {
    kernels.adam(
      AdamStep(
        parameters: values + offset, firstMoment: firstMoment + offset, secondMoment: secondMoment + offset,
        gradients: gradients, count: count, update: update, clearsGradients: clearsGradients,
        scratch: scratch))
  }

  /// Multiplies all parameters, and so their copies, by a factor: decoupled weight decay, after the optimizer's update.
  func decay(by factor: Scalar) {
    let count = layout.count.value!
    for i in 0..<count { values[i] *= factor }
    if keepsTransposed { for i in 0..<count { transposed[i] *= factor } }
  }
}
