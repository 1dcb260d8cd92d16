import BulkJSON
import KubernetesWire
import PlacementEngine
import PlacementModel
import VendorCatalog

/// A snapshot without names: the same decisions, by another cluster's words.
///
/// The same text becomes the same word wherever it stands as a name, so selectors, owners, claims and annotations still fit
/// together. Nodes and devices are numbered in the order of their names, which some rules ask for. Not kept are environment,
/// arguments, images and whatever else no decision reads; keys of labels, taints and annotations, amounts, times and models of
/// devices are.
public struct SnapshotRedaction {
    private var words: [String: String] = [:]
    private var counts: [String: Int] = [:]
    /// Domains of the annotations that the catalogue's vendors read.
    private let domains: Set<String>
    /// Annotations that they read without a domain of theirs.
    private let annotationKeys: Set<String>

    /// - Parameter documents: all of the snapshot; what is renamed must be known before the first is written.
    /// - Complexity: linear in the documents.
    public init(_ documents: [JSON], catalog: VendorCatalog) {
        var domains: Set<String> = ["hami.io"]
        for vendor in catalog.vendors {
            let names = [vendor.resources.count, vendor.annotations.register, vendor.annotations.allocated]
            for name in names where name.contains("/") { domains.insert(Self.domain(of: name)) }
        }
        self.domains = domains
        annotationKeys = Set(catalog.vendors.flatMap(\.annotations.others))
        var nodes: [Node] = []
        var allocated = Set<String>()
        var namespaces: [String] = []
        for document in documents { Self.survey(document, catalog, &nodes, &allocated, &namespaces) }
        // A snapshot may have a node twice, in several files; readers take the first.
        var known = Set<String>()
        nodes.removeAll { !known.insert($0.name).inserted }
        let names = nodes.map(\.name).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        for (place, name) in names.enumerated() { words[name] = Self.numbered("node", place, of: names.count) }
        for name in namespaces where words[name] == nil && !Self.isPublic(name) { words[name] = next("namespace") }
        nameDevices(nodes, allocated, catalog)
    }

    /// Ids of devices, registered or derived from the name of their node.
    private mutating func nameDevices(_ nodes: [Node], _ allocated: Set<String>, _ catalog: VendorCatalog) {
        let fleet = Fleet(catalog: catalog, order: .asRegistered, parser: JSONParser())
        var homes: [String: String] = [:]
        for node in nodes {
            let row = fleet.register(node, now: WallClock(unixSeconds: 0)).row
            for device in fleet.table.devices(of: row) { homes[fleet.table.records[device].id] = node.name }
        }
        let ids = Set(homes.keys).union(allocated).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        for (place, id) in ids.enumerated() where words[id] == nil {
            if let home = homes[id], id.hasPrefix(home + "-"), let word = words[home] {
                words[id] = word + id.dropFirst(home.count)
            } else {
                let head = id.prefix { $0.isLetter }
                words[id] = Self.numbered(head.isEmpty ? "device" : String(head), place, of: ids.count)
            }
        }
    }

    private static func survey(
        _ value: JSON, _ catalog: VendorCatalog, _ nodes: inout [Node], _ allocated: inout Set<String>,
        _ namespaces: inout [String]
    ) {
        if let items = value["items"]?.array ?? value.array {
            for item in items { survey(item, catalog, &nodes, &allocated, &namespaces) }
            return
        }
        if let namespace = value["metadata"]?["namespace"]?.string { namespaces.append(namespace) }
        switch value["kind"]?.string {
        case "Node": if let node = try? NodeDecoder.decode(value) { nodes.append(node) }
        case "Pod":
            let annotations = value["metadata"]?["annotations"]
            for vendor in catalog.vendors where !vendor.annotations.allocated.isEmpty {
                let text = annotations?[vendor.annotations.allocated]?.string ?? ""
                for devices in AllocationText.decode(text) ?? [] { allocated.formUnion(devices.map(\.uuid)) }
            }
            allocated.remove("")
        default: break
        }
    }

    /// The objects of a document, redacted; those of kinds that no decision reads are left out.
    public mutating func objects(of document: JSON) -> [JSON] {
        if let items = document["items"]?.array ?? document.array { return items.flatMap { objects(of: $0) } }
        guard let kind = document["kind"]?.string, RedactionRules.kinds.contains(kind), let object = document.object
        else { return [] }
        if let name = document["metadata"]?["name"]?.string, words[name] == nil, !Self.isPublic(name) {
            words[name] = next(kind.lowercased())
        }
        return [redacted(object)]
    }

    private mutating func redacted(_ object: JSONObject) -> JSON {
        var result = JSONObject()
        for member in object {
            if let value = redacted(member.key, member.value) {
                result.members.append(.init(key: member.key, value: value))
            }
        }
        return .object(result)
    }

    private mutating func redacted(_ key: String, _ value: JSON) -> JSON? {
        // Numbers, such as a priority, tell no name.
        if RedactionRules.kept.contains(key) { return value }
        if key == "image", let version = HAMiVersion.of(image: value.string ?? "") { return .string("hami:" + version) }
        if RedactionRules.renamed.contains(key) { return renamed(value) }
        if key == "annotations" { return annotations(value) }
        if RedactionRules.labelled.contains(key), let labels = value.object { return labelled(labels) }
        if RedactionRules.keyedByName.contains(key), let members = value.object {
            return .object(JSONObject(members.map { (word($0.key), $0.value) }))
        }
        guard RedactionRules.entered.contains(key) || RedactionRules.labelled.contains(key) else { return nil }
        switch value {
        case .object(let object): return redacted(object)
        case .array(let elements):
            return .array(elements.map { element in element.object.map { redacted($0) } ?? renamed(element) })
        // The status of a condition.
        default: return key == "status" ? value : nil
        }
    }

    private mutating func renamed(_ value: JSON) -> JSON {
        switch value {
        case .string(let text): .string(word(text))
        case .array(let elements): .array(elements.map { renamed($0) })
        // A volume source may stand under the name of a field that holds a name elsewhere.
        case .object(let object): redacted(object)
        default: value
        }
    }

    private mutating func labelled(_ labels: JSONObject) -> JSON {
        var result = JSONObject()
        for label in labels {
            let isPublic =
                RedactionRules.publicLabels.contains(label.key) || domains.contains(Self.domain(of: label.key))
            result.members.append(.init(key: label.key, value: isPublic ? label.value : renamed(label.value)))
        }
        return .object(result)
    }

    /// Those that decisions read, with the names in them replaced.
    private mutating func annotations(_ value: JSON) -> JSON? {
        guard let annotations = value.object else { return nil }
        var result = JSONObject()
        for annotation in annotations {
            let (key, text) = (annotation.key, annotation.value.string ?? "")
            if domains.contains(Self.domain(of: key)) || annotationKeys.contains(key), !key.contains("lock") {
                result.members.append(.init(key: key, value: .string(namesReplaced(in: text))))
            } else if key.hasSuffix("/storage-class") || key.hasSuffix("/selected-node") {
                result.members.append(.init(key: key, value: .string(word(text))))
            } else if key.hasSuffix("/config.mirror") || key.hasSuffix("/bind-completed") {
                result.members.append(.init(key: key, value: "yes"))
            } else if key.hasSuffix("/migrated-plugins") {
                result.members.append(.init(key: key, value: .string(text)))
            }
        }
        return .object(result)
    }

    /// Replaces the names of nodes and devices in a text such as a register.
    private func namesReplaced(in text: String) -> String {
        var result = ""
        var run = ""
        func flush() {
            if !run.isEmpty { result += words[run] ?? run }
            run = ""
        }
        for character in text {
            if character.isASCII, character.isLetter || character.isNumber || "-._".contains(character) {
                run.append(character)
            } else {
                flush()
                result.append(character)
            }
        }
        flush()
        return result
    }

    /// The word that stands for a name; numbers and words of Kubernetes' own stay.
    private mutating func word(_ name: String) -> String {
        if let known = words[name] { return known }
        let word = Self.isPublic(name) ? name : next("name")
        words[name] = word
        return word
    }

    /// Words that tell nothing, or that decisions know.
    private static func isPublic(_ name: String) -> Bool {
        ["", "true", "false", "default", "0.0.0.0", "::"].contains(name) || name.hasPrefix("kube-")
            || name.hasPrefix("system-") || Int64(name) != nil
    }

    private mutating func next(_ noun: String) -> String {
        counts[noun, default: 0] += 1
        return "\(noun)-\(counts[noun] ?? 0)"
    }

    private static func numbered(_ noun: String, _ place: Int, of count: Int) -> String {
        let digits = String(place + 1)
        return noun + "-" + String(repeating: "0", count: max(String(count).count - digits.count, 0)) + digits
    }

    private static func domain(of key: String) -> String {
        key.split(separator: "/", maxSplits: 1).first.map(String.init) ?? key
    }
}
