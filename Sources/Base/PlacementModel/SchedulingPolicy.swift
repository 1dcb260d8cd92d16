/// Order between nodes: `spread` prefers the lowest score, everything else the highest.
///
/// - Source: hami-core.md 2.5, 4.9.
public enum NodePolicy: UInt8, Sendable, Hashable {
    case binpack
    case spread

    /// Only the exact text `spread` means spread.
    public init(annotation: String) {
        self = annotation == "spread" ? .spread : .binpack
    }

    /// The policy of this name, for settings that should not be misspelt.
    public init?(named name: String) {
        switch name {
        case "binpack": self = .binpack
        case "spread": self = .spread
        default: return nil
        }
    }
}

/// One sort key of a device policy chain.
public enum DeviceSortKey: UInt8, Sendable, Hashable {
    case scoreAscending
    case scoreDescending
    case numaAscending
}

/// Order between the devices of a node, read once from HAMi's policy text.
///
/// Fit scans a sorted list from its end, so "last" is "preferred".
/// - Source: hami-core.md 4.6.
public struct DevicePolicy: Sendable, Hashable {
    public enum Order: UInt8, Sendable, Hashable, BitwiseCopyable {
        case mutex
        case binpackNumaBound
        case otherNumaBound
        case binpack
        case spread
        case chain
    }

    /// Names that mean something, alone or in a list.
    public static let names = ["binpack", "spread", "mutex", "numa", "topology-aware"]

    /// The parts of a policy text that mean nothing; empty for a text that may stand on a command line.
    public static func unknownParts(of text: String) -> [String] {
        text.split(separator: ",", omittingEmptySubsequences: false).map { trimmed($0) }.filter { !names.contains($0) }
    }

    public let text: String
    public let order: Order
    /// Sort keys of a chain, most significant first; empty unless `order` is `.chain`.
    public let chain: [DeviceSortKey]
    public let isMutex: Bool
    public let isTopologyAware: Bool
    public let bindsNuma: Bool

    public init(_ text: String, bindsNuma: Bool = false) {
        self.text = text
        self.bindsNuma = bindsNuma
        let parts = text.split(separator: ",", omittingEmptySubsequences: false).map { Self.trimmed($0) }
        isMutex = parts.contains("mutex")
        isTopologyAware = parts.contains("topology-aware")
        var chain: [DeviceSortKey] = []
        if text.contains(",") || text == "numa" {
            order = .chain
            for part in parts {
                let key: DeviceSortKey? =
                    switch part {
                    case "binpack": .scoreAscending
                    case "spread": .scoreDescending
                    case "numa": .numaAscending
                    default: nil
                    }
                if let key, !chain.contains(key) { chain.append(key) }
            }
            if chain.isEmpty { chain = [.scoreDescending] }
            if bindsNuma, chain[0] != .numaAscending {
                chain.removeAll { $0 == .numaAscending }
                chain.insert(.numaAscending, at: 0)
            }
        } else if text == "mutex" {
            order = .mutex
        } else if bindsNuma {
            order = text == "binpack" ? .binpackNumaBound : .otherNumaBound
        } else {
            order = text == "binpack" ? .binpack : .spread
        }
        self.chain = chain
    }

    /// Go's strings.TrimSpace.
    static func trimmed(_ text: Substring) -> String {
        var scalars = text.unicodeScalars
        while let first = scalars.first, first.properties.isWhitespace { scalars.removeFirst() }
        while let last = scalars.last, last.properties.isWhitespace { scalars.removeLast() }
        return String(scalars)
    }
}

extension StringProtocol {
    /// Without leading and trailing Unicode white space, as Go's strings.TrimSpace.
    public var trimmingSpace: String { DevicePolicy.trimmed(Substring(self)) }
}

/// Weights of slots, cores and memory in the device score; `hami.io/device-scoring-weights`.
public struct DeviceScoringWeights: Sendable, Hashable {
    public var slot: Float
    public var core: Float
    public var memory: Float

    public static let annotation = "hami.io/device-scoring-weights"
    public static let equal = DeviceScoringWeights(slot: 1, core: 1, memory: 1)

    public init(slot: Float, core: Float, memory: Float) {
        self.slot = slot
        self.core = core
        self.memory = memory
    }

    /// Reads `slot=1,core=1,memory=1`: each key once, 64-bit integers >= 0, not all zero.
    ///
    /// - Throws: ``WeightsError`` with HAMi's text; the whole pod is then refused.
    /// - Source: hami-core.md 2.5.
    public init(parsing text: String) throws(WeightsError) {
        func fail(_ problem: String) -> WeightsError { WeightsError(annotation: text, problem: problem) }
        let parts = text.split(separator: ",", omittingEmptySubsequences: false)
        guard parts.count == 3 else { throw fail("expected slot, core, and memory weights") }
        var values: [String: Int64] = [:]
        for part in parts {
            let trimmed = part.trimmingSpace
            guard let equals = trimmed.firstIndex(of: "=") else { throw fail("expected key=value entries") }
            let key = trimmed[..<equals].trimmingSpace
            let digits = trimmed[trimmed.index(after: equals)...].trimmingSpace
            if values[key] != nil { throw fail("duplicate \(quoted(key)) weight") }
            guard let value = Int64(digits) else { throw fail("\(quoted(key)) weight must be an integer") }
            if value < 0 { throw fail("\(quoted(key)) weight must not be negative") }
            guard ["slot", "core", "memory"].contains(key) else { throw fail("unknown weight \(quoted(key))") }
            values[key] = value
        }
        let slot = values["slot"] ?? 0
        let core = values["core"] ?? 0
        let memory = values["memory"] ?? 0
        if slot == 0 && core == 0 && memory == 0 { throw fail("at least one weight must be positive") }
        self.init(slot: Float(slot), core: Float(core), memory: Float(memory))
    }
}

private func quoted(_ text: String) -> String { "\"" + text + "\"" }

public struct WeightsError: Error, Sendable, Hashable, CustomStringConvertible {
    public var annotation: String
    public var problem: String

    public var description: String {
        "invalid \(DeviceScoringWeights.annotation) annotation \(quoted(annotation)): \(problem)"
    }
}
