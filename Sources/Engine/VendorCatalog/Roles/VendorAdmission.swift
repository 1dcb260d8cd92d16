import PlacementModel

/// What the webhook does to a container.
///
/// - Source: hami-core.md 5
public protocol VendorAdmission: VendorNames {
    /// Mutates a container at admission. - Returns: whether the container asks for the vendor's resources.
    func admit(_ container: inout Container, of pod: inout Pod, state: ProcessState) throws(AdmissionError) -> Bool
}

extension VendorAdmission {
    /// True when the count resource stands in the container's limits.
    func countIsInLimits(_ container: Container) -> Bool { container.limit(resources.count) != nil }
}

/// Numbers a vendor keeps for the life of the scheduler process, as HAMi's package variables do.
public final class ProcessState {
    public var values: [String: Int64] = [:]
    public init() {}
}

/// Admission refused the pod; the text is HAMi's.
public struct AdmissionError: Error, Sendable, Hashable, CustomStringConvertible {
    public var message: String
    public init(_ message: String) { self.message = message }
    public var description: String { message }
}
