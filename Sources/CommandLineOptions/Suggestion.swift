/// Guesses which known word an unknown one stands for.
///
/// A misspelling has at most one edit in four letters. If no word is that near, abbreviations match: `lr` and `temp`,
/// and the names that microgpt.py uses, such as `n_embd` and `num_steps`.

/// A question that names the words nearest to `given`, or nil if none is near.
func didYouMean(_ given: String, among known: [String]) -> String? {
  let word = bare(given)
  let names = known.map(bare)
  let distances = names.map { editDistance(word, $0) }
  let least = distances.min() ?? .max
  var matches = known.indices.filter { distances[$0] == least }
  if least > max(1, word.count / 4) {
    let parts = word.split(separator: "-")
    matches = known.indices.filter { index in
      parts.contains { abbreviates($0, names[index]) } || names[index].hasSuffix("-\(word)")
    }
  }
  return matches.isEmpty ? nil : "Did you mean \(list(matches.map { "'\(known[$0])'" }, "or"))?"
}

/// The hyphen, and the dashes that word processors and web pages replace two hyphens with.
let dashes: [Character] = ["-", "\u{2013}", "\u{2014}", "\u{2212}"]

/// `block-size` for `--block-size`, and for `--Block_Size=8` too.
private func bare(_ word: String) -> String {
  let name = word.drop { dashes.contains($0) }.prefix { $0 != "=" && $0 != ":" }
  return String(name.lowercased().map { $0 == "_" ? "-" : $0 })
}

/// Whether `word` is the first letter of `name` followed by some of its other letters, in order.
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
