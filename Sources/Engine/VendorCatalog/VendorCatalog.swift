import JSONText
import DeviceTable
import PlacementModel

/// All device types of one configuration, ordered by common word; a vendor's ``VendorID`` is its place here.
public final class VendorCatalog: Sendable {
    public let vendors: [any Vendor]
    /// Every resource name some vendor reads. Such resources are HAMi's business, not the node filter's.
    public let managedResources: Set<String>
    /// Those of them by which a container asks for devices, their memory and their cores.
    public let askedResources: Set<String>
    private let lowercasedWords: [String]
    /// What vendors keep of devices, see ``VendorResidents/declareColumns(_:)``.
    private let columns: VendorColumns

    /// - Throws: ``ConfigurationError`` when two vendors share a word or there are too many.
    public convenience init(configuration: DeviceConfiguration = .chartDefaults) throws(ConfigurationError) {
        var made: [any Vendor] = []
        for maker in VendorRegistry.makers { made += maker(configuration) }
        try configuration.check()
        try self.init(vendors: made)
    }

    /// A catalogue of given vendors; tests add made-up ones.
    public init(vendors: [any Vendor]) throws(ConfigurationError) {
        let sorted = vendors.sorted { Array($0.commonWord.utf8).lexicographicallyPrecedes(Array($1.commonWord.utf8)) }
        for (left, right) in zip(sorted, sorted.dropFirst()) where left.commonWord == right.commonWord {
            throw ConfigurationError(
                section: left.commonWord, problem: "two device types share this common word; each needs its own")
        }
        guard sorted.count <= 64 else {
            throw ConfigurationError(
                section: "", problem: "\(sorted.count) device types configured, at most 64 are possible")
        }
        var declared = sorted
        var columns = VendorColumns()
        for place in declared.indices { declared[place].declareColumns(&columns) }
        self.vendors = declared
        self.columns = columns
        lowercasedWords = sorted.map { $0.commonWord.lowercased() }
        askedResources = Set(sorted.flatMap { [$0.resources.count, $0.resources.memory, $0.resources.cores] })
            .subtracting([""])
        managedResources = Set(sorted.flatMap(\.resourceNames)).subtracting([""])
    }

    public subscript(id: VendorID) -> any Vendor { vendors[id.index] }

    public func id(ofWord word: String) -> VendorID? {
        vendors.firstIndex { $0.commonWord == word }.map { VendorID($0) }
    }

    public var ids: [VendorID] { vendors.indices.map { VendorID($0) } }

    /// Which vendors' requests see a raw device type, by substring of the lower-cased text.
    ///
    /// - Source: hami-vendors.md 1.6 step 4
    public func traits(ofType type: String) -> DeviceTypeTraits {
        let text = type.lowercased()
        var words: UInt64 = 0
        var exact: Int16 = -1
        for vendor in vendors.indices {
            if text.containsText(lowercasedWords[vendor]) { words |= 1 << UInt64(vendor) }
            if vendors[vendor].commonWord == type { exact = Int16(vendor) }
        }
        return DeviceTypeTraits(words: words, exactVendor: exact)
    }

    public func makeTable() -> DeviceTable {
        DeviceTable(vendorCount: vendors.count, columns: columns) { self.traits(ofType: $0) }
    }

    public func makeQuotaLedger() -> QuotaLedger { QuotaLedger(names: vendors.map(\.resources)) }

    /// What containers ask: one list a container, init containers first; each list in vendor order.
    ///
    /// - Parameter amounts: ``AmountRule/asGiven`` cuts off at 32 bits what HAMi cuts off; else amounts stay in range.
    /// - Source: hami-core.md 3.1
    public func requests(
        of pod: Pod, state: ProcessState, amounts: AmountRule = .bounded
    ) -> [[DeviceRequest]] {
        (pod.initContainers + pod.containers).map { given in
            let container = amounts == .bounded ? bounded(given) : given
            if container.limits.isEmpty && container.requests.isEmpty { return [] }
            var requests: [DeviceRequest] = []
            for vendor in vendors.indices {
                guard var request = vendors[vendor].request(of: container, state: state), request.devices > 0 else {
                    continue
                }
                request.vendor = VendorID(vendor)
                requests.append(amounts == .bounded ? request.bounded : request)
            }
            return requests
        }
    }

    /// The container with counts and cores of devices that 32 bits hold, so that none is cut off. Amounts of memory are each
    /// vendor's to read.
    private func bounded(_ container: Container) -> Container {
        func isPast(_ name: String, _ quantity: Quantity) -> Bool {
            quantity.exceeds(DeviceShareAmount.self) && managedResources.contains(name)
                && !vendors.contains { $0.resources.memory == name }
        }
        var bounded = container
        for (name, quantity) in container.limits where isPast(name, quantity) {
            bounded.limits[name] = Self.beyondAnyDevice
        }
        for (name, quantity) in container.requests where isPast(name, quantity) {
            bounded.requests[name] = Self.beyondAnyDevice
        }
        return bounded
    }

    /// More than any device has, and within 32 bits.
    private static let beyondAnyDevice = Quantity(integer: DeviceShareAmount.range.upperBound)

    /// Whether an amount of a device resource is beyond the columns of devices, see ``DeviceShareAmount``. Memory may be
    /// given in bytes, everything else is a bare number.
    public func isPastDevices(_ quantity: Quantity, of resource: String) -> Bool {
        vendors.contains { $0.resources.memory == resource }
            ? quantity.exceeds(AskedAmount.self) : quantity.exceeds(DeviceShareAmount.self)
    }

    /// The admission webhook's mutations, vendor by vendor in order, container by container (init first).
    ///
    /// - Returns: whether any container asks for any vendor's resources.
    /// - Source: hami-core.md 5 step 3
    public func mutate(_ pod: inout Pod, state: ProcessState) throws(AdmissionError) -> Bool {
        var hasResource = false
        for container in pod.initContainers.indices {
            var copy = pod.initContainers[container]
            for vendor in vendors where try vendor.admit(&copy, of: &pod, state: state) { hasResource = true }
            pod.initContainers[container] = copy
        }
        for container in pod.containers.indices {
            var copy = pod.containers[container]
            for vendor in vendors where try vendor.admit(&copy, of: &pod, state: state) { hasResource = true }
            pod.containers[container] = copy
        }
        return hasResource
    }
}

/// A device configuration that cannot be used.
public struct ConfigurationError: Error, Sendable, Hashable, CustomStringConvertible {
    public var section: String
    public var problem: String

    public init(section: String, problem: String) {
        self.section = section
        self.problem = problem
    }

    public var description: String { section.isEmpty ? problem : "\(section): \(problem)" }
}

/// What becomes of amounts that are out of range.
public enum AmountRule: Sendable, Hashable {
    /// They become the nearest in range, and are said: nothing wraps around.
    case bounded
    /// They are cut off at 32 bits where HAMi does, to answer as it would.
    case asGiven
}
