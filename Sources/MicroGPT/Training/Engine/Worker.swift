// One worker: shared parameters and its own workspace. Forward.swift, Loss.swift and Backward.swift are its steps,
// which can be called one by one; Gradients.swift says where a weight's gradient goes.
//
// It computes the same as Specification.swift, for the positions of several documents at once, as rows of matrices.
// Every sum has the same terms in the same order, so the exact arithmetic gives the specification's bits.

/// What parameters and a worker are for, on which their memory depends.
enum Purpose {
  /// Forward passes, backward passes and updates.
  case training
  /// Forward passes alone: no moments, no gradients, and all layers share one layer's activations.
  case evaluation
}

/// The forward and backward pass of batches.
///
/// A class, because it owns its workspace, and so that no step copies it or counts references.
final class Worker<A: KernelArithmetic> {
  typealias Scalar = A.Scalar
  typealias Buffer = UnsafeMutablePointer<Scalar>

  let shape: Shape
  let parameters: PackedParameters<A>
  let kernels: Kernels<Scalar>
  let workspace: Workspace<A>
  /// Channels, hidden units and tokens, padded to cache lines.
  let width, hiddenWidth, tokens: Int
  /// The number of elements in a cache line.
  let unit: Int
  /// `D^(-1/2)`.
  let attentionScale: Scalar
  let wideAttention: WideAttention<Scalar>

  private let memory: Memory<Workspace<A>>

  /// - Parameters:
  ///   - documents: The most documents of its batches.
  ///   - purpose: A worker for evaluation has no backward pass.
  init(_ parameters: PackedParameters<A>, documents: Int, for purpose: Purpose = .training) {
    let shape = parameters.shape, unit = BufferDeclarations.lineCount(of: Scalar.self)
    memory = Memory {
      Workspace(
        shape, documents: documents, keepsTransposed: parameters.keepsTransposed, for: purpose, &$0)
    }
    workspace = memory.buffers
    workspace.prepare(shape)
    (self.shape, self.parameters, kernels, self.unit) = (shape, parameters, parameters.kernels, unit)
    width = shape.channels.rounded(up: unit)
    hiddenWidth = (4 * shape.channels).rounded(up: unit)
    tokens = shape.vocabulary.rounded(up: unit)
    attentionScale = A.attentionScale(shape)
    wideAttention = WideAttention(
      kernels: kernels, transposed: workspace.attention.transposed, dWeights: workspace.attention.dWeights,
      narrow: workspace.attention.narrow, unit: unit)
  }

  /// The bytes of a worker.
  static func byteCount(_ shape: Shape, documents: Int, for purpose: Purpose = .training) -> Count {
    memoryByteCount {
      Workspace<A>(
        shape, documents: documents,
        keepsTransposed: PackedParameters<A>.keepsTransposed(shape, documents: documents), for: purpose, &$0)
    }
  }

  /// The input of a layer: the output of the layer before it, or the normalized embedding.
  @inline(__always)
  func input(of layer: Int) -> Buffer {
    layer == 0 ? workspace.embeddingNormalized.output : workspace.layers[layer &- 1].output
  }
}
