// Fuzz target: the bytes of a file, read as safetensors, as a checkpoint and as a model.

@testable import MicroGPT

/// Requires of any bytes that each reader refuses them with a message, or accepts them and can write them again.
func check(_ bytes: [UInt8]) {
  let file: Safetensors
  do throws(SafetensorsError) { file = try Safetensors(bytes: bytes) } catch {
    return requireSentence(error, atMost: 2_000)
  }
  checkSize(file, of: bytes)
  var model: Model?, checkpoint: Checkpoint?
  do throws(CheckpointError) { model = try Model(safetensors: bytes) } catch {
    requireSentence(error, atMost: 2_000)
  }
  do throws(CheckpointError) { checkpoint = try Checkpoint(bytes: bytes) } catch {
    requireSentence(error, atMost: 2_000)
  }
  if let model { checkModel(model) } else { checkContents(file) }
  if let checkpoint {
    require(checkpoint.model == model, "a checkpoint's model is not that of its file")
    checkRoundTrip(checkpoint)
  }
}

/// Each byte after the header belongs to one tensor.
private func checkSize(_ file: Safetensors, of bytes: [UInt8]) {
  let headerCount = bytes[0..<8].reversed().reduce(0) { $0 << 8 | Int($1) }
  let dataCount = file.tensors.reduce(0) { sum, tensor in
    switch tensor.values {
    case .float64(let values): sum + 8 * values.count
    case .float32(let values): sum + 4 * values.count
    }
  }
  require(8 + headerCount + dataCount == bytes.count, "the tensors have \(dataCount) bytes of \(bytes.count)")
}

/// What is written is read back. Compares bytes, because numbers may be NaN.
private func checkContents(_ file: Safetensors) {
  let written = file.bytes()
  do throws(SafetensorsError) {
    let copy = try Safetensors(bytes: written)
    require(copy.bytes() == written, "a file is not what was written")
  } catch {
    require(false, "a file that was written is refused: \(error)")
  }
}

/// Saving and loading a checkpoint changes nothing.
private func checkRoundTrip(_ checkpoint: Checkpoint) {
  let written = checkpoint.bytes()
  do throws(CheckpointError) {
    let copy = try Checkpoint(bytes: written)
    require(copy == checkpoint, "a checkpoint is not what was saved")
    require(copy.bytes() == written, "a checkpoint that was saved and loaded has other bytes")
  } catch {
    require(false, "a checkpoint that was saved is refused: \(error)")
  }
  let state = checkpoint.state, count = state.parameters.count
  require(state.firstMoment.count == count && state.secondMoment.count == count, "moments are missing")
  require(state.firstMoment.allSatisfy(\.isFinite), "a first moment is not finite")
  require(
    state.secondMoment.allSatisfy { $0.isFinite && $0 >= 0 }, "a second moment is negative or not finite")
}

/// A model has all its parameters, each of them finite, and gives a document of its vocabulary or says why not.
private func checkModel(_ model: Model) {
  let configuration = model.configuration, vocabularySize = model.tokenizer.vocabularySize
  require(
    model.parameters.count == configuration.parameterCount(vocabularySize: vocabularySize),
    "there are \(model.parameters.count) parameters for \(configuration) and \(vocabularySize) tokens")
  require(model.parameters.allSatisfy(\.isFinite), "a parameter is not finite")
  let sampler = Sampler(model, random: PythonRandom(seed: configuration.seed), prefixMemory: 0)
  do throws(SamplerError) {
    let document = try sampler.sample().unicodeScalars
    require(document.count <= configuration.blockSize, "a document has \(document.count) characters")
    require(
      document.allSatisfy { model.tokenizer.token(of: $0) != nil },
      "a document has characters without a token")
  } catch {
    requireSentence(error, atMost: 2_000)
  }
}
