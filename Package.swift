// swift-tools-version: 6.3
import PackageDescription

let package = Package(
  name: "microgpt",
  products: [
    .library(name: "MicroGPT", targets: ["MicroGPT"]),
    .library(name: "MicroGPTFiles", targets: ["MicroGPTFiles"]),
    .library(name: "MicroGPTFoundation", targets: ["MicroGPTFoundation"]),
    .executable(name: "microgpt", targets: ["MicroGPTCommand"]),
  ],
  targets: [
    .target(name: "CMicroGPT", linkerSettings: [.linkedLibrary("m", .when(platforms: [.linux]))]),
    .target(
      name: "MicroGPT", dependencies: ["CMicroGPT"],
      swiftSettings: [.treatWarning("EmbeddedRestrictions", as: .error)]),
    .target(name: "MicroGPTFiles", dependencies: ["MicroGPT"]),
    .target(name: "MicroGPTFoundation", dependencies: ["MicroGPT", "MicroGPTFiles"]),
    .target(name: "CMicroGPTWeb"),
    .target(
      name: "MicroGPTWeb", dependencies: ["MicroGPT", "CMicroGPTWeb"],
      swiftSettings: [.treatWarning("EmbeddedRestrictions", as: .error)]),
    .target(name: "CommandLineOptions"),
    .target(name: "Drawing"),
    .executableTarget(
      name: "MicroGPTCommand", dependencies: ["MicroGPT", "MicroGPTFiles", "CommandLineOptions", "Drawing"]),
    .testTarget(name: "MicroGPTTests", dependencies: ["MicroGPT"]),
    .testTarget(name: "MicroGPTFilesTests", dependencies: ["MicroGPT", "MicroGPTFiles"]),
    .testTarget(
      name: "MicroGPTFoundationTests", dependencies: ["MicroGPT", "MicroGPTFiles", "MicroGPTFoundation"]),
    .testTarget(name: "MicroGPTWebTests", dependencies: ["MicroGPT", "MicroGPTWeb"]),
    .testTarget(name: "CommandLineOptionsTests", dependencies: ["CommandLineOptions"]),
    .testTarget(name: "DrawingTests", dependencies: ["Drawing"]),
    .testTarget(
      name: "MicroGPTCommandTests", dependencies: ["MicroGPT", "MicroGPTCommand", "CommandLineOptions"]),
    .testTarget(name: "OneScreenTests", dependencies: ["MicroGPT"]),
  ],
  swiftLanguageModes: [.v6]
)
