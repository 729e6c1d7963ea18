// What `inspect` prints.

import MicroGPT

/// The numbers of a tensor in short.
struct TensorSummary {
  let name: String
  let shape: [Int]
  let count: Int
  let mean, standardDeviation: Double
  /// The largest absolute value.
  let largest: Double

  init(_ tensor: Tensor) {
    (name, shape, count) = (tensor.name, tensor.shape, tensor.values.count)
    let mean = tensor.values.reduce(0, +) / Double(tensor.values.count)
    let squares = tensor.values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    (self.mean, standardDeviation) = (mean, (squares / Double(tensor.values.count)).squareRoot())
    largest = tensor.values.reduce(0) { max($0, $1.magnitude) }
  }
}

/// What is in a model's file.
struct ModelContents {
  private let saved: SavedModel
  private let tensors: [TensorSummary]

  init(_ saved: SavedModel) {
    self.saved = saved
    tensors = saved.model.tensorNames.map { TensorSummary(saved.model[$0]!) }
  }

  private var configuration: Configuration { saved.model.configuration }

  /// The hyperparameters that the file has: weights alone have sizes.
  private var hyperparameters: [Hyperparameter] {
    Hyperparameter.all.filter { saved.checkpoint != nil || $0.group == .model }
  }

  /// A line `key = value` for each hyperparameter.
  var configurationText: String {
    hyperparameters.map { "\($0.key) = \($0.text(in: configuration))" }.joined(separator: "\n")
  }

  /// The file's name for a copy of the run: `names-again.safetensors` beside `names.safetensors`.
  private var copyPath: String {
    let path = saved.path == "standard input" ? "model.safetensors" : saved.path, suffix = ".safetensors"
    return path.hasSuffix(suffix) ? path.dropLast(suffix.count) + "-again" + suffix : path + "-again"
  }

  // MARK: - For people

  /// A line for each fact, and the table of tensors.
  var text: String {
    let model = saved.model
    var lines = [
      "file: \(escaped(saved.path)), \(size(saved.byteCount))",
      "format: "
        + (saved.checkpoint.map { "checkpoint, \($0.state.arithmetic.rawValue) arithmetic" } ?? "weights"),
      "vocab size: \(model.tokenizer.vocabularySize), "
        + "\(model.tokenizer.isStream ? "" : "the end of a document and ")\(model.tokenizer.shown)",
      "sizes: "
        + hyperparameters.filter { $0.group == .model }.map { "\($0.key) \($0.text(in: configuration))" }
        .joined(separator: ", "),
      "num params: \(model.parameters.count)", "parameters SHA-256: \(model.parametersSHA256)", "",
    ]
    lines += table
    if let checkpoint = saved.checkpoint { lines += [""] + run(checkpoint) }
    return lines.joined(separator: "\n")
  }

  /// The tensors in columns; names to the left, numbers to the right.
  private var table: [String] {
    let header = ["tensor", "shape", "count", "mean", "std", "largest"]
    let rows =
      [header]
      + tensors.map { tensor in
        [tensor.name, "\(tensor.shape)", grouped(tensor.count)]
          + [tensor.mean, tensor.standardDeviation, tensor.largest].map(short)
      }
    let widths = header.indices.map { column in rows.map { $0[column].utf8.count }.max()! }
    return rows.map { row in
      let name = row[0] + String(repeating: " ", count: widths[0] - row[0].utf8.count)
      return ([name] + row.indices.dropFirst().map { padded(row[$0], widths[$0], with: " ") })
        .joined(separator: "  ")
    }
  }

  /// The run's lines.
  private func run(_ checkpoint: Checkpoint) -> [String] {
    let state = checkpoint.state
    var lines = ["run: step \(grouped(state.completedSteps)) of \(grouped(configuration.steps))"]
    if let digest = checkpoint.textSHA256 { lines.append("text SHA-256: \(digest)") }
    if checkpoint.division != .lines || checkpoint.isLowercase {
      lines.append(
        "documents: \(checkpoint.division.rawValue)\(checkpoint.isLowercase ? ", in lower case" : "")")
    }
    if let heldOut = checkpoint.heldOut {
      lines.append(
        checkpoint.division == .stream
          ? "held out: \(heldOut.share) of the text, at its end"
          : "held out: \(heldOut.share) of the different documents, by seed \(heldOut.seed)")
    }
    if let evaluations = checkpoint.evaluations {
      let patience = evaluations.patience.map { ", patience \($0)" } ?? ""
      lines.append("measured: every \(counted(evaluations.interval, "step"))\(patience)")
      if let best = evaluations.best {
        lines.append("lowest held-out loss: \(fixed(best.loss, 4)) after step \(grouped(best.step))")
      }
    }
    let sampling = checkpoint.sampling
    lines.append(
      "sampling: \(counted(sampling.count, "sample")), temperature \(sampling.temperature), streams \(sampling.streams.rawValue)"
    )
    if let line = checkpoint.repeatingLine(savingIn: copyPath) {
      lines += ["To repeat the run on the same text, if it began with random parameters:", "  \(line)"]
    }
    return lines
  }

  // MARK: - For programs

  /// One object, with every digit.
  var json: JSONText {
    let model = saved.model
    var characters = ""
    characters.unicodeScalars.append(contentsOf: model.tokenizer.characters)
    return .object([
      ("path", .string(saved.path)), ("bytes", .integer(saved.byteCount)),
      ("format", .string(saved.checkpoint == nil ? "weights" : "checkpoint")),
      ("arithmetic", .optional(saved.checkpoint?.state.arithmetic.rawValue)),
      ("vocab_size", .integer(model.tokenizer.vocabularySize)), ("characters", .string(characters)),
      ("configuration", .object(hyperparameters.map { ($0.key, $0.json(in: configuration)) })),
      ("parameters", .integer(model.parameters.count)),
      ("parameters_sha256", .string(model.parametersSHA256)),
      (
        "tensors",
        .array(
          tensors.map { tensor in
            .object([
              ("name", .string(tensor.name)), ("shape", .array(tensor.shape.map { .integer($0) })),
              ("count", .integer(tensor.count)), ("mean", .number(tensor.mean)),
              ("std", .number(tensor.standardDeviation)), ("largest", .number(tensor.largest)),
            ])
          })
      ), ("run", saved.checkpoint.map(runJSON) ?? .null),
    ])
  }

  private func runJSON(_ checkpoint: Checkpoint) -> JSONText {
    let state = checkpoint.state, sampling = checkpoint.sampling
    return .object([
      ("completed_steps", .integer(state.completedSteps)),
      ("instruction_set", .optional(state.instructionSet?.rawValue)),
      ("text_sha256", .optional(checkpoint.textSHA256)), ("corpus_sha256", .string(state.corpusSHA256)),
      ("documents", .string(checkpoint.division.rawValue)), ("lowercase", .bool(checkpoint.isLowercase)),
      (
        "held_out",
        checkpoint.heldOut.map { .object([("share", .number($0.share)), ("seed", .digits("\($0.seed)"))]) }
          ?? .null
      ),
      (
        "evaluations",
        checkpoint.evaluations.map { evaluations in
          .object([
            ("interval", .integer(evaluations.interval)),
            ("patience", evaluations.patience.map { .integer($0) } ?? .null),
            ("best_loss", evaluations.best.map { .number($0.loss) } ?? .null),
            ("best_step", evaluations.best.map { .integer($0.step) } ?? .null),
            ("evaluations_since_best", evaluations.best.map { .integer($0.evaluationsSince) } ?? .null),
          ])
        } ?? .null
      ),
      (
        "sampling",
        .object([
          ("samples", .integer(sampling.count)), ("temperature", .number(sampling.temperature)),
          ("streams", .string(sampling.streams.rawValue)),
        ])
      ), ("command", .optional(checkpoint.repeatingLine(savingIn: copyPath))),
    ])
  }
}

extension Hyperparameter {
  /// The value in `configuration`.
  func json(in configuration: Configuration) -> JSONText {
    let text = text(in: configuration)
    if case .schedule = kind { return .string(text) }
    return .digits(text)
  }
}
