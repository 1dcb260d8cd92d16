import PlacementModel

/// Names of the files and columns of a trace folder; traces/README.md documents them.
package enum TraceFormat {
    package static let word = "berth-trace"
    package static let version: Int64 = 1
    package static let metadataFile = "trace.json"
    package static let fleetFile = "fleet.csv"
    package static let podsFile = "pods.csv"
    /// Written only where policies aim at another list of pods than the one offered.
    package static let targetFile = "target.csv"

    package static let fleetColumns = [
        "node", "cpu_milli", "memory_mib", "pods_max", "vendor", "model", "devices", "slots", "device_memory_mib",
        "device_cores", "numa_nodes", "labels", "taints",
    ]
    package static let podColumns = [
        "name", "namespace", "arrival_ms", "duration_ms", "cpu_milli", "memory_mib", "limits", "annotations",
        "node_selector", "gang", "gang_size", "placed_on",
    ]

    /// Written only where some pod has a value other than 0.
    package static let priorityColumn = "priority"

    package static let units: [(column: String, unit: String)] = [
        ("cpu_milli", "thousandths of a CPU"), ("memory_mib", "MiB"), ("device_memory_mib", "MiB of one device"),
        ("device_cores", "compute of one device in its vendor's unit"), ("arrival_ms", "milliseconds after the start"),
        ("duration_ms", "milliseconds"),
    ]

    /// Most devices a node may have.
    package static let devicesPerNodeMax = Int64(InputLimits.traceDevicesPerNode)

    package static func path(_ folder: String, _ file: String) -> String {
        folder.hasSuffix("/") ? folder + file : folder + "/" + file
    }

    /// Reads `key=value:Effect;key:Effect`; a backslash takes the next character as it is.
    package static func taints(_ text: String) throws(KeyValueList.Problem) -> [Taint] {
        var taints: [Taint] = []
        for entry in KeyValueList.parts(text[...], separator: ";") where !entry.isEmpty {
            guard let colon = entry.lastIndex(of: ":"),
                let effect = TaintEffect(rawValue: String(entry[entry.index(after: colon)...])),
                colon > entry.startIndex
            else { throw KeyValueList.Problem(text: "\"\(entry)\" is no key=value:effect taint") }
            let parts = KeyValueList.parts(entry[..<colon], separator: "=", splits: 1)
            taints.append(
                Taint(
                    key: KeyValueList.unescaped(parts[0]),
                    value: parts.count > 1 ? KeyValueList.unescaped(parts[1]) : "", effect: effect))
        }
        return taints
    }

    package static func text(_ taints: [Taint]) -> String {
        taints.map { taint in
            let value = taint.value.isEmpty ? "" : "=" + KeyValueList.escaped(taint.value, isKey: false)
            return KeyValueList.escaped(taint.key, isKey: true) + value + ":" + taint.effect.rawValue
        }.joined(separator: ";")
    }
}
