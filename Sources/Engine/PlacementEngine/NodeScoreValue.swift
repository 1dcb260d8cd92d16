/// A score of a node: HAMi's 32-bit float, or the points of a policy over thousandths of devices.
public enum NodeScoreValue: Sendable, Hashable {
    case share(Float)
    case points(Int32)
    /// The policy draws the node.
    case drawn

    public var text: String {
        switch self {
        case .share(let score): "\(score)"
        case .points(let points): "\(points)"
        case .drawn: "drawn"
        }
    }
}
