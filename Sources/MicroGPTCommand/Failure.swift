// What ends the command early: a message for the user and an exit code for the shell.

import CommandLineOptions
import MicroGPT
import MicroGPTFiles

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Ends the command before its work is done.
///
/// Codes are those of sysexits.h: 64 for the command line, 65 for the data, 66 for input that cannot be opened, 70
/// for a computation that cannot continue, 73 for output that cannot be created, 74 for a write that fails, 75 for a file
/// that another process has locked. A run that a signal has stopped ends with 128 and the signal's number, as in shells.
struct Failure: Error, Equatable {
  static let usage = EX_USAGE, data = EX_DATAERR, software = EX_SOFTWARE
  static let output = EX_CANTCREAT, write = EX_IOERR

  let code: Int32
  /// What is wrong, where, and what to do; `nil` if there is nothing to report.
  let message: String?

  init(code: Int32, _ message: String?) {
    self.code = code
    self.message = message
  }

  /// The failure to report for an error of any module.
  init(_ error: any Error) {
    switch error {
    case let failure as Failure: self = failure
    case let error as UsageError: self.init(code: EX_USAGE, error.description)
    case let error as ConfigurationError: self.init(code: EX_USAGE, error.description)
    case let error as SamplerError: self.init(code: EX_SOFTWARE, error.description)
    case let error as TrainingError: self.init(code: EX_SOFTWARE, error.description)
    // The reader has closed the pipe, as `head` does, which is not an error.
    case let error as FileError where error.isClosedPipe: self.init(code: EX_OK, nil)
    case let error as LogError: self.init(code: EX_DATAERR, error.description)
    case let error as FileError:
      let code =
        switch error.operation {
        case .read: EX_NOINPUT
        case .create: EX_CANTCREAT
        case .write, .replace: EX_IOERR
        case .lock: EX_TEMPFAIL
        }
      self.init(code: code, error.description)
    case ModelFileError.file(let error): self.init(error)
    case let error as ModelFileError: self.init(code: EX_DATAERR, error.description)
    default: self.init(code: EX_SOFTWARE, "\(error)")
    }
  }
}
