import JSONText
import DeviceTable
import PlacementModel

/// Which devices a node has, and whether they are to be trusted.
///
/// - Source: hami-core.md 2.3, hami-vendors.md 1.6
public protocol VendorRegister: VendorNames {
    /// The devices a node offers, in order.
    func discover(on node: Node, state: ProcessState, parser: any JSONTextParser) throws(DiscoveryError)
        -> [DeviceRecord]
    /// Whether the vendor trusts the node at registration; see ``NodeHealth``.
    func health(of node: Node, now: WallClock) -> NodeHealth
    func facts(of record: DeviceRecord, symbols: inout SymbolTable) -> DeviceFacts
    /// Ids of devices that take no new pods.
    func cordonedIDs(on node: Node) -> Set<String>
    /// Adds what the vendor's rules need to know of a node.
    func addFacts(of node: Node, to facts: inout NodeFacts, parser: any JSONTextParser)
}

extension VendorRegister {
    public func health(of node: Node, now: WallClock) -> NodeHealth { .healthy }
    public func facts(of record: DeviceRecord, symbols: inout SymbolTable) -> DeviceFacts { record.facts }
    public func cordonedIDs(on node: Node) -> Set<String> { [] }
    public func addFacts(of node: Node, to facts: inout NodeFacts, parser: any JSONTextParser) {}

    /// HAMi's health rule over a handshake annotation.
    ///
    /// - Source: hami-core.md 2.3
    func handshakeHealth(of node: Node, now: WallClock, countResource: String) -> NodeHealth {
        guard let value = node.metadata.annotations[annotations.handshake], value.containsText("Requesting") else {
            return .healthy
        }
        guard let underscore = value.firstIndex(of: "_"),
            let requested = localTime(String(value[value.index(after: underscore)...]))
        else { return .healthyWithoutUpdate }
        if now.unixSeconds + now.offsetSeconds < requested + 60 { return .healthyWithoutUpdate }
        let allocatable = node.allocatable[countResource]?.roundedUp ?? 0
        return allocatable > 0 ? .healthyWithoutUpdate : .unhealthy
    }
}

extension VendorRegister {
    /// Why devices that a node shows are not used, for a node that ``health(of:now:)`` calls unhealthy; nil where it shows
    /// none.
    public func reasonForNotUsing(_ node: Node) -> String? {
        let allocatable = node.allocatable[resources.count]?.sign ?? 0
        let capacity = node.capacity[resources.count]?.sign ?? 0
        if allocatable > 0 && capacity <= 0 {
            return "\(resources.count) is in status.allocatable but not in status.capacity"
        }
        let isRegistered = !annotations.register.isEmpty && node.metadata.annotations[annotations.register] != nil
        guard isRegistered, let handshake = node.metadata.annotations[annotations.handshake] else { return nil }
        let time = handshake.firstIndex(of: "_").map { handshake[handshake.index(after: $0)...] } ?? handshake[...]
        return "the handshake of \(time) was not answered and \(resources.count) is not allocatable"
    }
}

/// Seconds of `YYYY-MM-DD hh:mm:ss` as if it were UTC; nil if the text is no such time.
func localTime(_ text: String) -> Int64? { CivilTime.unixSeconds(text.utf8) }

/// Result of the health handshake.
///
/// - Source: hami-core.md 2.3
public enum NodeHealth: Sendable, Hashable {
    case unhealthy
    /// Trusted, but HAMi does not refresh its view now; a node never seen before stays unknown.
    case healthyWithoutUpdate
    case healthy
}

/// Local wall clock as the caller reads it; the engine itself knows no clock.
public struct WallClock: Sendable, Hashable {
    /// Seconds since 1970, UTC.
    public var unixSeconds: Int64
    /// Local time's lead over UTC.
    public var offsetSeconds: Int64
    /// Written instead of clock values, so that outputs compare equal; nil writes the time.
    public var redaction: String?

    public init(unixSeconds: Int64, offsetSeconds: Int64 = 0, redaction: String? = nil) {
        self.unixSeconds = unixSeconds
        self.offsetSeconds = offsetSeconds
        self.redaction = redaction
    }

    public var secondsText: String { redaction ?? String(unixSeconds) }
    public var nanosecondsText: String { redaction ?? String(unixSeconds) + "000000000" }
}

/// Discovery found no devices or could not read them; the node then has none of this vendor.
public struct DiscoveryError: Error, Sendable, Hashable, CustomStringConvertible {
    public var message: String
    /// False when the node simply has nothing of the vendor.
    public var isMalformed: Bool
    public init(_ message: String, isMalformed: Bool = false) {
        self.message = message
        self.isMalformed = isMalformed
    }
    public var description: String { message }
}
