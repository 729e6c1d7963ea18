// What the lines of the one-screen programs compute, by the numbers that a trace and a run have for it.

/// When a line computes: a stage of a training step, or what comes before and after training.
package enum ProgramStage: String, Sendable, CaseIterable {
  /// The data, the random numbers and the initial parameters.
  case start
  // The stages of a training step, as in `AlgorithmStage`.
  case tokens, embedding, attention, mlp, logits, loss, backward, adam
  /// New documents from the trained model.
  case sampling
}

/// The numbers that an operation computes, by the names that they have in a trace or a model. `*` stands for each layer
/// and, in `head*`, for each head.
package enum Quantity: Sendable, Equatable {
  /// A tensor of the forward pass.
  case value(String)
  /// The gradient of the loss with respect to such a tensor.
  case gradient(String)
  /// Parameter matrices; no names: all of them.
  case parameters([String])
  /// The gradients with respect to parameter matrices.
  case parameterGradients([String])
  /// Adam's first or second moment of every parameter.
  case firstMoment, secondMoment
  /// The surprise at each position, and their mean.
  case losses
  /// One number or none: the line has a panel, but no tensor of its own.
  case scalar
}

/// What a line computes.
package enum Operation: String, Sendable, CaseIterable {
  // The data and the random numbers.
  case readText, splitText, seed, shuffle, alphabet, seedTwister, twist, uniform, gaussian, swap, choose
  // The tape: one number at a time.
  case readNumber, add, multiply, divide, power, exponential, logarithm, relu, sum, note
  case listParents, chainRule
  // The same by vectors.
  case dot, addScaled, square, root, weightGradient, inputGradient, normBackward, softmaxBackward
  // Building blocks.
  case linear, softmaxExponentials, softmax, normFactor, norm
  // The parameters.
  case sizes, initialParameters, layerParameters, embeddingParameters, headParameters, countParameters
  // The forward pass.
  case embedding, embeddingNorm, layers, attentionNorm, query, key, value, heads, headScale, attention,
    attended
  case attentionOutput, mlpNorm, hidden, mlpOutput, logits
  // A training step.
  case hyperparameters, zeroMoments, step, document, tokens, cache, probabilities, losses, loss
  case learningRate, biasCorrection, firstMoment, secondMoment, update, clear
  // The backward pass, from the loss to the parameters.
  case backward, lossBackward, logitsBackward, headBackward, layersBackward, mlpOutputBackward, hiddenBackward
  case mlpNormBackward, attentionOutputBackward, valuesBackward, attentionBackward, queriesBackward,
    keysBackward
  case valueBackward, keyBackward, queryBackward, attentionNormBackward, embeddingNormBackward
  case tokenEmbeddingBackward, positionEmbeddingBackward
  // Inference.
  case sample, nextProbabilities, chooseToken, stop, character
}

extension Operation {
  /// When it is computed first.
  package var stage: ProgramStage {
    switch self {
    case .readText, .splitText, .seed, .shuffle, .seedTwister, .twist, .uniform, .gaussian, .swap, .sizes,
      .initialParameters, .layerParameters, .embeddingParameters, .headParameters, .countParameters,
      .hyperparameters, .zeroMoments:
      .start
    case .alphabet, .step, .document, .tokens, .cache: .tokens
    case .readNumber, .add, .multiply, .divide, .power, .sum, .note, .dot, .addScaled, .normFactor, .norm,
      .embedding, .embeddingNorm:
      .embedding
    case .exponential, .linear, .softmaxExponentials, .softmax, .layers, .attentionNorm, .query, .key, .value,
      .heads, .headScale, .attention, .attended, .attentionOutput:
      .attention
    case .relu, .mlpNorm, .hidden, .mlpOutput: .mlp
    case .logits: .logits
    case .logarithm, .probabilities, .losses, .loss: .loss
    case .listParents, .chainRule, .weightGradient, .inputGradient, .normBackward, .softmaxBackward,
      .backward,
      .lossBackward, .logitsBackward, .headBackward, .layersBackward, .mlpOutputBackward, .hiddenBackward,
      .mlpNormBackward, .attentionOutputBackward, .valuesBackward, .attentionBackward, .queriesBackward,
      .keysBackward, .valueBackward, .keyBackward, .queryBackward, .attentionNormBackward,
      .embeddingNormBackward, .tokenEmbeddingBackward, .positionEmbeddingBackward:
      .backward
    case .square, .root, .learningRate, .biasCorrection, .firstMoment, .secondMoment, .update, .clear: .adam
    case .choose, .sample, .nextProbabilities, .chooseToken, .stop, .character: .sampling
    }
  }

  /// The numbers that it computes.
  package var quantity: Quantity {
    switch self {
    case .initialParameters, .layerParameters:
      .parameters([
        "layer*.attn_wq", "layer*.attn_wk", "layer*.attn_wv", "layer*.attn_wo", "layer*.mlp_fc1",
        "layer*.mlp_fc2",
      ])
    case .embeddingParameters: .parameters(["wte", "wpe"])
    case .headParameters: .parameters(["lm_head"])
    case .update: .parameters([])
    case .embedding: .value("embedding")
    case .embeddingNorm, .norm: .value("embedding_norm")
    case .attentionNorm: .value("layer*.attn_norm")
    case .query, .linear: .value("layer*.q")
    case .key: .value("layer*.k")
    case .value: .value("layer*.v")
    case .softmaxExponentials: .value("layer*.head*.scores")
    case .attention, .softmax: .value("layer*.head*.attention")
    case .attended: .value("layer*.attn_mixed")
    case .attentionOutput: .value("layer*.attn_out")
    case .mlpNorm: .value("layer*.mlp_norm")
    case .hidden, .relu: .value("layer*.mlp_hidden")
    case .mlpOutput: .value("layer*.mlp_out")
    case .logits: .value("logits")
    case .probabilities, .nextProbabilities: .value("probabilities")
    case .losses, .loss: .losses
    case .lossBackward: .gradient("probabilities")
    case .logitsBackward, .softmaxBackward: .gradient("logits")
    case .headBackward: .parameterGradients(["lm_head"])
    case .layersBackward, .mlpOutputBackward: .gradient("layer*.mlp_out")
    case .hiddenBackward: .gradient("layer*.mlp_hidden")
    case .mlpNormBackward: .gradient("layer*.mlp_norm")
    case .attentionOutputBackward: .gradient("layer*.attn_out")
    case .valuesBackward: .gradient("layer*.v")
    case .attentionBackward: .gradient("layer*.head*.scores")
    case .queriesBackward: .gradient("layer*.q")
    case .keysBackward: .gradient("layer*.k")
    case .valueBackward: .parameterGradients(["layer*.attn_wv"])
    case .keyBackward: .parameterGradients(["layer*.attn_wk"])
    case .queryBackward: .parameterGradients(["layer*.attn_wq"])
    case .attentionNormBackward: .gradient("layer*.attn_norm")
    case .embeddingNormBackward: .gradient("embedding_norm")
    case .normBackward: .gradient("embedding")
    case .inputGradient: .gradient("layer*.attn_mixed")
    case .weightGradient, .chainRule, .backward: .parameterGradients([])
    case .tokenEmbeddingBackward: .parameterGradients(["wte"])
    case .positionEmbeddingBackward: .parameterGradients(["wpe"])
    case .firstMoment: .firstMoment
    case .secondMoment: .secondMoment
    default: .scalar
    }
  }

  /// The operations whose results it takes.
  package var inputs: [Operation] {
    switch self {
    case .splitText: [.readText]
    case .shuffle: [.splitText, .seed]
    case .alphabet: [.splitText]
    case .twist: [.seedTwister]
    case .uniform: [.twist]
    case .gaussian: [.uniform]
    case .swap: [.twist]
    case .initialParameters: [.gaussian, .sizes]
    case .layerParameters, .embeddingParameters, .headParameters: [.initialParameters]
    case .document: [.step, .shuffle]
    case .tokens: [.document, .alphabet]
    case .embedding: [.tokens, .embeddingParameters]
    case .normFactor, .embeddingNorm: [.embedding]
    case .norm: [.normFactor]
    case .attentionNorm: [.embeddingNorm, .mlpOutput]
    case .query, .key, .value: [.attentionNorm, .layerParameters]
    case .linear: [.attentionNorm, .layerParameters]
    case .headScale: [.sizes]
    case .attention: [.query, .key, .headScale]
    case .softmaxExponentials: [.query, .key]
    case .softmax: [.softmaxExponentials]
    case .attended: [.attention, .value]
    case .attentionOutput: [.attended, .layerParameters, .embeddingNorm]
    case .mlpNorm: [.attentionOutput]
    case .hidden: [.mlpNorm, .layerParameters]
    case .relu: [.mlpNorm]
    case .mlpOutput: [.hidden, .attentionOutput]
    case .logits: [.mlpOutput, .headParameters]
    case .probabilities: [.logits]
    case .losses: [.logits, .probabilities, .tokens]
    case .loss: [.losses, .probabilities]
    case .backward, .listParents: [.loss]
    case .lossBackward: [.probabilities, .loss]
    case .logitsBackward, .softmaxBackward: [.lossBackward]
    case .headBackward: [.logitsBackward, .mlpOutput]
    case .layersBackward, .mlpOutputBackward: [.headBackward]
    case .hiddenBackward: [.mlpOutputBackward]
    case .mlpNormBackward: [.hiddenBackward]
    case .attentionOutputBackward: [.mlpNormBackward]
    case .valuesBackward, .attentionBackward: [.attentionOutputBackward]
    case .queriesBackward, .keysBackward: [.attentionBackward]
    case .valueBackward: [.valuesBackward]
    case .keyBackward: [.keysBackward]
    case .queryBackward: [.queriesBackward]
    case .attentionNormBackward: [.valueBackward, .keyBackward, .queryBackward]
    case .embeddingNormBackward: [.layersBackward, .attentionNormBackward]
    case .tokenEmbeddingBackward, .positionEmbeddingBackward: [.embeddingNormBackward]
    case .chainRule: [.listParents]
    case .weightGradient, .inputGradient: [.logitsBackward]
    case .normBackward: [.embeddingNormBackward]
    case .learningRate, .biasCorrection: [.hyperparameters, .step]
    case .firstMoment, .secondMoment:
      [.backward, .chainRule, .tokenEmbeddingBackward, .positionEmbeddingBackward]
    case .update: [.firstMoment, .secondMoment, .learningRate, .biasCorrection]
    case .nextProbabilities: [.logits]
    case .chooseToken: [.nextProbabilities]
    case .choose: [.uniform, .nextProbabilities]
    case .stop, .character: [.chooseToken]
    default: []
    }
  }
}
