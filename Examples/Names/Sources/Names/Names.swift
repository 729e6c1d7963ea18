// An app in a terminal: it learns names in the background, shows its progress, keeps what it has learned in a file, and
// invents names from it.
//
//     swift run -c release Names        until all steps are taken, or Ctrl-C
//     swift run -c release Names 0.5    for half a second
//
// Run again, it goes on from the file.

import Foundation
import MicroGPT
import MicroGPTFiles
import MicroGPTFoundation

@main @MainActor struct Names {
  static let file = "names.safetensors"

  static func main() async {
    do {
      let arguments = CommandLine.arguments.dropFirst(), seconds = arguments.first.flatMap(Double.init)
      guard arguments.isEmpty || seconds.map({ 0...1e6 ~= $0 }) == true else {
        print("Write 'Names', or 'Names SECONDS', such as 'Names 0.5'.")
        exit(64)
      }
      try await learn(for: seconds)
      try invent()
    } catch {
      print("Error: \(error.localizedDescription)")
      exit(1)
    }
  }

  /// Learns until the last step, or until the user or the time stops it. The run is saved in either case.
  static func learn(for seconds: Double?) async throws {
    let trainer = BackgroundTrainer(try trainer())
    let training = Task {
      var bar = ProgressBar()
      for try await progress in trainer.progress() { bar.show(progress) }
    }
    let interrupt = onInterrupt { training.cancel() }
    defer { interrupt.cancel() }
    if let seconds {
      Task {
        try await Task.sleep(for: .seconds(seconds))
        training.cancel()
      }
    }
    do { try await training.value } catch is CancellationError {
      print("\nStopped after step \(await trainer.completedSteps). Run it again to go on.")
    }
    try await Checkpoint(trainer.state).write(to: file)
  }

  /// A new run, or the one in the file.
  static func trainer() throws -> sending Trainer {
    if fileExists(file) { return try Trainer(resuming: Checkpoint(contentsOf: file).state, corpus: .names) }
    var configuration = Configuration()
    (configuration.embedding, configuration.batchSize, configuration.steps) = (32, 4, 3000)
    return try Trainer(corpus: .names, configuration: configuration)
  }

  /// Prints names from the model in the file.
  static func invent() throws {
    let model = try Model(contentsOf: file)
    print(model)
    let sampler = Sampler(model, seed: 1)
    for _ in 0..<5 {
      print(try sampler.sample(prompt: "em", temperature: 0.7, filter: TokenFilter(topK: 5)))
    }
  }

  /// Calls `action` at Ctrl-C, which then does not end the process, until the source is canceled.
  static func onInterrupt(_ action: @escaping @MainActor () -> Void) -> any DispatchSourceSignal {
    signal(SIGINT, SIG_IGN)
    let source = DispatchSource.makeSignalSource(signal: SIGINT, queue: .main)
    source.setEventHandler { MainActor.assumeIsolated(action) }
    source.resume()
    return source
  }
}
