// swift-tools-version: 6.3
// The programs that measure the project's speed and the quality of its training: a package of its own, so that nobody
// who uses the library builds them. Scripts/bench and Scripts/search run them.
import PackageDescription

let package = Package(
  name: "Benchmarks",
  dependencies: [.package(name: "microgpt", path: "..")],
  targets: [
    .target(name: "Peak"),
    .executableTarget(
      name: "Benchmarks",
      dependencies: ["Peak", .product(name: "MicroGPT", package: "microgpt")]),
    .executableTarget(
      name: "QualitySearch", dependencies: [.product(name: "MicroGPT", package: "microgpt")]),
    .testTarget(
      name: "BenchmarksTests",
      dependencies: ["Benchmarks", .product(name: "MicroGPT", package: "microgpt")]),
    .testTarget(
      name: "QualitySearchTests",
      dependencies: ["QualitySearch", .product(name: "MicroGPT", package: "microgpt")]),
  ],
  swiftLanguageModes: [.v6]
)
