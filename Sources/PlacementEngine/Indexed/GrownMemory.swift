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
