// Takes as many steps of the default run as its argument says. Scripts/test-dependent counts what they allocate.

import MicroGPT

let trainer = try Trainer(corpus: .names)
for _ in 0..<Int(CommandLine.arguments[1])! { _ = try trainer.step() }
