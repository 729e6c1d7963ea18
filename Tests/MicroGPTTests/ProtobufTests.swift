import Testing

@testable import MicroGPT

/// The wire format, by the bytes that its documentation gives.
@Suite struct ProtobufTests {
  @Test("the examples in the documentation hold")
  func documentedExamples() {
    var message = ProtobufMessage()
    message.append(1, 150)
    message.append(2, "testing")
    #expect(message.bytes == [0x08, 0x96, 0x01, 0x12, 0x07] + Array("testing".utf8))
    #expect(message.bytes.count == 12)
    _ = message.bytes.count  // 12
  }

  // python3 -c '
  // from onnx import TensorShapeProto
  // for n in 0, 1, 127, 128, 300, 16384, 2**63 - 1, -1, -2**63:
  //     print(n, list(TensorShapeProto.Dimension(dim_value=n).SerializeToString()))'
  @Test(
    "whole numbers take seven bits a byte, negative ones ten bytes",
    arguments: [
      (0, [8, 0]), (1, [8, 1]), (127, [8, 127]), (128, [8, 128, 1]), (300, [8, 172, 2]),
      (16384, [8, 128, 128, 1]),
      (.max, [8, 255, 255, 255, 255, 255, 255, 255, 255, 127]),
      (-1, [8, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1]),
      (.min, [8, 128, 128, 128, 128, 128, 128, 128, 128, 128, 1]),
    ] as [(Int, [UInt8])])
  func wholeNumbers(value: Int, expected: [UInt8]) {
    var message = ProtobufMessage()
    message.append(1, value)
    #expect(message.bytes == expected)
  }

  @Test("a message within another is its length and its bytes, also when empty")
  func nested() {
    var inner = ProtobufMessage(), outer = ProtobufMessage()
    inner.append(1, 150)
    outer.append(3, inner)
    #expect(outer.bytes == [0x1A, 0x03, 0x08, 0x96, 0x01])
    outer.append(3, ProtobufMessage())
    #expect(outer.bytes == [0x1A, 0x03, 0x08, 0x96, 0x01, 0x1A, 0x00])
  }

  @Test("fields from 16 on have a key of two bytes, and texts from 128 bytes on a length of two")
  func longKeysAndLengths() {
    var message = ProtobufMessage()
    message.append(20, 7)
    #expect(message.bytes == [0xA0, 0x01, 0x07])
    let text = String(repeating: "é", count: 64)
    message.append(2, text)
    #expect(message.bytes == [0xA0, 0x01, 0x07, 0x12, 0x80, 0x01] + Array(text.utf8))
  }
}
