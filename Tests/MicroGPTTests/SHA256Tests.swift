import Testing

@testable import MicroGPT

@Suite struct SHA256Tests {
  @Test("the examples in the documentation hold")
  func documentedExamples() {
    var digest = SHA256()
    digest.update(Array("abc".utf8))
    #expect(digest.hexString == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
  }

  @Test("the digest of FIPS 180-4's two-block example is the published one")
  func publishedVector() {
    var digest = SHA256()
    digest.update(Array("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq".utf8))
    #expect(digest.hexString == "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1")
  }

  // python3 -c 'import hashlib; print(hashlib.sha256(b"a" * COUNT).hexdigest())'
  @Test(
    "digests are Python's at lengths around the ends of blocks and padding",
    arguments: [
      (0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
      (55, "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318"),
      (56, "b35439a4ac6f0948b6d6f9e3c6af0f5f590ce20f1bde7090ef7970686ec6738a"),
      (57, "f13b2d724659eb3bf47f2dd6af1accc87b81f09f59f2b75e5c0bed6589dfe8c6"),
      (63, "7d3e74a05d7db15bce4ad9ec0658ea98e3f06eeecf16b4c6fff2da457ddc2f34"),
      (64, "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb"),
      (65, "635361c48bb9eab14198e76ea8ab7f1a41685d6ad62aa9146d301d4f17eb0ae0"),
      (119, "31eba51c313a5c08226adf18d4a359cfdfd8d2e816b13f4af952f7ea6584dcfb"),
      (120, "2f3d335432c70b580af0e8e1b3674a7c020d683aa5f73aaaedfdc55af904c21c"),
      (1_000_000, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"),
    ])
  func lengths(count: Int, golden: String) {
    var digest = SHA256()
    digest.update([UInt8](repeating: UInt8(ascii: "a"), count: count))
    #expect(digest.hexString == golden)
  }

  // python3 -c 'import hashlib
  // all = "".join(hashlib.sha256(bytes(i % 256 for i in range(n))).hexdigest() for n in range(300))
  // print(hashlib.sha256(all.encode()).hexdigest())'
  @Test("digests are Python's at every length below 300")
  func everyShortLength() {
    var all = SHA256()
    for count in 0..<300 {
      var digest = SHA256()
      digest.update((0..<count).map { UInt8($0 % 256) })
      all.update(Array(digest.hexString.utf8))
    }
    #expect(all.hexString == "ff4223406fc6473b721b409cbe70bbeabc0c8d0d0f55c370497cc0c25606895f")
  }

  @Test("reading a digest does not end it")
  func readingChangesNothing() {
    var digest = SHA256()
    digest.update(Array("ab".utf8))
    #expect(digest.finalize() == digest.finalize())
    digest.update(Array("c".utf8))
    #expect(digest.finalize().count == 32)
    #expect(digest.hexString == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
  }

  @Test("the digest does not depend on the pieces", arguments: [0, 1, 2, 3, 63, 64, 65, 127, 128, 129, 200])
  func piecesEqualWhole(first: Int) {
    let bytes = (0..<400).map { UInt8(truncatingIfNeeded: $0 &* 37) }
    var whole = SHA256()
    whole.update(bytes)
    for second in 0...(bytes.count - first) {
      var pieces = SHA256()
      pieces.update(Array(bytes[..<first]))
      pieces.update(Array(bytes[first..<first + second]))
      pieces.update(Array(bytes[(first + second)...]))
      #expect(pieces.finalize() == whole.finalize(), "cut at \(first) and \(first + second)")
    }
  }
}
