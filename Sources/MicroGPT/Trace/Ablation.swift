// What a model would be without one of its heads.

extension Model {
  /// The model without the output of one attention head, to see what the head is for.
  ///
  ///     let without = model.ablating(head: 2, layer: 0)
  ///     try without.loss("emma") - model.loss("emma")  // what the head is worth for this name
  ///
  /// The columns of the layer's output matrix that read the head's channels become 0. The rest stays as it is: other parts
  /// have learned with the head, and are not trained again.
  ///
  /// - Precondition: `layer` and `head` are those of the model, from 0.
  /// - Complexity: O(*n*) in the parameters, which are copied.
  public func ablating(head: Int, layer: Int) -> Model {
    precondition(
      (0..<configuration.layers).contains(layer) && (0..<configuration.heads).contains(head),
      "There is no head \(head) in layer \(layer): there are \(configuration.layers) layers of \(configuration.heads) heads."
    )
    let matrix = ParameterLayout(configuration, vocabularySize: tokenizer.vocabularySize).layers[layer].output
    let width = configuration.embedding / configuration.heads
    var parameters = parameters
    for row in 0..<matrix.rows {
      for channel in head * width..<(head + 1) * width {
        parameters[matrix.offset + row * matrix.columns + channel] = 0
      }
    }
    return Model(unchecked: parameters, configuration, tokenizer)
  }
}
