// Probes: what a trace shows beyond the algorithm.

import MicroGPT

extension TraceStory {
  var readout: TraceSection {
    let readouts = model.readouts(of: trace)
    let rows = readouts.map { readout in
      [readout.tensor, fixed(readout.loss, 4)]
        + (0..<count).map { t in
          let token = best(readout.probabilities, t)[0], p = readout.probabilities[t, trace.tokens[t + 1]]
          return "\(fixed(p, 2))\u{a0}\(tokenizer.name(of: token))"
        }
    }
    return TraceSection(
      stage: .readout, title: "Probe: the logits after each part",
      blocks: [
        .sentence(
          "Every part adds to the same x, so the output matrix can turn x into predictions after any part, as if the "
            + "model ended there (the logit lens). At each position: the probability of the token that came, and the token "
            + "that is most probable. Look for the part after which the loss falls; it need not fall for every document."
        ),
        .table(.init(header: ["after", "loss"] + positions, rows: rows)),
      ])
  }

  var neighbors: TraceSection {
    var seen: Set<Int> = []
    let tokens = trace.tokens.filter { seen.insert($0).inserted }
    let rows = tokens.map { token in
      let all = model.neighbors(of: token)
      return [tokenizer.name(of: token)]
        + [all.prefix(4), all.suffix(1)].map { part in
          part.map { "\(tokenizer.name(of: $0.token))\u{a0}\(fixed($0.similarity, 2))" }.joined(
            separator: ", ")
        }
    }
    return TraceSection(
      stage: .neighbors, title: "Probe: the nearest embeddings",
      blocks: [
        .sentence(
          "The cosine of the angle between two tokens' embeddings: 1 for the same direction, 0 for unrelated ones, -1 for "
            + "opposite ones. Look for groups: tokens that are used alike, such as vowels, move together. Before training "
            + "the nearest are near by chance alone."
        ),
        .table(.init(header: ["token", "nearest", "farthest"], rows: rows, words: [0, 1, 2])),
      ])
  }
}
