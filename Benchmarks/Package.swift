// swift-tools-version: 6.2
// What the project's speed is measured with: a package of its own, so that nobody who uses the library builds
// it. Scripts/bench runs it.
import PackageDescription

let package = Package(
  name: "Benchmarks",
  dependencies: [.package(name: "microgpt", path: "..")],
  targets: [
    .target(name: "Peak"),
    .target(
      name: "Specification", dependencies: ["Peak", .product(name: "MicroGPT", package: "microgpt")]),
    .executableTarget(
      name: "Benchmarks",
      dependencies: ["Peak", "Specification", .product(name: "MicroGPT", package: "microgpt")]),
    .executableTarget(
      name: "QualitySearch", dependencies: [.product(name: "MicroGPT", package: "microgpt")]),
  ],
  swiftLanguageModes: [.v6]
)
