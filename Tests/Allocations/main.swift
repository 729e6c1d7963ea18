// Takes the number of steps of the default run given as its argument, then samples as many documents from one stream in each
// arithmetic. Scripts/test-example counts the allocations.

import MicroGPT

let trainer = try Trainer(corpus: .names)
for _ in 0..<Int(CommandLine.arguments[1])! { _ = try trainer.step() }

var document: [UInt8] = []
document.reserveCapacity(64)
for arithmetic in Arithmetic.allCases {
  let sampler = Sampler(trainer.model, random: trainer.random, engine: arithmetic, prefixMemory: 0)
  for _ in 0..<Int(CommandLine.arguments[1])! {
    document.removeAll(keepingCapacity: true)
    try sampler.sample(appendingTo: &document)
  }
}
