// Vectors of many numbers in two dimensions: along the two directions in which they differ most.

/// The principal components of some vectors (Pearson, 1901): the first two.
///
/// The directions are found by power iteration on the covariance, which is never formed: a step multiplies by the
/// centered vectors and by their transpose. It is exact where the largest two variances stand out, and where they are
/// nearly equal it is some direction between theirs, which shows as much.
struct PrincipalComponents: Equatable {
  /// Where each vector lies along the first and the second direction. The coordinate of largest size is positive.
  let points: [(x: Double, y: Double)]
  /// The share of the variance along each direction.
  let shares: (first: Double, second: Double)

  /// The components of the rows of a matrix.
  ///
  /// - Parameters:
  ///   - rows: The number of vectors.
  ///   - columns: The numbers of each.
  ///   - values: Row after row, `[rows, columns]`.
  /// - Returns: `nil` if the rows are all equal, or a number is not finite.
  /// - Complexity: O(*rows* · *columns*) an iteration; iterations end when the direction stays, and take at most about a
  ///   hundred million multiplications.
  init?(rows: Int, columns: Int, _ values: [Double]) {
    precondition(values.count == rows * columns, "A matrix has a number for each row and column.")
    guard rows > 0, columns > 0, values.allSatisfy(\.isFinite) else { return nil }
    var centered = values
    for column in 0..<columns {
      var sum = 0.0
      for row in 0..<rows { sum += values[row * columns + column] }
      let mean = sum / Double(rows)
      for row in 0..<rows { centered[row * columns + column] -= mean }
    }
    let total = centered.reduce(0) { $0 + $1 * $1 }
    guard total > 0, total.isFinite else { return nil }
    let limit = max(20, min(1000, 50_000_000 / (rows * columns)))
    let first = PrincipalComponents.strongest(&centered, rows, columns, limit)
    let second = PrincipalComponents.strongest(&centered, rows, columns, limit)
    points = (0..<rows).map { (first[$0], second[$0]) }
    shares = (first.reduce(0) { $0 + $1 * $1 } / total, second.reduce(0) { $0 + $1 * $1 } / total)
  }

  /// The rows' coordinates along the direction in which they are largest, `[rows]`. The rows lose them.
  private static func strongest(
    _ matrix: inout [Double], _ rows: Int, _ columns: Int, _ limit: Int
  ) -> [Double] {
    /// The product with a direction: a coordinate for each row.
    func coordinates(_ direction: [Double]) -> [Double] {
      (0..<rows).map { row in
        var sum = 0.0
        for column in 0..<columns { sum += matrix[row * columns + column] * direction[column] }
        return sum
      }
    }
    /// The product with the transposed matrix, of length 1; `nil` if it is 0.
    func direction(_ coordinates: [Double]) -> [Double]? {
      var sums = [Double](repeating: 0, count: columns)
      for row in 0..<rows {
        for column in 0..<columns { sums[column] += matrix[row * columns + column] * coordinates[row] }
      }
      let length = sums.reduce(0) { $0 + $1 * $1 }.squareRoot()
      return length > 0 ? sums.map { $0 / length } : nil
    }
    // From the longest row the largest variance is hardly ever out of reach.
    let lengths = (0..<rows).map { row in
      (0..<columns).reduce(0) { $0 + matrix[row * columns + $1] * matrix[row * columns + $1] }
    }
    let longest = lengths.indices.max { lengths[$0] < lengths[$1] }!
    var found = lengths.indices.map { $0 == longest ? 1.0 : 0 }
    guard var along = direction(found) else { return found.map { _ in 0 } }
    for _ in 0..<limit {
      found = coordinates(along)
      guard let next = direction(found) else { break }
      let change = zip(along, next).reduce(0) { max($0, ($1.0 - $1.1).magnitude) }
      along = next
      if change < 1e-10 { break }
    }
    found = coordinates(along)
    for row in 0..<rows {
      for column in 0..<columns { matrix[row * columns + column] -= found[row] * along[column] }
    }
    let largest = found.max { $0.magnitude < $1.magnitude } ?? 0
    return largest < 0 ? found.map { -$0 } : found
  }

  static func == (left: Self, right: Self) -> Bool {
    left.shares == right.shares && left.points.elementsEqual(right.points) { $0 == $1 }
  }
}
