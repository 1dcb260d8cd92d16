import DeviceTable
import PlacementModel

/// The type's part of a node's score. Runs for every pod and node, so nothing here may allocate.
public protocol VendorScore: Sendable {
    var nodeScoreShape: NodeScoreShape { get }
    /// The framework multiplies the node score by 10000, negative under spread.
    var isPolicyNeutralScorer: Bool { get }
    /// Whether the vendor adds to the node score for such pods; see ``nodeScoreShape``.
    func scoresNodes(_ rules: PodRules) -> Bool
    /// The vendor's part of the node score for the entries in the workspace.
    func nodeScore(
        vendor: VendorID, _ rules: PodRules, nodePolicy: String, _ workspace: borrowing FitWorkspace
    ) -> Float
    /// Bounds of ``nodeScore(vendor:_:nodePolicy:_:)`` on the workspace's node for a pod with this request alone, whatever
    /// else is used there; nil = none known.
    ///
    /// - Parameter largestIdleGroup: most unused, usable devices that share `facts.group`; 16 stands for more.
    func nodeScoreBounds(
        _ request: DeviceRequest, _ rules: PodRules, nodePolicy: String, largestIdleGroup: Int,
        _ workspace: borrowing FitWorkspace
    ) -> ClosedRange<Float>?
    /// The vendor's part of the node score for one request, on nodes where ``VendorFit/choosesByGroup(_:_:)``.
    func groupScore(largest: Int, of devices: Int) -> Float
}

extension VendorScore {
    public var nodeScoreShape: NodeScoreShape { .none }
    public var isPolicyNeutralScorer: Bool { false }
    public func scoresNodes(_ rules: PodRules) -> Bool { nodeScoreShape != .none }
    public func nodeScore(
        vendor: VendorID, _ rules: PodRules, nodePolicy: String, _ workspace: borrowing FitWorkspace
    ) -> Float { 0 }
    public func nodeScoreBounds(
        _ request: DeviceRequest, _ rules: PodRules, nodePolicy: String, largestIdleGroup: Int,
        _ workspace: borrowing FitWorkspace
    ) -> ClosedRange<Float>? { nil }
    public func groupScore(largest: Int, of devices: Int) -> Float { 0 }
}

/// How a vendor's part of the node score behaves; decides how the indexed engine may cache it.
public enum NodeScoreShape: Sendable, Hashable {
    /// Always 0.
    case none
    /// Depends on the request and on the devices taken.
    case dependsOnRequest
    /// The same, and always 0 for pods that take none of the vendor's devices.
    case dependsOnPicks
}
