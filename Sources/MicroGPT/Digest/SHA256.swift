// SHA-256, which names a dataset in a checkpoint and the parameters in a golden run.
//
//     var digest = SHA256()                              digest = hashlib.sha256()
//     digest.update(Array("abc".utf8))                   digest.update(b"abc")
//     digest.hexString                                   digest.hexdigest()              # ba7816bf8f01cfea…
//
// Plain Swift, without the processor's SHA instructions: fast enough for reading files.

/// The SHA-256 digest of bytes that arrive in pieces.
///
///     var digest = SHA256()
///     digest.update(Array("abc".utf8))
///     digest.hexString  // "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
///
/// Source: NIST, FIPS 180-4, "Secure Hash Standard", 2015, sections 4 to 6.
public struct SHA256: Sendable {
  /// The eight words of the digest so far.
  private var state = SIMD8<UInt32>(
    0x6A09_E667, 0xBB67_AE85, 0x3C6E_F372, 0xA54F_F53A, 0x510E_527F, 0x9B05_688C, 0x1F83_D9AB, 0x5BE0_CD19)
  /// The bytes after the last whole block, fewer than 64.
  private var pending: [UInt8] = []
  /// How many bytes have arrived.
  private var byteCount: UInt64 = 0

  /// The digest of an empty message.
  public init() {}

  /// Appends bytes to the message.
  ///
  /// - Complexity: O(*n*).
  public mutating func update(_ bytes: UnsafeRawBufferPointer) {
    byteCount += UInt64(bytes.count)
    var rest = bytes[...]
    if !pending.isEmpty {
      let head = rest.prefix(SHA256.blockSize - pending.count)
      pending.append(contentsOf: head)
      rest = rest.dropFirst(head.count)
      guard pending.count == SHA256.blockSize else { return }
      compress(pending)
      pending.removeAll(keepingCapacity: true)
    }
    let whole = rest.prefix(rest.count / SHA256.blockSize * SHA256.blockSize)
    compress(UnsafeRawBufferPointer(rebasing: whole))
    pending.append(contentsOf: rest.dropFirst(whole.count))
  }

  /// Appends bytes to the message.
  ///
  /// - Complexity: O(*n*).
  public mutating func update(_ bytes: [UInt8]) {
    bytes.withUnsafeBytes { update($0) }
  }

  /// The digest of the bytes so far, 32 bytes. More may be added afterwards.
  public func finalize() -> [UInt8] {
    // Section 5.1.1: a one bit, zeros up to the last eight bytes of a block, and there the length in bits.
    var padding: [UInt8] = [0x80]
    while (pending.count + padding.count) % SHA256.blockSize != SHA256.blockSize - 8 { padding.append(0) }
    let bitCount = byteCount << 3
    for shift in stride(from: 56, through: 0, by: -8) {
      padding.append(UInt8(truncatingIfNeeded: bitCount >> UInt64(shift)))
    }

    var padded = self
    padded.update(padding)
    var digest: [UInt8] = []
    for index in 0..<8 {
      for shift in stride(from: 24, through: 0, by: -8) {
        digest.append(UInt8(truncatingIfNeeded: padded.state[index] >> UInt32(shift)))
      }
    }
    return digest
  }

  /// The digest of the bytes so far as 64 hexadecimal digits in lower case.
  public var hexString: String {
    var text = ""
    for byte in finalize() {
      text.unicodeScalars.append(SHA256.hexDigits[Int(byte >> 4)])
      text.unicodeScalars.append(SHA256.hexDigits[Int(byte & 15)])
    }
    return text
  }
}

extension SHA256 {
  /// Bytes in a block.
  private static let blockSize = 64

  private static let hexDigits: [Unicode.Scalar] = [
    "0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "a", "b", "c", "d", "e", "f",
  ]

  /// Section 4.2.2: the first 32 bits of the fractions of the cube roots of the first 64 primes.
  private static let roundConstants: [UInt32] = [
    0x428A_2F98, 0x7137_4491, 0xB5C0_FBCF, 0xE9B5_DBA5, 0x3956_C25B, 0x59F1_11F1, 0x923F_82A4, 0xAB1C_5ED5,
    0xD807_AA98, 0x1283_5B01, 0x2431_85BE, 0x550C_7DC3, 0x72BE_5D74, 0x80DE_B1FE, 0x9BDC_06A7, 0xC19B_F174,
    0xE49B_69C1, 0xEFBE_4786, 0x0FC1_9DC6, 0x240C_A1CC, 0x2DE9_2C6F, 0x4A74_84AA, 0x5CB0_A9DC, 0x76F9_88DA,
    0x983E_5152, 0xA831_C66D, 0xB003_27C8, 0xBF59_7FC7, 0xC6E0_0BF3, 0xD5A7_9147, 0x06CA_6351, 0x1429_2967,
    0x27B7_0A85, 0x2E1B_2138, 0x4D2C_6DFC, 0x5338_0D13, 0x650A_7354, 0x766A_0ABB, 0x81C2_C92E, 0x9272_2C85,
    0xA2BF_E8A1, 0xA81A_664B, 0xC24B_8B70, 0xC76C_51A3, 0xD192_E819, 0xD699_0624, 0xF40E_3585, 0x106A_A070,
    0x19A4_C116, 0x1E37_6C08, 0x2748_774C, 0x34B0_BCB5, 0x391C_0CB3, 0x4ED8_AA4A, 0x5B9C_CA4F, 0x682E_6FF3,
    0x748F_82EE, 0x78A5_636F, 0x84C8_7814, 0x8CC7_0208, 0x90BE_FFFA, 0xA450_6CEB, 0xBEF9_A3F7, 0xC671_78F2,
  ]

  private mutating func compress(_ block: [UInt8]) {
    block.withUnsafeBytes { compress($0) }
  }

  /// Section 6.2.2, for every block of `blocks`, whose size is a multiple of 64.
  private mutating func compress(_ blocks: UnsafeRawBufferPointer) {
    SHA256.roundConstants.withUnsafeBufferPointer { constants in
      withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 64) { schedule in
        for start in stride(from: 0, to: blocks.count, by: SHA256.blockSize) {
          for t in 0..<16 {
            let word = blocks.loadUnaligned(fromByteOffset: start + 4 * t, as: UInt32.self).bigEndian
            schedule.initializeElement(at: t, to: word)
          }
          for t in 16..<64 {
            let near = schedule[t - 2]
            let far = schedule[t - 15]
            let sigma1 = rotated(near, 17) ^ rotated(near, 19) ^ near >> 10
            let sigma0 = rotated(far, 7) ^ rotated(far, 18) ^ far >> 3
            schedule.initializeElement(at: t, to: sigma1 &+ schedule[t - 7] &+ sigma0 &+ schedule[t - 16])
          }

          var (a, b, c, d) = (state[0], state[1], state[2], state[3])
          var (e, f, g, h) = (state[4], state[5], state[6], state[7])
          // The standard rotates the eight words after each round. After eight rounds each is back in its place, so
          // here the arguments rotate instead.
          for t in stride(from: 0, to: 64, by: 8) {
            round(a, b, c, &d, e, f, g, &h, constants[t] &+ schedule[t])
            round(h, a, b, &c, d, e, f, &g, constants[t + 1] &+ schedule[t + 1])
            round(g, h, a, &b, c, d, e, &f, constants[t + 2] &+ schedule[t + 2])
            round(f, g, h, &a, b, c, d, &e, constants[t + 3] &+ schedule[t + 3])
            round(e, f, g, &h, a, b, c, &d, constants[t + 4] &+ schedule[t + 4])
            round(d, e, f, &g, h, a, b, &c, constants[t + 5] &+ schedule[t + 5])
            round(c, d, e, &f, g, h, a, &b, constants[t + 6] &+ schedule[t + 6])
            round(b, c, d, &e, f, g, h, &a, constants[t + 7] &+ schedule[t + 7])
          }
          state &+= SIMD8(a, b, c, d, e, f, g, h)
        }
      }
    }
  }
}

/// One round of section 6.2.2, step 3, which leaves the new `a` in `h` and the new `e` in `d`.
@inline(__always)
private func round(
  _ a: UInt32, _ b: UInt32, _ c: UInt32, _ d: inout UInt32,
  _ e: UInt32, _ f: UInt32, _ g: UInt32, _ h: inout UInt32, _ input: UInt32
) {
  let sum1 = rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25)
  let choice = e & f ^ ~e & g
  let first = h &+ sum1 &+ choice &+ input
  let sum0 = rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22)
  let majority = a & b ^ a & c ^ b & c
  d &+= first
  h = first &+ sum0 &+ majority
}

/// `word` rotated right by `count` bits.
@inline(__always)
private func rotated(_ word: UInt32, _ count: UInt32) -> UInt32 { word &>> count | word &<< (32 &- count) }
