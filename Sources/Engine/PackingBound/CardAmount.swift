/// Amounts of the two resources that a card is shared by; a card shared by one resource has 0 of the second.
///
/// - Units: thousandths of a card and nothing else; or memory MiB and cores in the vendor's unit.
public struct CardAmount: Sendable, Hashable, Comparable, BitwiseCopyable {
    public var first: Int32
    public var second: Int32

    public init(_ first: Int32, _ second: Int32 = 0) {
        self.first = first
        self.second = second
    }

    public static func < (left: CardAmount, right: CardAmount) -> Bool {
        (left.first, left.second) < (right.first, right.second)
    }

    /// Whether both resources suffice.
    func fits(_ card: CardAmount) -> Bool { first <= card.first && second <= card.second }

    /// How often the amount fits a card; `nil` = without limit, since it takes nothing.
    func copies(in card: CardAmount) -> Int32? {
        [(first, card.first), (second, card.second)].compactMap { $0.0 > 0 ? $0.1 / $0.0 : nil }.min()
    }
}
