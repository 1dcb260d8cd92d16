import PlacementModel
import VendorCatalog

/// Why one node was refused, in a form that counts.
public enum NodeFailure: Sendable, Hashable {
    case filter(NodeFilter)
    /// HAMi's counts per reason over the `devices` that Fit looked at.
    case devices([RejectionReason: Int32], devices: Int32)
    case nodeInsufficientDevice
    case migAllocationFailed(deviceID: String)

    /// HAMi's text for one node.
    ///
    /// Pieces sort as text, so `10/12 ...` stands before `2/12 ...`.
    /// - Source: hami-core.md 4.8
    public var text: String {
        switch self {
        case .filter(let filter): filter.word
        case .devices(let counts, let devices):
            counts.map { "\($0.value)/\(devices) \($0.key.word)" }.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
                .joined(separator: ", ")
        case .nodeInsufficientDevice: "NodeInsufficientDevice"
        case .migAllocationFailed(let id):
            "AddResourceUsage failed for device \(id): MIG profile and placement allocation failed"
        }
    }

    /// The reason words, for counting nodes by reason.
    public var words: [String] {
        switch self {
        case .filter(let filter): [filter.word]
        case .devices(let counts, _): counts.keys.map(\.word).sorted()
        case .nodeInsufficientDevice: ["NodeInsufficientDevice"]
        case .migAllocationFailed: ["AddResourceUsage failed"]
        }
    }
}

extension NodeEvaluator {
    /// Why the last trial failed. - Precondition: it did.
    public func failure() -> NodeFailure {
        switch workspace.failure {
        case .nodeInsufficientDevice: return .nodeInsufficientDevice
        case .migAllocationFailed:
            let device = Int(workspace.picks[workspace.pickCount - 1].device)
            return .migAllocationFailed(deviceID: workspace.table.symbols[workspace.uuid[device]])
        case .deviceReasons, .none:
            var counts: [RejectionReason: Int32] = [:]
            for reason in RejectionReason.allCases where countsReason(reason) {
                counts[reason] = workspace.reasons[Int(reason.rawValue)]
            }
            return .devices(counts, devices: workspace.reasonDenominator)
        }
    }

    /// Whether the last trial tells of the reason, be it with a count of 0.
    func countsReason(_ reason: RejectionReason) -> Bool {
        workspace.reasons[Int(reason.rawValue)] != 0 || workspace.reportsZero & (1 << UInt32(reason.rawValue)) != 0
    }
}
