/// Text turned into a small integer, dense from 0 in order of first use.
public typealias Symbol = Int32

/// Maps text to ``Symbol`` and back, so that hot loops compare integers.
///
/// - Determinism: symbols depend on the order of `intern` calls alone.
public struct SymbolTable: Sendable {
    private var symbols: [String: Symbol] = [:]
    private var texts: [String] = []

    public init() {}

    public var count: Int { texts.count }

    /// The symbol of `text`, made if new. - Complexity: O(length).
    public mutating func intern(_ text: String) -> Symbol {
        if let symbol = symbols[text] { return symbol }
        let symbol = Symbol(texts.count)
        symbols[text] = symbol
        texts.append(text)
        return symbol
    }

    public func symbol(of text: String) -> Symbol? { symbols[text] }

    public subscript(symbol: Symbol) -> String { texts[Int(symbol)] }
}
