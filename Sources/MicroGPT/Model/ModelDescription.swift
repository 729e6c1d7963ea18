// A model in one line, for `print` and debuggers, instead of all its parameters.

extension Model: CustomStringConvertible {
  /// The sizes, such as "GPT of 4192 parameters: 1 layer, width 16, 4 heads, 16 positions, 27 tokens".
  public var description: String {
    func count(_ number: Int, _ thing: String) -> String { "\(number) \(thing)\(number == 1 ? "" : "s")" }
    let sizes = [
      count(configuration.layers, "layer"), "width \(configuration.embedding)",
      count(configuration.heads, "head"), count(configuration.blockSize, "position"),
      count(tokenizer.vocabularySize, "token"),
    ]
    return "GPT of \(count(parameters.count, "parameter")): \(sizes.joined(separator: ", "))"
  }
}
