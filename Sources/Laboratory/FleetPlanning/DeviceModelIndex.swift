import DeviceTable
import PlacementModel
import TraceModel
import VendorCatalog

/// The device models that a description can mean: those of the fleet as they are registered, and those the catalogue knows.
struct DeviceModelIndex {
    struct Model: Hashable {
        var vendor: String
        var name: String
        var slots: Int32
        var memoryMiB: Int32
        var cores: Int32
        var numaNodes: Int
    }

    private struct Entry {
        var model: Model
        /// Everything that a word may match, lower case.
        var text: String
        var words: Set<String>
        /// Devices of the fleet; 0 = known from the catalogue alone.
        var devices: Int
    }

    private var entries: [Entry] = []

    /// - Complexity: O(devices + models)
    init(_ groups: some Sequence<(group: TraceDeviceGroup, nodes: Int)>, catalog: VendorCatalog) {
        var counts: [Model: Int] = [:]
        for (group, nodes) in groups {
            let model = Model(
                vendor: group.vendor, name: group.model, slots: group.slots, memoryMiB: group.memoryMiB,
                cores: group.cores, numaNodes: group.numaNodes)
            counts[model, default: 0] += group.devices * nodes
        }
        for id in catalog.ids {
            let vendor = catalog[id]
            // Models of the fleet by number of devices, then by size, so that the order does not depend on hashing.
            let own = counts.filter { $0.key.vendor == vendor.commonWord }.sorted {
                ($1.value, $0.key.name, $0.key.memoryMiB, $0.key.slots)
                    < ($0.value, $1.key.name, $1.key.memoryMiB, $1.key.slots)
            }
            for (model, devices) in own { add(model, vendor, devices: devices) }
            for known in vendor.traceProfile.models where !own.contains(where: { $0.key.name == known.name }) {
                add(
                    Model(
                        vendor: vendor.commonWord, name: known.name, slots: known.slots, memoryMiB: known.memoryMiB,
                        cores: known.cores, numaNodes: known.numaNodes), vendor, devices: 0)
            }
        }
    }

    private mutating func add(_ model: Model, _ vendor: any Vendor, devices: Int) {
        let text = "\(vendor.displayName) \(vendor.commonWord) \(vendor.traceProfile.key) \(model.name)".lowercased()
        let words = Set(text.split { !$0.isLetter && !$0.isNumber }.map(String.init))
        entries.append(Entry(model: model, text: text, words: words, devices: devices))
    }

    /// The model that a description such as `NVIDIA A100 80G` means.
    ///
    /// Every word must occur in the vendor's names or the model; a size such as `80G` must be the memory of a device, give
    /// or take a sixteenth. Whole words go before parts of words, models of the fleet before others.
    /// - Throws: ``NodeDescriptionError`` that names the models in question.
    func model(_ description: String) throws(NodeDescriptionError) -> Model {
        let words = description.lowercased().split(separator: " ").map(String.init)
        if words.isEmpty { throw NodeDescriptionError(description, "names no device") }
        let exact = entries.filter { entry in words.allSatisfy { Self.matches($0, entry, whole: true) } }
        let found =
            exact.isEmpty
            ? entries.filter { entry in words.allSatisfy { Self.matches($0, entry, whole: false) } } : exact
        let present = found.filter { $0.devices > 0 }
        let chosen = present.isEmpty ? found : present
        // One name in several sizes: the most frequent one of the fleet stands first.
        if let first = chosen.first,
            chosen.allSatisfy({ $0.model.name == first.model.name && $0.model.vendor == first.model.vendor })
        {
            return first.model
        }
        if chosen.isEmpty {
            throw NodeDescriptionError(
                description, "is no device of the fleet or the catalogue; known are \(names(entries))")
        }
        throw NodeDescriptionError(description, "means several: \(names(chosen)); add a word that tells them apart")
    }

    private func names(_ entries: [Entry]) -> String {
        entries.map { entry in
            entry.model.memoryMiB > 1
                ? "\(entry.model.name) (\(NumberText.grouped(Int(entry.model.memoryMiB))) MiB)" : entry.model.name
        }.joined(separator: ", ")
    }

    private static func matches(_ word: String, _ entry: Entry, whole: Bool) -> Bool {
        if whole ? entry.words.contains(word) : entry.text.contains(word) { return true }
        guard let gibibytes = size(word) else { return false }
        // At most 2^21 each: size(_:) sees to it.
        let wanted = gibibytes * 1024
        return abs(Int64(entry.model.memoryMiB) - wanted) * 16 <= wanted
    }

    /// `80g`, `80gb`, `80gib` as a number that the memory of a device can be.
    private static func size(_ word: String) -> Int64? {
        for unit in ["gib", "gb", "g"] where word.hasSuffix(unit) {
            guard let size = Int64(word.dropLast(unit.count)) else { return nil }
            return (0...DeviceAmount.range.upperBound / 1024).contains(size) ? size : nil
        }
        return nil
    }
}

/// A description of nodes that cannot be read.
public struct NodeDescriptionError: Error, Sendable, Hashable, CustomStringConvertible {
    public var text: String
    public var problem: String

    public init(_ text: String, _ problem: String) {
        self.text = text
        self.problem = problem
    }

    public var description: String { "\"\(text)\" \(problem)" }
}
