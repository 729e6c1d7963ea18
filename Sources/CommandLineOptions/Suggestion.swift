/// Guesses which known word was meant by one that is not known.
///
/// A slip is one edit in four letters. Where there is none, an abbreviation counts: `lr` and `temp`, and the
/// `n_embd` and `num_steps` that readers of microgpt.py bring along.

/// The question to ask of the words nearest to `given`, or nil where none is near.
func didYouMean(_ given: String, among known: [String]) -> String? {
  let wanted = bare(given)
  let names = known.map(bare)
  let distances = names.map { editDistance(wanted, $0) }
  let least = distances.min() ?? .max
  var matches = known.indices.filter { distances[$0] == least }
  if least > max(1, wanted.count / 4) {
    let parts = wanted.split(separator: "-")
    matches = known.indices.filter { index in
      parts.contains { abbreviates($0, names[index]) } || names[index].hasSuffix("-\(wanted)")
    }
  }
  return matches.isEmpty ? nil : "Did you mean \(list(matches.map { "'\(known[$0])'" }, "or"))?"
}

/// The hyphen, and what word processors and web pages make of two.
let dashes: [Character] = ["-", "\u{2013}", "\u{2014}", "\u{2212}"]

/// `block-size` for `--block-size`, and for `--Block_Size=8` too.
private func bare(_ word: String) -> String {
  let name = word.drop { dashes.contains($0) }.prefix { $0 != "=" && $0 != ":" }
  return String(name.lowercased().map { $0 == "_" ? "-" : $0 })
}

/// Whether `word` begins with the first letter of `name` and goes on with some of the others, in order.
private func abbreviates(_ word: Substring, _ name: String) -> Bool {
  var rest = name[...]
  return word.first == name.first
    && word.allSatisfy { letter in
      rest = rest.drop { $0 != letter }
      return rest.popFirst() != nil
    }
}

/// How many characters to insert, delete, replace or swap with their neighbor to turn one word into the other.
func editDistance(_ first: String, _ second: String) -> Int {
  let a = Array(first)
  let b = Array(second)
  // distance[i][j] is that of the first i characters of a from the first j of b.
  var distance = (0...a.count).map { i in (0...b.count).map { j in max(i, j) } }
  for i in a.indices {
    for j in b.indices {
      var least = min(distance[i][j + 1] + 1, distance[i + 1][j] + 1, distance[i][j] + (a[i] == b[j] ? 0 : 1))
      if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { least = min(least, distance[i - 1][j - 1] + 1) }
      distance[i + 1][j + 1] = least
    }
  }
  return distance[a.count][b.count]
}
