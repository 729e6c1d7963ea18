// swift-tools-version: 6.3
import PackageDescription

// A program as a user would write it: it depends on a released version of the library and imports nothing else.
// Scripts/test-dependent releases the working tree in a temporary folder, and gives its path.
let repository = Context.environment["MICROGPT_REPOSITORY"] ?? "MICROGPT_REPOSITORY is not set."

let package = Package(
  name: "example",
  dependencies: [.package(url: repository, from: "0.1.0")],
  targets: [
    .executableTarget(name: "Example", dependencies: [.product(name: "MicroGPT", package: "microgpt")]),
    .executableTarget(name: "Steps", dependencies: [.product(name: "MicroGPT", package: "microgpt")]),
  ]
)
