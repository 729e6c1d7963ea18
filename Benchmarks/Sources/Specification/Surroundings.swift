// What the specification's files take from the rest of the library: they are compiled here a second time, because
// only within a module does the compiler make plain loops of generic functions.

import CMicroGPT

/// The C library's functions, by the name under which the arithmetics ask for them.
enum MicroGPT {
  @inline(__always) static func exp(_ x: Double) -> Double { CMicroGPT.exp(x) }
  @inline(__always) static func log(_ x: Double) -> Double { CMicroGPT.log(x) }
  @inline(__always) static func power(_ base: Double, _ exponent: Double) -> Double {
    microgpt_pow(base, exponent)
  }
}

enum CLibrary {
  @inline(__always) static var hasGlibcPow: Bool { microgpt_pow_is_glibc() != 0 }
}
