// The benchmarks: `Scripts/bench [--data FILE] [--lines FILE] [--json FILE] [NAME ...]`.

import Foundation
import MicroGPT
import Peak

var names = "input.txt", lines: String?, json: String?, wanted: [String] = []
var arguments = CommandLine.arguments.dropFirst()
while let argument = arguments.popFirst() {
  switch argument {
  case "--data": names = arguments.popFirst() ?? names
  case "--lines": lines = arguments.popFirst()
  case "--json": json = arguments.popFirst()
  default: wanted.append(argument)
  }
}

func corpus(_ path: String) throws -> Corpus {
  try Corpus(utf8: [UInt8](Data(contentsOf: URL(fileURLWithPath: path))))
}

@MainActor func wants(_ name: String) -> Bool { wanted.isEmpty || wanted.contains(name) }

func number(_ value: Double, _ digits: Int) -> String { String(format: "%.\(digits)f", value) }

func padded(_ text: String, _ width: Int) -> String {
  String(repeating: " ", count: max(0, width - text.count)) + text
}

var rows: [String] = []

@MainActor func report(_ result: StepResult) {
  let c = result.configuration
  let size =
    "\(result.engine.rawValue) \(result.set.rawValue) C \(c.embedding) H \(c.heads) L \(c.layers) "
    + "T \(c.blockSize) B \(c.batchSize)"
  print(
    size + String(repeating: " ", count: max(0, 44 - size.count)),
    padded(number(result.best, 2), 10), padded(number(result.median, 2), 10),
    padded(number(result.bestFloor, 2), 10), padded(number(result.bestRatio, 2), 7),
    padded(number(result.medianRatio, 2), 7), "  loss \(number(result.loss, 4)) at \(result.steps)")
  rows.append(
    "{\"benchmark\": \"step\", \"arithmetic\": \"\(result.engine.rawValue)\", \"width\": \(c.embedding), "
      + "\"heads\": \(c.heads), \"layers\": \(c.layers), \"block\": \(c.blockSize), \"batch\": \(c.batchSize), "
      + "\"isa\": \"\(result.set.rawValue)\", \"microseconds\": \(number(result.best, 3)), "
      + "\"median_microseconds\": \(number(result.median, 3)), "
      + "\"floor_microseconds\": \(number(result.bestFloor, 3)), \"ratio\": \(number(result.bestRatio, 3)), "
      + "\"median_ratio\": \(number(result.medianRatio, 3)), \"loss\": \(number(result.loss, 6)), "
      + "\"steps\": \(result.steps)}")
}

let set = ProcessInfo.processInfo.environment["MICROGPT_ISA"].flatMap(InstructionSet.init) ?? .widest
let machine = Machine(set)
print(
  "\(set.rawValue): \(number(machine.floatRate / 1e9, 1)) GFLOP/s of floats, fused; "
    + "\(number(machine.doubleRate / 1e9, 1)) of doubles, not fused")
print(padded("best us", 56), padded("median", 10), padded("floor", 10), "  times", " median")

let documents = try corpus(names)
func configuration(_ width: Int, heads: Int = 4, batch: Int = 1) -> Configuration {
  var configuration = Configuration()
  (configuration.embedding, configuration.heads, configuration.batchSize) = (width, heads, batch)
  return configuration
}

for batch in [16, 1] where wants("fast") {
  for width in [16, 32, 64, 128] {
    report(
      try measureSteps(
        documents, configuration(width, heads: width == 128 ? 8 : 4, batch: batch), .fast, set))
  }
}
if wants("exact") {
  for width in [16, 32, 64, 128] {
    report(
      try measureSteps(
        documents, configuration(width, heads: width == 128 ? 8 : 4), .exact, set))
  }
}
if let lines, wants("lines") {
  var large = configuration(128, heads: 4, batch: 12)
  (large.layers, large.blockSize) = (4, 64)
  report(try measureSteps(try corpus(lines), large, .fast, set))
}
if wants("sampling") {
  for result in try measureSampling(documents, set) {
    print(
      "C \(padded("\(result.width)", 3)) \(result.name)"
        + String(repeating: " ", count: max(0, 40 - result.name.count)),
      padded(number(result.best / 1e6, 3), 8), padded(number(result.median / 1e6, 3), 8), "M tokens/s ",
      "\(number(result.characters, 3)) characters of \(result.documents)")
    rows.append(
      "{\"benchmark\": \"sampling\", \"name\": \"\(result.name)\", \"width\": \(result.width), "
        + "\"isa\": \"\(set.rawValue)\", \"tokens_per_second\": \(number(result.best, 0)), "
        + "\"median_tokens_per_second\": \(number(result.median, 0)), "
        + "\"characters\": \(number(result.characters, 4))}")
  }
}
if let json {
  try (rows.joined(separator: "\n") + "\n").write(toFile: json, atomically: true, encoding: .utf8)
}
