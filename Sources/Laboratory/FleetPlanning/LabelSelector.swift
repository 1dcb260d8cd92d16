import PlacementModel

/// Chooses nodes by labels, as kubectl does: `zone=a,tier!=gold,gpu,!spot`; all parts must hold.
public struct LabelSelector: Sendable, Hashable {
    private var requirements: [NodeSelectorRequirement] = []

    public init(_ text: String) throws(NodeDescriptionError) {
        for part in text.split(separator: ",", omittingEmptySubsequences: false).map(\.trimmingSpace) {
            let made: NodeSelectorRequirement
            if let sides = Self.sides(part, "!=") {
                made = NodeSelectorRequirement(key: sides.0, operator: .notIn, values: [sides.1])
            } else if let sides = Self.sides(part, "==") ?? Self.sides(part, "=") {
                made = NodeSelectorRequirement(key: sides.0, operator: .in, values: [sides.1])
            } else if part.hasPrefix("!") {
                made = NodeSelectorRequirement(key: String(part.dropFirst()), operator: .doesNotExist)
            } else {
                made = NodeSelectorRequirement(key: part, operator: .exists)
            }
            if made.key.isEmpty {
                throw NodeDescriptionError(
                    text, "is no selector; expected key=value, key!=value, key or !key, with commas")
            }
            requirements.append(made)
        }
    }

    private static func sides(_ part: String, _ sign: String) -> (String, String)? {
        guard let range = part.firstRange(of: sign) else { return nil }
        return (part[..<range.lowerBound].trimmingSpace, part[range.upperBound...].trimmingSpace)
    }

    public func matches(_ labels: [String: String]) -> Bool {
        requirements.allSatisfy { $0.matches(labels[$0.key]) }
    }
}
