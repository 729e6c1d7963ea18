import Foundation
import Testing

@testable import MicroGPTCommand

@Suite("Principal components") struct PrincipalComponentsTests {
  @Test("points on a line lie along the first component, at their distances from the middle")
  func line() throws {
    // (1, 2, 2) has length 3.
    let found = try #require(PrincipalComponents(rows: 3, columns: 3, [0, 0, 0, 1, 2, 2, 3, 6, 6]))
    for (point, expected) in zip(found.points, [-4.0, -1, 5]) {
      #expect(abs(point.x - expected) < 1e-9 && abs(point.y) < 1e-9, "\(point), not \(expected)")
    }
    #expect(abs(found.shares.first - 1) < 1e-12 && abs(found.shares.second) < 1e-12)
  }

  @Test("an ellipse turned in space is found with its two axes and their shares")
  func ellipse() throws {
    let (u, v) = ([0.6, 0.8, 0, 0], [0, 0, 0.28, 0.96])
    let angles = (0..<40).map { 2 * Double.pi * Double($0) / 40 }
    let rows = angles.flatMap { angle in (0..<4).map { 7 + 3 * cos(angle) * u[$0] + sin(angle) * v[$0] } }
    let found = try #require(PrincipalComponents(rows: 40, columns: 4, rows))
    for (point, angle) in zip(found.points, angles) {
      #expect(abs(abs(point.x) - abs(3 * cos(angle))) < 1e-6 && abs(abs(point.y) - abs(sin(angle))) < 1e-6)
    }
    #expect(abs(found.shares.first - 0.9) < 1e-9 && abs(found.shares.second - 0.1) < 1e-9)
  }

  // np.linalg.svd of X - X.mean(0) for X[i, j] = (37 i² + 11 j³ + 5 i j) mod 23, i < 6, j < 4: s²/Σs²
  @Test("shares are NumPy's")
  func shares() throws {
    let values = (0..<24).map { place in
      let (i, j) = (place / 4, place % 4)
      return Double((37 * i * i + 11 * j * j * j + 5 * i * j) % 23)
    }
    let found = try #require(PrincipalComponents(rows: 6, columns: 4, values))
    #expect(abs(found.shares.first - 0.49596626481269845) < 1e-9, "\(found.shares)")
    #expect(abs(found.shares.second - 0.32574123315904174) < 1e-9, "\(found.shares)")
  }

  @Test("the coordinate of the largest size is positive, so that pictures do not flip from run to run")
  func sign() throws {
    for sign in [1.0, -1] {
      let found = try #require(PrincipalComponents(rows: 3, columns: 2, [0, 0, sign, 0, 5 * sign, 0]))
      #expect(found.points.map(\.x).max { abs($0) < abs($1) }! > 0)
    }
  }

  @Test("equal rows and numbers that are not finite have no components")
  func none() {
    #expect(PrincipalComponents(rows: 2, columns: 2, [1, 2, 1, 2]) == nil)
    #expect(PrincipalComponents(rows: 2, columns: 2, [1, 2, .nan, 2]) == nil)
    #expect(PrincipalComponents(rows: 2, columns: 2, [1, 2, .infinity, 2]) == nil)
    #expect(PrincipalComponents(rows: 0, columns: 2, []) == nil)
    #expect(PrincipalComponents(rows: 2, columns: 1, [1e200, -1e200]) == nil)
  }

  @Test("two vectors, and vectors of one number, have a second component of 0")
  func narrow() throws {
    let two = try #require(PrincipalComponents(rows: 2, columns: 3, [1, 0, 0, 0, 1, 0]))
    #expect(two.points.allSatisfy { abs($0.y) < 1e-12 })
    let one = try #require(PrincipalComponents(rows: 3, columns: 1, [1, 2, 6]))
    #expect(zip(one.points, [-2.0, -1, 3]).allSatisfy { abs($0.x - $1) < 1e-12 && $0.y == 0 })
  }
}
