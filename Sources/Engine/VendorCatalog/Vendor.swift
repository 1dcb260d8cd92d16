import JSONText
import DeviceTable
import PlacementModel

/// Names under which a vendor's resources appear in a container, and how its memory numbers scale.
public struct ResourceNames: Sendable, Hashable {
    public var count: String
    public var memory: String
    public var cores: String
    /// Factor from the quota's memory number to MiB, 0 or 1 = none.
    public var memoryFactor: Int32

    public init(count: String, memory: String = "", cores: String = "", memoryFactor: Int32 = 0) {
        self.count = count
        self.memory = memory
        self.cores = cores
        self.memoryFactor = memoryFactor
    }
}

/// Annotation keys a vendor reads and writes; empty = none.
public struct AnnotationKeys: Sendable, Hashable {
    /// Node: the device register.
    public var register: String
    /// Node: handshake of the device plugin.
    public var handshake: String
    /// Pod: written for the device plugin and consumed by it.
    public var toAllocate: String
    /// Pod: the persistent record that usage is rebuilt from.
    public var allocated: String
    /// Pod: device ids to use / not to use; several pairs apply together.
    public var useUUID: [String]
    public var noUseUUID: [String]
    /// Pod: card types to use / not to use.
    public var useType: String
    public var noUseType: String
    /// Further keys, for the documentation.
    public var others: [String]

    public init(
        register: String = "", handshake: String = "", toAllocate: String = "", allocated: String = "",
        useUUID: [String] = [], noUseUUID: [String] = [], useType: String = "", noUseType: String = "",
        others: [String] = []
    ) {
        self.register = register
        self.handshake = handshake
        self.toAllocate = toAllocate
        self.allocated = allocated
        self.useUUID = useUUID
        self.noUseUUID = noUseUUID
        self.useType = useType
        self.noUseType = noUseType
        self.others = others
    }
}

/// What a vendor's rules enforce; docs/vendors.md is made from it.
public struct VendorCapabilities: Sendable, Hashable {
    /// Free words: "yes", "whole", "profile", "no" ...
    public var memory: String
    public var cores: String
    public var uuidFilter: Bool
    public var typeFilter: Bool
    public var numa: String
    public var topology: String
    public var mutex: String
    public var nodeScore: String

    public init(
        memory: String, cores: String, uuidFilter: Bool = true, typeFilter: Bool = false, numa: String = "no",
        topology: String = "no", mutex: String = "yes", nodeScore: String = "no"
    ) {
        self.memory = memory
        self.cores = cores
        self.uuidFilter = uuidFilter
        self.typeFilter = typeFilter
        self.numa = numa
        self.topology = topology
        self.mutex = mutex
        self.nodeScore = nodeScore
    }
}

/// A size that a device can be cut into.
public struct MemorySlice: Sendable, Hashable {
    public var name: String
    public var memoryMiB: Int64

    public init(name: String, memoryMiB: Int64) {
        self.name = name
        self.memoryMiB = memoryMiB
    }
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

/// Admission refused the pod; the text is HAMi's.
public struct AdmissionError: Error, Sendable, Hashable, CustomStringConvertible {
    public var message: String
    public init(_ message: String) { self.message = message }
    public var description: String { message }
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

/// Numbers a vendor keeps for the life of the scheduler process, as HAMi's package variables do.
public final class ProcessState {
    public var values: [String: Int64] = [:]
    public init() {}
}

/// A device type of HAMi: names, discovery, admission, request parsing, fit rule, score, annotations.
///
/// One file implements one vendor; ``VendorRegistry`` is the only other place that knows it. Fit and score run per
/// (pod, node) and must not allocate.
/// - Source: hami-core.md 1.5, hami-vendors.md.
public protocol Vendor: Sendable {
    /// HAMi's common word: vendor name in requests, annotations and allocations.
    var commonWord: String { get }
    /// Name for people.
    var displayName: String { get }
    var resources: ResourceNames { get }
    /// All resource names the vendor reads, for the extended-resource filter and the documentation.
    var resourceNames: [String] { get }
    var annotations: AnnotationKeys { get }
    var capabilities: VendorCapabilities { get }
    /// Rules in words, a line each, for `berth vendors`.
    var rules: [String] { get }
    /// Memory slices that requests are rounded up to; empty = any amount.
    var slices: [MemorySlice] { get }
    /// MiB per unit of the memory resource.
    var memoryUnitMiB: Int32 { get }
    var nodeScoreShape: NodeScoreShape { get }
    /// The framework multiplies the node score by 10000, negative under spread.
    var isPolicyNeutralScorer: Bool { get }

    /// Mutates a container at admission. - Returns: whether the container asks for the vendor's resources.
    func admit(_ container: inout Container, of pod: inout Pod, state: ProcessState) throws(AdmissionError) -> Bool

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

    /// What a container asks of this vendor (`devices` <= 0 or nil = nothing). `vendor` is filled by the catalogue.
    func request(of container: Container, state: ProcessState) -> DeviceRequest?
    /// Reads the pod's annotations once per request class.
    func podRules(of pod: Pod, symbols: inout SymbolTable) -> PodRules

    /// Chooses devices from the workspace's bucket, appending picks; on refusal counts reasons.
    func fit(_ request: DeviceRequest, _ rules: PodRules, _ policy: DevicePolicy, _ workspace: inout FitWorkspace)
        -> Bool
    /// Charges a pick within the running decision. - Returns: false when the device cannot take it after all.
    func addUsage(_ pick: inout Pick, on device: Int, _ rules: PodRules, _ workspace: inout FitWorkspace) -> Bool
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
    /// The standard loop this vendor's Fit equals for plain requests on plain nodes; nil = always ask ``fit``.
    var standardFit: StandardFit? { get }
    /// The same for one request alone, where Fit equals the loop for some requests only.
    func standardFit(for request: DeviceRequest, _ rules: PodRules) -> StandardFit?
    /// The standard loop for a request whose Fit runs it over all devices and then keeps those of the largest groups, on nodes
    /// where ``choosesByGroup(_:_:)``; nil = none.
    func groupedFit(for request: DeviceRequest, _ rules: PodRules) -> StandardFit?
    /// Whether Fit keeps the largest groups by `facts.group` on the workspace's node, and drops devices of other vendors where
    /// more pass than are asked.
    func choosesByGroup(_ request: DeviceRequest, _ workspace: borrowing FitWorkspace) -> Bool
    /// The vendor's part of the node score there, for one request.
    func groupScore(largest: Int, of devices: Int) -> Float
    /// A necessary condition on devices for a request, for indexes; never stricter than ``fit``.
    func demand(of request: DeviceRequest, _ rules: PodRules) -> DeviceDemand
    /// Whether ``fit`` refuses devices without a free slot.
    var checksSlots: Bool { get }
    /// False when a placement can make a request fit that did not fit before.
    var refusalsLast: Bool { get }
    /// Whether the cores charged for devices are amounts that add up; false where they are bits.
    var coresAreAmounts: Bool { get }
    /// Whether nodes fall into few states, so that trying a state once beats looking at nodes.
    var prefersStates: Bool { get }
    /// Whether the vendor adds to the node score for such pods; see ``nodeScoreShape``.
    func scoresNodes(_ rules: PodRules) -> Bool
    /// Whether a container may ask for more devices than the bucket holds, because one can serve several times.
    func allowsRepeatedDevices(_ rules: PodRules, _ workspace: borrowing FitWorkspace) -> Bool
    /// Whether placements have effects besides usage.
    var hasResidentEffects: Bool { get }
    /// Effects on a device besides usage, once the pod is resident.
    ///
    /// - Parameter isFirstOnDevice: false for further picks of the same pod on the device.
    func residentEffects(
        of pick: Pick, device: Int, isFirstOnDevice: Bool, _ rules: PodRules, into effects: (DeviceEffect) -> Void)
    /// The same for a pod read back from its annotations.
    func restoredEffects(_ restored: RestoredPod, into effects: (DeviceEffect) -> Void)
    /// Process-wide consequences of a placement (MetaX expects a QoS on the cards it handed out).
    func didPlace(_ pick: Pick, device: Int, _ rules: PodRules, table: DeviceTable)

    /// The vendor's extra keys for a placed pod; standard keys are written by the catalogue.
    func annotate(_ placement: VendorPlacement, into annotations: inout [String: String])
    /// The type an allocation carries; HAMi uses the common word, except where a vendor writes the card's raw type.
    func allocatedType(of record: DeviceRecord) -> String
    /// HAMi's CustomInfo of an allocated device.
    func info(of pick: Pick, record: DeviceRecord, bucket: [DeviceRecord], symbols: SymbolTable) -> JSON?

    /// Writes what the device plugin would write on a node that has these devices, so that ``discover(on:state:parser:)``
    /// finds as many of the same kind; ids are the node's where the vendor counts capacity alone.
    func advertise(_ devices: [DeviceRecord], on node: inout Node)
    /// The devices of a made-up node, for traces.
    func syntheticDevices(_ group: SyntheticDeviceGroup) -> [DeviceRecord]
    /// Device models and possible asks of generated traces.
    var traceProfile: TraceProfile { get }
    /// A made-up ask as resource limits, as they stand after admission.
    func traceLimits(for ask: TraceAsk, on model: TraceDeviceModel) -> [(resource: String, amount: Int64)]
}

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

/// A vendor's share of a placed pod, as PatchAnnotations receives it: one list a container, in HAMi's alignment.
public struct VendorPlacement {
    public var pod: Pod
    public var node: Node
    public var now: WallClock
    public var rules: PodRules
    /// Containers in the vendor's list, each with its devices; padding included, HAMi's misalignment too.
    public var containers: [[PlacedDevice]]
    /// All devices of the node that the vendor's requests see.
    public var bucket: [DeviceRecord]
    public var state: ProcessState

    public init(
        pod: Pod, node: Node, now: WallClock, rules: PodRules, containers: [[PlacedDevice]], bucket: [DeviceRecord],
        state: ProcessState
    ) {
        self.pod = pod
        self.node = node
        self.now = now
        self.rules = rules
        self.containers = containers
        self.bucket = bucket
        self.state = state
    }
}

/// One allocated device: HAMi's ContainerDevice.
public struct PlacedDevice: Sendable, Hashable {
    public var record: DeviceRecord
    public var type: String
    public var memoryMiB: Int32
    public var cores: Int32
    public var pick: Pick
    public var info: JSON?

    public init(record: DeviceRecord, type: String, memoryMiB: Int32, cores: Int32, pick: Pick, info: JSON?) {
        self.record = record
        self.type = type
        self.memoryMiB = memoryMiB
        self.cores = cores
        self.pick = pick
        self.info = info
    }
}

/// A running pod whose devices were read back from its annotations.
public struct RestoredPod {
    public var pod: Pod
    public var table: DeviceTable
    public var node: Int
    /// Rows of the devices that the vendor's collapsed usage names, one an entry, in id order.
    public var devices: [Int]
    public var parser: any JSONTextParser

    public init(pod: Pod, table: DeviceTable, node: Int, devices: [Int], parser: any JSONTextParser) {
        self.pod = pod
        self.table = table
        self.node = node
        self.devices = devices
        self.parser = parser
    }
}

/// A group of equal devices of one node in a trace.
public struct SyntheticDeviceGroup: Sendable, Hashable {
    public var nodeName: String
    public var model: String
    public var devices: Int
    public var slots: Int32
    public var memoryMiB: Int32
    public var cores: Int32
    public var numaNodes: Int

    public init(
        nodeName: String, model: String, devices: Int, slots: Int32, memoryMiB: Int32, cores: Int32, numaNodes: Int = 1
    ) {
        self.nodeName = nodeName
        self.model = model
        self.devices = devices
        self.slots = slots
        self.memoryMiB = memoryMiB
        self.cores = cores
        self.numaNodes = numaNodes
    }
}
