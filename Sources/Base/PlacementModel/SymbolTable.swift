/// Text turned into a small integer, dense from 0 in order of first use.
public typealias Symbol = Int32

/// Maps text to ``Symbol`` and back, so that hot loops compare integers.
///
/// - Determinism: symbols depend on the order of `intern` and `forget` calls alone.
public struct SymbolTable: Sendable {
    private var symbols: [String: Symbol] = [:]
    private var texts: [String] = []
    /// Symbols whose text was forgotten, to be given again.
    private var free: [Symbol] = []

    public init() {}

    /// Symbols given so far, forgotten ones included: all are below.
    public var count: Int { texts.count }

    /// Texts that have a symbol.
    public var heldCount: Int { symbols.count }

    /// The symbol of `text`, made if new. - Complexity: O(length).
    public mutating func intern(_ text: String) -> Symbol {
        if let symbol = symbols[text] { return symbol }
        let symbol: Symbol
        if let known = free.popLast() {
            symbol = known
            texts[Int(symbol)] = text
        } else {
            symbol = Symbol(texts.count)
            texts.append(text)
        }
        symbols[text] = symbol
        return symbol
    }

    public func symbol(of text: String) -> Symbol? { symbols[text] }

    public subscript(symbol: Symbol) -> String { texts[Int(symbol)] }

    /// Forgets texts; their symbols stand for others later. - Complexity: O(symbols)
    public mutating func forget(where isIdle: (Symbol) -> Bool) {
        let known = Set(free)
        for symbol in texts.indices.reversed().map({ Symbol($0) }) where !known.contains(symbol) && isIdle(symbol) {
            symbols[texts[Int(symbol)]] = nil
            texts[Int(symbol)] = ""
            free.append(symbol)
        }
    }

    /// Bytes held, about.
    public var memoryBytes: Int {
        texts.capacity * 16 + symbols.capacity * 40
            + texts.reduce(0) { $0 + ($1.utf8.count > 15 ? $1.utf8.count + 32 : 0) }
    }
}
