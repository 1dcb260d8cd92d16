import BulkJSON
import PlacementModel

extension Trace {
    /// Writes the files of a trace folder, making the folder if needed. Whatever ends it, the folder holds the trace that was
    /// there or this one.
    ///
    /// The same trace gives the same bytes on every machine.
    /// - Throws: ``TraceError`` with the system's words.
    public func write(folder: String) throws(TraceError) {
        // What is written can be read; a snapshot's node may have more, and so may a log.
        guard nodes.count <= InputLimits.nodes, pods.count <= InputLimits.tracePods else {
            throw TraceError(
                file: folder,
                problem: "\(nodes.count) nodes and \(pods.count) pods, a trace holds at most \(InputLimits.nodes) and "
                    + "\(InputLimits.tracePods)")
        }
        for node in nodes {
            let devices = node.groups.reduce(0) { $0 + $1.devices }
            guard devices <= Int(TraceFormat.devicesPerNodeMax) else {
                throw TraceError(
                    file: folder,
                    problem: "node \(node.name) has \(devices) devices, a trace holds at most "
                        + "\(TraceFormat.devicesPerNodeMax) of one")
            }
        }
        try TraceFiles.makeFolder(folder)
        try TraceDescription.finishInterrupted(folder: folder)
        var files = [(TraceFormat.fleetFile, fleetCSV()), (TraceFormat.podsFile, podsCSV())]
        if let target = targetPods { files.append((TraceFormat.targetFile, Self.podsCSV(target, nodes: nodes))) }
        let checksums = files.map { ($0.0, SHA256.hexDigest(of: $0.1)) }
        // The first one: from the moment it stands there, the others are what it says, in their places or beside them.
        files.insert((TraceFormat.metadataFile, metadataJSON(checksums: checksums)), at: 0)
        try TraceFiles.write(files.map { (TraceFormat.path(folder, $0.0), $0.1) })
        if targetPods == nil { try TraceFiles.remove(TraceFormat.path(folder, TraceFormat.targetFile)) }
    }

    /// SHA-256 of the fleet and the pods as ``write(folder:)`` would write them. - Complexity: linear.
    public func checksums() -> (fleet: String, pods: String) {
        (SHA256.hexDigest(of: fleetCSV()), SHA256.hexDigest(of: podsCSV()))
    }

    private func metadataJSON(checksums: [(String, String)]) -> [UInt8] {
        var writer = JSONWriter(escapeHTML: false, pretty: true)
        writer.beginObject()
        writer.member("format", TraceFormat.word)
        writer.key("formatVersion")
        writer.int(TraceFormat.version)
        writer.member("name", metadata.name)
        writer.member("description", metadata.description)
        writer.member("origin", metadata.origin)
        writer.member("licence", metadata.licence)
        writer.member("deviceModel", metadata.deviceModel.rawValue)
        writer.key("seed")
        if let seed = metadata.seed { writer.uint(seed) } else { writer.null() }
        writer.key("units")
        writer.beginObject()
        for (column, unit) in TraceFormat.units { writer.member(column, unit) }
        writer.endObject()
        writer.key("checksums")
        writer.beginObject()
        for (file, digest) in checksums { writer.member(file, digest) }
        writer.endObject()
        writer.endObject()
        writer.newline()
        return writer.bytes
    }

    package func fleetCSV() -> [UInt8] {
        var writer = CSVWriter()
        writer.record(TraceFormat.fleetColumns)
        for node in nodes {
            let labels = KeyValueList.text(
                node.labels.sorted { $0.key < $1.key }.map { (key: $0.key, value: $0.value) })
            let taints = TraceFormat.text(node.taints)
            for group in node.groups.isEmpty ? [nil] : node.groups.map(Optional.some) {
                writer.field(node.name)
                writer.field(node.cpuMilli)
                writer.field(node.memoryMiB)
                writer.field(node.podsMax)
                writer.field(group?.vendor ?? "")
                writer.field(group?.model ?? "")
                for number in group.map({
                    [Int64($0.devices), Int64($0.slots), Int64($0.memoryMiB), Int64($0.cores), Int64($0.numaNodes)]
                }) ?? [] {
                    writer.field(number)
                }
                if group == nil { for _ in 0..<5 { writer.field("") } }
                writer.field(labels)
                writer.field(taints)
                writer.endRecord()
            }
        }
        return writer.bytes
    }

    package func podsCSV() -> [UInt8] { Self.podsCSV(pods, nodes: nodes) }

    private static func podsCSV(_ pods: TracePods, nodes: [TraceNode]) -> [UInt8] {
        var writer = CSVWriter()
        let hasPriorities = pods.priority.contains { $0 != 0 }
        writer.record(TraceFormat.podColumns + (hasPriorities ? [TraceFormat.priorityColumn] : []))
        for pod in 0..<pods.count {
            let shape = pods.shapes[Int(pods.shape[pod])]
            pods.names.withBytes(Int32(pod)) { writer.field($0) }
            pods.texts.withBytes(shape.namespace) { writer.field($0) }
            writer.field(pods.arrivalMs[pod])
            if pods.durationMs[pod] < 0 { writer.field("") } else { writer.field(pods.durationMs[pod]) }
            writer.field(shape.cpuMilli)
            writer.field(shape.memoryMiB)
            pods.texts.withBytes(shape.limits) { writer.field($0) }
            pods.texts.withBytes(shape.annotations) { writer.field($0) }
            pods.texts.withBytes(shape.nodeSelector) { writer.field($0) }
            if pods.gang[pod] < 0 {
                writer.field("")
                writer.field("")
            } else {
                pods.texts.withBytes(pods.gang[pod]) { writer.field($0) }
                writer.field(Int64(pods.gangSize[pod]))
            }
            writer.field(pods.placedOn[pod] < 0 ? "" : nodes[Int(pods.placedOn[pod])].name)
            if hasPriorities { writer.field(Int64(pods.priority[pod])) }
            writer.endRecord()
        }
        return writer.bytes
    }
}
