// The answers to the page's messages, as /Web/worker.js passes them on.

import MicroGPT

extension Session {
  /// What does not change during a run.
  package var facts: Answer {
    var answer = Answer()
    answer.object { answer in
      answer.object("facts") { facts in
        facts.field("documents", trainer.corpus.count)
        facts.field(
          "vocabulary", (0..<trainer.tokenizer.vocabularySize).map { trainer.tokenizer.label(of: $0) })
        facts.field("parameters", trainer.parameterCount)
        let model = trainer.model
        facts.object("lines") { lines in
          for program in Program.allCases { self.write(program, model, to: &lines) }
        }
        facts.array("hyperparameters") { array in
          for parameter in Hyperparameter.all { self.write(parameter, to: &array) }
        }
      }
    }
    return answer
  }

  private func write(_ program: Program, _ model: Model, to answer: inout Answer) {
    answer.array(program.rawValue) { array in
      for (order, line) in program.lines.enumerated() {
        let quantity = line.main.quantity
        array.object { object in
          object.field("line", line.number)
          object.field("kind", quantity.kind.rawValue)
          object.field("stage", line.main.stage.rawValue)
          object.field("order", order)
          object.field("cells", model.configuration.cellCount(quantity, model: model))
        }
      }
    }
  }

  private func write(_ parameter: Hyperparameter, to answer: inout Answer) {
    answer.object { object in
      object.field("key", parameter.key)
      object.field("value", parameter.text(in: settings.configuration))
      object.field("help", parameter.help)
      object.field("expected", parameter.expected)
    }
  }

  /// A frame.
  ///
  /// - Parameters:
  ///   - document: Its index in training order; if negative, the next step's.
  ///   - content: What the strips show.
  ///   - lossSince: The number of points of the loss that the page has.
  ///   - sampleSince: The number of samples that it has seen.
  package func frame(
    document: Int, text: String?, position: Int, strips content: StripContent = .value, lossSince: Int,
    sampleSince: Int
  ) throws(PageError) -> Answer {
    let (scene, index) = try scene(document: document, text: text)
    let t = max(0, min(position, scene.count - 1)), strips = strips(scene, content, position: t)
    let first = firstChanged(lossSince)
    var answer = Answer()
    answer.object { frame in
      frame.field("step", step)
      frame.field("steps", settings.configuration.steps)
      frame.field("completed", furthestStep)
      frame.field("replaying", remaining)
      frame.object("document") { document in
        document.field("index", text == nil ? index : -1)
        document.field("text", scene.text)
        document.field("tokens", scene.tokens)
        document.field("loss", scene.trace.loss)
        document.field("losses", float64: scene.trace.tokenLosses)
      }
      frame.field("position", t)
      frame.field("of", content.rawValue)
      frame.field("strips", float32: strips.cells)
      frame.field("offsets", int32: strips.offsets)
      frame.object("loss") { loss in
        loss.field("first", first)
        let bins = losses.bins[first...]
        loss.field("points", float32: bins.flatMap { [Float($0.last), Float($0.mean)] })
        loss.field("mean", float32: averages.bins[first...].map { Float($0.mean) })
        loss.field("heldOut", float32: heldOutLosses.flatMap { [Float($0.step), Float($0.loss)] })
        loss.field("uniform", uniformLoss)
      }
      frame.field("sampleCount", sampleCount)
      frame.array("samples") { array in
        let count = max(0, min(samples.count, sampleCount - sampleSince))
        for sample in samples.suffix(count) {
          array.object { object in
            object.field("text", sample.text)
            object.field("step", sample.step)
            object.field("isNew", sample.isNew)
          }
        }
      }
    }
    return answer
  }

  /// The first point of the loss that a page with `known` points lacks or has unfinished. 0 if points were binned anew.
  private func firstChanged(_ known: Int) -> Int {
    defer { knownWidth = losses.width }
    guard known > 0, knownWidth == losses.width, known <= losses.bins.count else { return 0 }
    return known - 1
  }
}

extension LineDetail {
  package var answer: Answer {
    var answer = Answer()
    answer.object { object in
      object.field("line", line)
      object.field("title", title)
      object.field("sentence", sentence)
      object.field("formula", formula)
      object.field("position", position)
      object.array("tensors") { write(tensors, to: &$0) }
      object.array("gradients") { write(gradients, to: &$0) }
      object.array("moments") { write(moments, to: &$0) }
      object.array("feeds") { array in for line in feeds { array.number(line) } }
    }
    return answer
  }

  private func write(_ views: [TensorView], to answer: inout Answer) {
    for view in views {
      let values = view.tensor.values
      answer.object { object in
        object.field("name", view.name)
        object.field("kind", view.kind.rawValue)
        object.array("shape") { shape in
          shape.number(view.tensor.rows)
          shape.number(view.tensor.columns)
        }
        object.field("values", float32: values.map { Float($0) })
        object.field("rows", view.rows)
        object.field("columns", view.columns)
        object.field("minimum", values.reduce(.infinity) { min($0, $1) })
        object.field("maximum", values.reduce(-.infinity) { max($0, $1) })
        object.field("norm", values.reduce(0) { $0 + $1 * $1 }.squareRoot())
      }
    }
  }
}
