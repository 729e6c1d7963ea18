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
  /// characters that only the other half has. Of a stream the end is held out, whatever the seed.
  ///
  /// - Parameters:
  ///   - share: The share of the distinct documents to hold out, more than 0 and less than 1; rounded down to
  ///     whole documents, but at least one. Of a stream the share of its characters, at least two.
  ///   - seed: The same corpus, share and seed give the same split.
  /// - Throws: `SplitError` if the share is outside its range, or there are fewer than two distinct documents, or four
  ///   characters of a stream.
  /// - Complexity: O(*n*) in the corpus's bytes on average.
  public func split(
    holdingOut share: Double, seed: UInt64
  ) throws(SplitError) -> (training: Corpus, heldOut: Corpus) {
    guard share > 0, share < 1 else { throw .share(share) }
    if let stream {
      let count = stream.characters.count
      if count < 4 { throw .tooShort }
      let heldOut = Swift.min(Swift.max(2, Int(share * Double(count))), count - 2)
      return (part(0..<count - heldOut), part(count - heldOut..<count))
    }
    let distinct = DistinctDocuments(self)
    if distinct.count < 2 { throw .tooFewDocuments }
    let isHeldOut = heldOutMarks(distinct.count, share, seed), numbers = distinct.numbers
    let heldOut = numbers.count { isHeldOut[Int($0)] }
    return (
      selecting(numbers.count - heldOut) { !isHeldOut[Int(numbers[$0])] },
      selecting(heldOut) { isHeldOut[Int(numbers[$0])] }
    )
  }
}

/// Which of the distinct documents are held out, by their number.
private func heldOutMarks(_ count: Int, _ share: Double, _ seed: UInt64) -> [Bool] {
  var random = PythonRandom(seed: seed), numbers = Array(0..<UInt32(truncatingIfNeeded: count))
  random.shuffle(&numbers)
  var isHeldOut = [Bool](repeating: false, count: count)
  for number in numbers.prefix(max(1, Int(share * Double(count)))) { isHeldOut[Int(number)] = true }
  return isHeldOut
}

/// Why documents cannot be split in two.
public enum SplitError: Error, Equatable {
  /// The share to hold out is not between 0 and 1.
  case share(Double)
  /// No two documents are different, so one half would be empty.
  case tooFewDocuments
  /// A stream has fewer than four characters, so one half would have nothing to predict.
  case tooShort
}

extension SplitError: CustomStringConvertible {
  /// What is wrong, where, and what to do.
  public var description: String {
    switch self {
    case .share(let share):
      "A share of \(share) cannot be held out. Give more than 0 and less than 1, such as 0.1."
    case .tooFewDocuments:
      "No two documents of the text are different, so none can be held out. Give a text with more documents."
    case .tooShort:
      "The text has fewer than four characters, so none can be held out. Give a longer text."
    }
  }
}
