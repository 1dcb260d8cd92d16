import PlacementModel
import VendorCatalog

/// Equal nodes in one piece of text: `16x(8x NVIDIA V100 32G)` is 16 nodes of 8 NVIDIA V100 with 32 GiB each.
///
/// The form is `COUNTx(CARDSx VENDOR MODEL MEMORY)`. The vendor is its common word or its key in traces, in any case; the
/// model may be of several words; memory is that of one device, in units of 1,024 (`32G`, `32GB` and `32GiB` are the same).
public struct DescribedNodes: Sendable, Hashable {
    /// What is wrong with a description.
    public struct Problem: Error, Sendable, Hashable, CustomStringConvertible {
        public var description: String
    }

    public static let form = "COUNTx(CARDSx VENDOR MODEL MEMORY)"

    public var nodes: Int
    public var devicesPerNode: Int
    /// As it was written; ``deviceGroup(catalog:)`` finds it in the catalogue.
    public var vendor: String
    public var model: String
    /// Of one device.
    public var memoryMiB: Int32

    public init(nodes: Int, devicesPerNode: Int, vendor: String, model: String, memoryMiB: Int32) {
        self.nodes = nodes
        self.devicesPerNode = devicesPerNode
        self.vendor = vendor
        self.model = model
        self.memoryMiB = memoryMiB
    }

    /// Reads descriptions joined by commas.
    ///
    /// - Throws: ``Problem`` that cites the part which is wrong and says what was expected.
    public static func parse(_ text: String) throws(Problem) -> [DescribedNodes] {
        var parsed: [DescribedNodes] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            parsed.append(try one(part.trimmingSpaces))
        }
        return parsed
    }

    private static func one(_ text: Substring) throws(Problem) -> DescribedNodes {
        let shape = Problem(description: "\"\(text)\" is not of the form \(form)")
        guard let open = text.firstIndex(of: "("), text.last == ")" else { throw shape }
        let head = text[..<open].trimmingSpaces
        var words = text[text.index(after: open)...].dropLast().split(separator: " ")
        guard head.last == "x", words.count >= 4 else { throw shape }
        let memoryWord = words.removeLast()
        let cardsWord = words.removeFirst()
        guard cardsWord.last == "x" else { throw shape }
        guard let nodes = Int(head.dropLast().trimmingSpaces), InputLimits.describedNodes.contains(nodes) else {
            throw Problem(
                description:
                    "\"\(head)\" is no number of nodes from 1 to \(InputLimits.describedNodes.upperBound), followed by x"
            )
        }
        let cardsMax = Int(TraceFormat.devicesPerNodeMax)
        guard let cards = Int(cardsWord.dropLast()), (1...cardsMax).contains(cards) else {
            throw Problem(description: "\"\(cardsWord)\" is no number of devices from 1 to \(cardsMax), followed by x")
        }
        guard let memoryMiB = Self.memoryMiB(memoryWord) else {
            throw Problem(description: "\"\(memoryWord)\" is no device memory such as 32G or 512M")
        }
        return DescribedNodes(
            nodes: nodes, devicesPerNode: cards, vendor: String(words[0]),
            model: words.dropFirst().joined(separator: " "), memoryMiB: memoryMiB)
    }

    /// `32G`, `32GB`, `32Gi`, `32GiB`; M and T likewise. Nil for anything else, for zero and for more than a device can have.
    package static func memoryMiB(_ word: Substring) -> Int32? {
        let digits = word.prefix { $0.isASCII && $0.isNumber }
        let factors: [Substring: Int64] = ["M": 1, "G": 1024, "T": 1024 * 1024]
        let unit = word[digits.endIndex...].uppercased()
        guard let factor = factors[unit.prefix(1)], ["", "B", "I", "IB"].contains(unit.dropFirst()),
            let number = Int64(digits), number > 0, number <= DeviceAmount.range.upperBound / factor
        else { return nil }
        // At most 2^21.
        return Int32(number * factor)
    }

    /// The devices of one such node as the catalogue's vendor has them.
    ///
    /// Slots, cores and NUMA nodes are those of the vendor's model that the text names, else of its first.
    /// - Throws: ``Problem`` that lists the vendors known.
    public func deviceGroup(catalog: VendorCatalog) throws(Problem) -> TraceDeviceGroup {
        let wanted = vendor.lowercased()
        let words = catalog.vendors.first { $0.commonWord.lowercased() == wanted }
        let keys = catalog.vendors.first { $0.traceProfile.key == wanted }
        guard let found = words ?? keys else {
            let known = Set(catalog.vendors.map(\.traceProfile.key)).sorted().joined(separator: ", ")
            throw Problem(description: "vendor \"\(vendor)\" is unknown; known are \(known)")
        }
        let models = found.traceProfile.models
        let likeness = models.first { $0.name.lowercased().contains(model.lowercased()) } ?? models[0]
        // Where the model becomes the raw device type, vendors know their own devices by the word in it.
        let joined = model.split(separator: " ").joined(separator: "-")
        let word = found.commonWord
        let name = joined.lowercased().contains(word.lowercased()) ? joined : word + "-" + joined
        return TraceDeviceGroup(
            vendor: word, model: name, devices: devicesPerNode, slots: likeness.slots, memoryMiB: memoryMiB,
            cores: likeness.cores, numaNodes: min(likeness.numaNodes, devicesPerNode))
    }
}

extension Substring {
    /// Without the spaces at both ends.
    var trimmingSpaces: Substring {
        var text = self
        while text.first == " " { text = text.dropFirst() }
        while text.last == " " { text = text.dropLast() }
        return text
    }
}
