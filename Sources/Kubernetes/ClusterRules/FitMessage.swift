import PlacementModel

/// The sentence in which kube-scheduler says why a pod fits nowhere.
///
/// - Source: pkg/scheduler/framework/types.go, FitError.Error
enum FitMessage {
    static func text(nodes: Int, preFilter: Rejection) -> String {
        "0/\(nodes) nodes are available: \(preFilter.reasons.joined(separator: ", "))."
    }

    /// Each reason with the number of nodes that gave it; a node with two reasons counts for both. The pieces sort as text,
    /// so that `10 x` stands before `2 x`.
    static func text(nodes: Int, rejections: [Rejection]) -> String {
        var counts: [String: Int] = [:]
        for rejection in rejections {
            for reason in rejection.reasons { counts[reason, default: 0] += 1 }
        }
        let pieces = counts.map { "\($0.value) \($0.key)" }.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        let head = "0/\(nodes) nodes are available:"
        return pieces.isEmpty ? head : head + " " + pieces.joined(separator: ", ") + "."
    }
}
