// Documents held out from training, which measure a model on what it has not seen.
//
//     let halves = try corpus.split(holdingOut: 0.1, seed: 42)
//
//     distinct = list(dict.fromkeys(docs))
//     random.seed(42); random.shuffle(distinct)
//     held_out = set(distinct[:max(1, int(0.1 * len(distinct)))])
//     halves = [d for d in docs if d not in held_out], [d for d in docs if d in held_out]
//
// Both give the same documents in the same order.

extension Corpus {
  /// Splits the documents into those to train on and those to measure on.
  ///
  ///     let corpus = try Corpus(text: "ada\nbo\nada\ncy\ndi")
  ///     let halves = try corpus.split(holdingOut: 0.5, seed: 2)
  ///     halves.heldOut.indices.map { halves.heldOut.text(at: $0) }  // ["bo", "cy"]
  ///
  /// The share counts distinct documents, and all copies of a document go to the same half, so that no held-out
  /// document is also trained on. Both halves are in the order of the corpus and have its vocabulary, including
  /// characters that only the other half has.
  ///
  /// - Parameters:
  ///   - share: The share of the distinct documents to hold out, more than 0 and less than 1; rounded down to
  ///     whole documents, but at least one.
  ///   - seed: The same corpus, share and seed give the same split.
  /// - Throws: `SplitError` if the share is outside its range, or there are fewer than two distinct documents.
  /// - Complexity: O(*n* log *n*) comparisons of documents.
  public func split(
    holdingOut share: Double, seed: UInt64
  ) throws(SplitError) -> (training: Corpus, heldOut: Corpus) {
    guard share > 0, share < 1 else { throw .share(share) }
    let firsts = firstOccurrences()
    var distinct = indices.filter { firsts[$0] == $0 }
    if distinct.count < 2 { throw .tooFewDocuments }
    var random = PythonRandom(seed: seed)
    random.shuffle(&distinct)
    var isHeldOut = [Bool](repeating: false, count: count)
    for index in distinct.prefix(Swift.max(1, Int(share * Double(distinct.count)))) {
      isHeldOut[index] = true
    }
    return (selecting { !isHeldOut[firsts[$0]] }, selecting { isHeldOut[firsts[$0]] })
  }

  /// For each document, the position of the first document that equals it.
  private func firstOccurrences() -> [Int] {
    // Sorting puts equal documents together, the earliest first.
    let order = indices.sorted { left, right in
      if self[left].lexicographicallyPrecedes(self[right]) { return true }
      return left < right && self[left] == self[right]
    }
    var firsts = [Int](repeating: 0, count: count), first = order[0]
    for index in order {
      if self[index] != self[first] { first = index }
      firsts[index] = first
    }
    return firsts
  }
}

/// Why documents cannot be split in two.
public enum SplitError: Error, Equatable {
  /// The share to hold out is not between 0 and 1.
  case share(Double)
  /// No two documents are different, so one half would be empty.
  case tooFewDocuments
}

extension SplitError: CustomStringConvertible {
  /// What is wrong, where, and what to do.
  public var description: String {
    switch self {
    case .share(let share):
      "A share of \(share) cannot be held out. Give more than 0 and less than 1, such as 0.1."
    case .tooFewDocuments:
      "No two documents of the text are different, so none can be held out. Give a text with more documents."
    }
  }
}
