import Testing

extension OneScreen {
  @Suite struct InputTests {
    @Test(
      "without names a file reports what it needs and ends with code 66",
      arguments: OneScreenFile.allCases,
      [
        ("no file", nil),
        ("an empty file", []),
        ("blank lines", Array("\n \t\r\n\u{1C}\u{2028}\r".utf8)),
        ("a byte that is never UTF-8", [0x65, 0x6D, 0x6D, 0x61, 0x0A, 0xFF, 0x0A]),
        ("half of a surrogate pair", [0x61, 0x0A, 0xED, 0xA0, 0x80]),
      ] as [(String, [UInt8]?)])
    func refusal(file: OneScreenFile, input: (name: String, bytes: [UInt8]?)) async throws {
      let finished = try await file.source().run(.speed, input: input.bytes)
      #expect(finished.status == 66)
      #expect(finished.errors.contains("input.txt"))
      #expect(finished.output == [])
    }
  }
}
