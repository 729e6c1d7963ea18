// Tables of numbers at an address that kernels can load lanes from.

/// A constant table, copied once to memory that is never freed.
///
/// - Parameter rows: Its numbers.
func table<Element>(_ rows: [Element]) -> UnsafePointer<Element> {
  let copy = UnsafeMutablePointer<Element>.allocate(capacity: rows.count)
  for (i, number) in rows.enumerated() { (copy + i).initialize(to: number) }
  return UnsafePointer(copy)
}
