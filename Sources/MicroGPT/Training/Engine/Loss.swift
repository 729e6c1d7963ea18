// The loss, and the gradients of the logits.

extension Worker {
  /// Computes the loss of each document from the logits, and overwrites the logits with their gradients.
  ///
  /// - Parameter documents: The number of documents in the whole batch, *B*, of which this worker may have only some.
  ///   The weight of a row in the step's loss is 1/(*n*·*B*) for a document of *n* positions.
  func loss(_ batch: Batch, of documents: Int) {
    let share = 1 / Scalar(documents)
    for document in 0..<batch.documents {
      let first = batch.firstRow(document), count = batch.rowCount(document)
      let loss = workspace.losses + document, weight = 1 / Scalar(count)
      kernels.loss(
        Loss(
          logits: workspace.logits + first &* tokens, targets: UnsafePointer(batch.targets + first),
          loss: loss, padding: UnsafePointer(workspace.padding), rows: count, vocabulary: shape.vocabulary,
          stride: tokens, weight: weight * share, square: workspace.square))
      loss[0] *= weight
    }
  }

  /// Computes the loss of each document, in nats a token, without a backward pass.
  func losses(_ batch: Batch, into losses: UnsafeMutablePointer<Double>) {
    A.withFlushedDenormals {
      forward(batch)
      loss(batch, of: batch.documents)
    }
    for document in 0..<batch.documents { losses[document] = Double(workspace.losses[document]) }
  }

  /// The step's loss, after `loss(_:of:)`: the mean over the documents of each document's mean, in nats a token.
  func meanLoss(_ batch: Batch) -> Scalar {
    var sum = Scalar(0)
    for document in 0..<batch.documents { sum += workspace.losses[document] }
    return sum * (1 / Scalar(batch.documents))
  }
}
