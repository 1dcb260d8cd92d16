/// The first `count` elements in a larger piece of memory; frees the old one.
///
/// - Parameter filler: what the room behind them is filled with; nil leaves it untouched, so that it costs nothing until used.
func grown<Element: BitwiseCopyable>(
    _ old: UnsafeMutablePointer<Element>, from count: Int, to capacity: Int, filler: Element? = nil
) -> UnsafeMutablePointer<Element> {
    let larger = UnsafeMutablePointer<Element>.allocate(capacity: capacity)
    larger.update(from: old, count: count)
    if let filler { (larger + count).initialize(repeating: filler, count: capacity - count) }
    old.deallocate()
    return larger
}

/// Has the kernel provide the first `count` elements of memory that nobody has used, so that no single decision waits for it.
///
/// - Complexity: one page fault for each page not provided yet
func touch<Element: BitwiseCopyable>(_ memory: UnsafeMutablePointer<Element>, count: Int) {
    let pageSize = 4096
    let bytes = UnsafeMutableRawPointer(memory)
    for place in stride(from: 0, to: count * MemoryLayout<Element>.stride, by: pageSize) {
        bytes.storeBytes(of: 0, toByteOffset: place, as: UInt8.self)
    }
}
