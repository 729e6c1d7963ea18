// What all fuzz targets share: the function that libFuzzer calls, and how a target reports a finding.
//
// A target is a program of this file and one that defines `check`. libFuzzer's main function calls it with mutated
// inputs, keeps those that reach new code, and reports an input that ends the program.

/// Gives `check` an input in an array of its exact size.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  check(Array(UnsafeBufferPointer(start: start, count: count)))
  return 0
}

/// Ends the program, which is a finding, unless a claim about the input holds.
func require(_ claim: Bool, _ message: @autoclosure () -> String) {
  if !claim { fatalError("Finding: \(message())") }
}

/// Requires that an error's message is a sentence of bounded length: whatever the input, it is shown in a terminal.
func requireSentence(_ error: some CustomStringConvertible, atMost limit: Int) {
  let message = error.description
  require(
    message.utf8.count >= 10 && message.utf8.count <= limit,
    "a message has \(message.utf8.count) bytes: \(message.prefix(200))")
  require(".?!".contains(message.last!), "a message does not end like a sentence: \(message)")
}
