import Testing

@testable import Drawing

@Suite("Numbers of a page") struct NumbersTests {
  @Test(
    "places are rounded to a tenth and shares to a hundredth, without zeros at the end",
    arguments: [
      (0, "0", "0"), (12, "12", "12"), (12.34, "12.3", "12.34"), (0.05, "0.1", "0.05"),
      (-3.45, "-3.5", "-3.45"),
      (0.996, "1", "1"), (199.96, "200", "199.96"), (0.101, "0.1", "0.1"),
    ])
  func places(value: Double, place: String, share: String) {
    #expect(Markup.string { $0.place(value) } == place)
    #expect(Markup.string { $0.share(value) } == share)
  }

  @Test(
    "numbers of a column have two decimals, and 0 has no sign",
    arguments: [
      (0, "0.00"), (0.5, "0.50"), (-1.999, "−2.00"), (12.345, "12.35"), (-0.004, "0.00"), (99.99, "99.99"),
    ])
  func twoDecimals(value: Double, text: String) {
    #expect(Markup.string { $0.twoDecimals(value) } == text)
  }

  @Test(
    "figures have four digits that count, commas from a thousand on and powers far from 1",
    arguments: [
      (0, "0"), (1, "1"), (-1, "−1"), (0.5, "0.5"), (2.30258509, "2.303"), (12.34, "12.34"),
      (123.44, "123.4"),
      (999.96, "1,000"), (1000, "1,000"), (1234.5, "1,235"), (1_234_567, "1,234,567"), (100_005, "100,005"),
      (0.01, "0.01"), (0.0012345, "0.001235"), (0.0001, "0.0001"), (0.00002, "2e-5"),
      (1.23456e-7, "1.235e-7"),
      (9.99996e-6, "1e-5"), (-0.1, "−0.1"), (4.5e12, "4.5e12"), (1e300, "1e300"),
      (Double.leastNonzeroMagnitude, "4.941e-324"),
      (.infinity, "∞"), (-.infinity, "−∞"), (.nan, "not a number"), (0.30000000000000004, "0.3"),
      (99.995, "100"), (9.9999, "10"), (1.9999, "2"), (0.99999, "1"),
    ])
  func figures(value: Double, text: String) { #expect(figure(value) == text) }
}
