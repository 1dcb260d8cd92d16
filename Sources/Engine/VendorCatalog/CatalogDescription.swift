import JSONText
import PlacementModel

/// What the catalogue knows of its device types, for people and programs: the source of `berth vendors` and
/// docs/vendors.md.
public struct CatalogDescription {
    private let vendors: [any Vendor]

    /// - Parameter name: common word, display name or a resource name, in any case; nil = all vendors.
    public init(_ catalog: VendorCatalog, matching name: String? = nil) {
        guard let name = name?.lowercased() else {
            vendors = catalog.vendors
            return
        }
        let exact = catalog.vendors.filter { $0.commonWord.lowercased() == name }
        vendors =
            exact.isEmpty
            ? catalog.vendors.filter { vendor in
                vendor.displayName.lowercased().containsText(name)
                    || vendor.resourceNames.contains { $0.lowercased() == name }
            } : exact
    }

    public var isEmpty: Bool { vendors.isEmpty }

    /// One row a device type.
    public var table: String {
        var rows = [["WORD", "NAME", "COUNT", "MEMORY", "UNIT", "CORES"]]
        for vendor in vendors {
            let names = vendor.resources
            rows.append([
                vendor.commonWord, vendor.displayName, names.count.orDash, names.memory.orDash,
                names.memory.isEmpty ? "-" : Self.unit(of: vendor), names.cores.orDash,
            ])
        }
        return Self.aligned(rows)
    }

    /// Everything about each device type, a paragraph each.
    public var details: String {
        vendors.map { vendor in
            var text = "\(vendor.commonWord): \(vendor.displayName)\n"
            for (title, items) in sections(of: vendor) where !items.isEmpty {
                text += "  \(title):\n" + items.map { "    \($0.label)\($0.value)\n" }.joined()
            }
            return text
        }.joined(separator: "\n")
    }

    private typealias Item = (label: String, value: String)

    private func sections(of vendor: any Vendor) -> [(title: String, items: [Item])] {
        [
            ("resources", Self.labelled(Self.resources(of: vendor))),
            ("annotations", Self.labelled(Self.annotations(of: vendor))),
            ("slices", vendor.slices.map { ("", "\($0.name): \($0.memoryMiB) MiB") }),
            ("enforced", Self.labelled(Self.capabilities(of: vendor))), ("rules", vendor.rules.map { ("", $0) }),
        ]
    }

    private static func labelled(_ pairs: [(String, String)]) -> [Item] {
        let width = pairs.map(\.0.count).max() ?? 0
        return pairs.map { ($0.0 + String(repeating: " ", count: width - $0.0.count + 2), $0.1) }
    }

    // MARK: Facts

    static func unit(of vendor: any Vendor) -> String {
        switch vendor.memoryUnitMiB {
        case 1: "MiB"
        case 1024: "GiB"
        default: "\(vendor.memoryUnitMiB) MiB"
        }
    }

    /// Role and name of each resource.
    static func resources(of vendor: any Vendor) -> [(String, String)] {
        let names = vendor.resources
        var pairs = [("count", names.count)]
        if !names.memory.isEmpty { pairs.append(("memory", "\(names.memory), in \(unit(of: vendor))")) }
        if !names.cores.isEmpty { pairs.append(("cores", names.cores)) }
        let known = [names.count, names.memory, names.cores]
        pairs += vendor.resourceNames.filter { !known.contains($0) }.map { ("further", $0) }
        return pairs.filter { !$0.1.isEmpty }
    }

    /// Role and key of each annotation.
    static func annotations(of vendor: any Vendor) -> [(String, String)] {
        let keys = vendor.annotations
        let pairs =
            [("node register", keys.register), ("node handshake", keys.handshake)]
            + keys.useUUID.map { ("use ids", $0) } + keys.noUseUUID.map { ("avoid ids", $0) }
            + [
                ("use types", keys.useType), ("avoid types", keys.noUseType), ("to allocate", keys.toAllocate),
                ("allocated", keys.allocated),
            ] + keys.others.map { ("further", $0) }
        return pairs.filter { !$0.1.isEmpty }
    }

    /// Column and word of the capability matrix.
    static func capabilities(of vendor: any Vendor) -> [(String, String)] {
        let known = vendor.capabilities
        return [
            ("memory", known.memory), ("cores", known.cores), ("id filter", known.uuidFilter ? "yes" : "no"),
            ("type filter", known.typeFilter ? "yes" : "no"), ("NUMA", known.numa), ("topology", known.topology),
            ("mutex", known.mutex), ("node score", known.nodeScore),
        ]
    }

    // MARK: Forms

    /// A list of objects, one a device type.
    public func write(into writer: inout JSONWriter) {
        func object(_ pairs: [(String, JSON)]) -> JSON { .object(JSONObject(pairs)) }
        let list: [JSON] = vendors.map { vendor in
            let names = vendor.resources
            let keys = vendor.annotations
            return object([
                ("word", .string(vendor.commonWord)), ("name", .string(vendor.displayName)),
                (
                    "resources",
                    object([
                        ("count", .string(names.count)), ("memory", .string(names.memory)),
                        ("memoryUnitMiB", .int(Int64(vendor.memoryUnitMiB))), ("cores", .string(names.cores)),
                        ("all", Self.list(vendor.resourceNames)),
                    ])
                ),
                (
                    "annotations",
                    object([
                        ("register", .string(keys.register)), ("handshake", .string(keys.handshake)),
                        ("toAllocate", .string(keys.toAllocate)), ("allocated", .string(keys.allocated)),
                        ("useUUID", Self.list(keys.useUUID)), ("noUseUUID", Self.list(keys.noUseUUID)),
                        ("useType", .string(keys.useType)), ("noUseType", .string(keys.noUseType)),
                        ("others", Self.list(keys.others)),
                    ])
                ),
                (
                    "slices",
                    .array(
                        vendor.slices.map {
                            object([("name", .string($0.name)), ("memoryMiB", .int($0.memoryMiB))])
                        })
                ),
                ("enforced", object(Self.capabilities(of: vendor).map { ($0.0, .string($0.1)) })),
                ("rules", Self.list(vendor.rules)),
            ])
        }
        writer.value(.array(list))
    }

    private static func list(_ texts: [String]) -> JSON { .array(texts.map { .string($0) }) }

    /// Columns of equal width, two blanks apart.
    private static func aligned(_ rows: [[String]]) -> String {
        let widths = (rows.first ?? []).indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            var line = ""
            for (cell, width) in zip(row, widths) {
                line += cell + String(repeating: " ", count: width - cell.count + 2)
            }
            while line.last == " " { line.removeLast() }
            return line + "\n"
        }.joined()
    }
}

extension String {
    fileprivate var orDash: String { isEmpty ? "-" : self }
}
