import MicroGPT

let pasta = ["cannelloni", "farfalle", "fusilli", "linguine", "macaroni", "ravioli", "spaghetti"]
let trainer = try Trainer(corpus: Corpus(documents: pasta))
try trainer.train { step in
  if step.number % 10 == 0 { print("step \(step.number): loss \(step.loss)") }
  return step.loss < 0.5 ? .stop : .continue
}
print(try trainer.sampler().sample(prompt: "pen"))  // penguini
print(trainer.model["wte"]!.shape)  // [18, 16]: 16 numbers for each of 17 letters and the end
