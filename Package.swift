// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "microgpt",
  products: [.library(name: "MicroGPT", targets: ["MicroGPT"])],
  targets: [
    .target(name: "CMicroGPT", linkerSettings: [.linkedLibrary("m", .when(platforms: [.linux]))]),
    .target(
      name: "MicroGPT", dependencies: ["CMicroGPT"],
      swiftSettings: [.treatWarning("EmbeddedRestrictions", as: .error)]),
    .testTarget(name: "MicroGPTTests", dependencies: ["MicroGPT"]),
    .testTarget(name: "OneScreenTests", dependencies: ["MicroGPT"]),
  ],
  swiftLanguageModes: [.v6]
)
