// Takes the number of steps of the default run given as its argument. Scripts/test-example counts their
// allocations.

import MicroGPT

let trainer = try Trainer(corpus: .names)
for _ in 0..<Int(CommandLine.arguments[1])! { _ = try trainer.step() }
