// swift-tools-version: 6.3
// An app that learns names in the background, and the shortest program that uses the library. Both use only what is
// public, in the Swift 6 language mode.
//
//     swift run -c release Names
//
// In this repository they use the library that is beside them. Elsewhere the dependency names the repository and, until a
// version is released, its branch: `.package(url: "URL", branch: "main")`. Scripts/test-example builds the package with a
// version.
import PackageDescription

let package = Package(
  name: "Names",
  platforms: [.macOS(.v13)],
  dependencies: [
    .package(name: "microgpt", path: "../..")
  ],
  targets: [
    .executableTarget(
      name: "Names",
      dependencies: [
        .product(name: "MicroGPT", package: "microgpt"),
        .product(name: "MicroGPTFiles", package: "microgpt"),
        .product(name: "MicroGPTFoundation", package: "microgpt"),
      ]),
    .executableTarget(
      name: "Minimal", dependencies: [.product(name: "MicroGPT", package: "microgpt")],
      exclude: ["expected.txt"]),
  ],
  swiftLanguageModes: [.v6]
)
