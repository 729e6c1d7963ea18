// Sentences and formulas of what happens before the first step: data, random numbers, parameters, tokens.

import MicroGPT

extension Example {
  func startExplanation(_ operation: Operation) -> Explanation {
    switch operation {
    case .readText:
      Explanation(
        "The text", "The whole text is read as UTF-8. Here it has \(grouped(documentCount)) documents.")
    case .splitText:
      Explanation(
        "Documents",
        "Each line is a document, without the blanks at its ends; empty lines are dropped.",
        "documents: \(grouped(documentCount))")
    case .seed:
      Explanation(
        "The seed", "All random numbers follow from the seed: the same seed gives the same run.",
        "seed = \(configuration.seed)")
    case .shuffle:
      Explanation(
        "Shuffle",
        "The documents are put in a random order, so that neighbors in the text are not neighbors in training.",
        "document \(grouped(document)) of the new order: '\(scene.text)'")
    case .swap:
      Explanation(
        "Fisher and Yates's shuffle",
        "From the last place to the second, each document changes places with a random one at or before it.",
        "j = a random number from 0 to i, items[i] ↔ items[j]")
    case .seedTwister:
      Explanation(
        "Seeding the Mersenne Twister",
        "The generator's state is 624 words of 32 bits. The seed is mixed into all of them.",
        "state[1…623] from seed \(configuration.seed)")
    case .twist: twistExplanation
    case .uniform:
      Explanation(
        "A uniform random number",
        "27 and 26 random bits make a number from 0 up to but not including 1, with all 53 bits of a double.",
        "u = (a·2²⁶ + b) / 2⁵³", "the first of seed \(configuration.seed): \(figure(firstUniform))")
    case .gaussian: gaussianExplanation
    case .sizes:
      Explanation(
        "The sizes of the model",
        "Layers, the width of a vector, the positions that the model sees, and attention heads, which share the width.",
        "L = \(configuration.layers), C = \(configuration.embedding), T = \(configuration.blockSize), "
          + "H = \(configuration.heads), D = C / H = \(configuration.headWidth)")
    case .initialParameters:
      Explanation(
        "Initial parameters",
        "Each parameter begins as a small random number from a normal distribution. Training changes them all.",
        "w = \(figure(configuration.initialStandardDeviation))·z, z a normal random number",
        "after \(grouped(scene.state.completedSteps)) steps wq[0, 0] = \(figure(parameter("layer0.attn_wq", 0, 0)))"
      )
    case .layerParameters:
      Explanation(
        "A layer's parameters",
        "Six matrices: query, key and value, attention output, and the two of the multilayer perceptron.",
        "\(configuration.layers)·(4·C² + 8·C²) = \(grouped(12 * configuration.layers * square(configuration.embedding)))"
      )
    case .embeddingParameters:
      Explanation(
        "Embedding matrices",
        "A vector for each token and one for each position, learned like all parameters.",
        "(V + T)·C = (\(tokenizer.vocabularySize) + \(configuration.blockSize))·\(configuration.embedding) = "
          + grouped((tokenizer.vocabularySize + configuration.blockSize) * configuration.embedding))
    case .headParameters:
      Explanation(
        "Output matrix", "A vector for each token. The better x matches it, the more probable is the token.",
        "V·C = \(tokenizer.vocabularySize)·\(configuration.embedding) = "
          + grouped(tokenizer.vocabularySize * configuration.embedding))
    case .countParameters:
      Explanation(
        "Number of parameters", "How many numbers training changes.",
        "parameters = \(grouped(scene.model.parameters.count))")
    case .hyperparameters:
      Explanation(
        "Hyperparameters", "What training does not change: how long and how fast the model learns.",
        "steps = \(grouped(configuration.steps)), learning rate = \(figure(configuration.learningRate)), "
          + "β₁ = \(figure(configuration.beta1)), β₂ = \(figure(configuration.beta2)), ε = \(figure(configuration.epsilon))"
      )
    case .zeroMoments:
      Explanation(
        "Room for the moments",
        "Adam keeps two running means for each parameter, of its gradient and of its square. Both begin at 0.",
        "2·\(grouped(scene.model.parameters.count)) numbers")
    default: tokensExplanation(operation)
    }
  }

  private var twistExplanation: Explanation {
    var random = PythonRandom(seed: configuration.seed)
    let bits = random.bits(32)
    return Explanation(
      "Random bits",
      "One word of the state is replaced by a mixture of three, then stirred by shifts so that all bits are equally random.",
      "the first 32 bits of seed \(configuration.seed): 0x" + String(bits, radix: 16))
  }

  private var gaussianExplanation: Explanation {
    var random = PythonRandom(seed: configuration.seed)
    let angle = random.uniform(), radius = random.uniform()
    random = PythonRandom(seed: configuration.seed)
    let first = random.gaussian(), second = random.gaussian()
    return Explanation(
      "Normal random numbers",
      "Two uniform numbers become a direction and a distance; the point's two coordinates are normally distributed (Box and "
        + "Muller). The second one is kept for the next call.",
      "z₁ = cos(2π·u₁)·√(−2·ln(1 − u₂)), z₂ with sin",
      "u₁ = \(figure(angle)), u₂ = \(figure(radius)): z₁ = \(figure(first)), z₂ = \(figure(second))")
  }

  private func tokensExplanation(_ operation: Operation) -> Explanation {
    switch operation {
    case .alphabet:
      Explanation(
        "Alphabet",
        "The distinct characters of the text, sorted. A character's token is its place here; BOS comes last.",
        "V = \(tokenizer.characters.count) + 1 = \(tokenizer.vocabularySize)")
    case .step:
      Explanation(
        "Training loop", "Each step runs a forward pass, a backward pass and an update of all parameters.",
        "next step: \(grouped(scene.state.completedSteps + 1)) of \(grouped(configuration.steps))")
    case .document:
      Explanation(
        "The step's document", "Steps take the documents in order, and begin again after the last one.",
        "documents[\(grouped(document))] = '\(scene.text)', \(scene.count) positions")
    case .tokens:
      Explanation(
        "Tokens", "A model computes with numbers: each character becomes its token, with BOS at both ends.",
        "tokens = [" + joined(scene.trace.tokens.map { "\($0)" }, ", ") + "]",
        "t = \(t) reads \(tokenLabel) (\(token)) and predicts \(targetLabel) (\(target))")
    default:
      Explanation(
        "Keys and values so far",
        "Each layer keeps the keys and values of earlier positions, so that later ones can attend to them.",
        "at t = \(t): \(t + 1) of each, in \(configuration.layers) \(configuration.layers == 1 ? "layer" : "layers")"
      )
    }
  }

  private var firstUniform: Double {
    var random = PythonRandom(seed: configuration.seed)
    return random.uniform()
  }

  private func square(_ number: Int) -> Int { number * number }
}

/// Texts one after the other, with a separator between.
func joined(_ texts: [String], _ separator: String) -> String {
  var text = ""
  for (index, part) in texts.enumerated() { text += (index > 0 ? separator : "") + part }
  return text
}
