// Words of a command line that is shown to be copied.

import CommandLineOptions

/// An option and its value. One that begins with a dash, such as a file's name, needs the equals sign.
func optionWords(_ option: String, _ value: String) -> [String] {
  looksLikeOption(value) ? ["\(option)=\(value)"] : [option, value]
}

/// A word as a shell reads it back.
func quotedForShell(_ word: String) -> String {
  let isPlain = word.utf8.allSatisfy { byte in
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: "-_./+=:,@%".utf8.contains(byte)
    }
  }
  if isPlain && !word.isEmpty { return word }
  var quoted = "'"
  // As a character, an apostrophe with a combining accent is not an apostrophe.
  for scalar in word.unicodeScalars {
    if scalar == "'" { quoted += "'\\''" } else { quoted.unicodeScalars.append(scalar) }
  }
  return quoted + "'"
}
