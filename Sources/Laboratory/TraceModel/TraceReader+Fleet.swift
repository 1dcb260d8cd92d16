import PlacementModel

extension Trace {
    /// Reads `fleet.csv`: a row a device group, consecutive rows of one node together.
    ///
    /// - Parameter notes: gets a line for each amount that was taken as the nearest one in range.
    package static func readFleet(
        _ bytes: [UInt8], file: String, notes: inout [String]
    ) throws(TraceError) -> [TraceNode] {
        var told: [String] = []
        defer { notes += told }
        return try bytes.reading { buffer throws(TraceError) in
            var notes: [String] = []
            defer { told = notes }
            var reader = try CSVReader(buffer, file: file)
            let columns = try FleetColumns(reader)
            var nodes: [TraceNode] = []
            var names: Set<String> = []
            while try reader.next() {
                let name = try reader.text(columns.node)
                if name.isEmpty { throw reader.error(columns.node, "is empty") }
                if nodes.last?.name == name {
                    let node = try columns.node(from: reader, name: name)
                    guard let known = nodes.last, known.isSameNode(as: node) else {
                        throw reader.error(columns.node, "\(name) has other values than in the row before")
                    }
                } else {
                    guard names.insert(name).inserted else {
                        throw reader.error(columns.node, "\(name) stands twice; rows of a node must be consecutive")
                    }
                    guard nodes.count < InputLimits.nodes else {
                        throw reader.error(columns.node, "is one more than the \(InputLimits.nodes) nodes of a fleet")
                    }
                    nodes.append(try columns.node(from: reader, name: name))
                }
                if let group = try columns.group(from: reader, &notes) {
                    nodes[nodes.count - 1].groups.append(group)
                    let devices = nodes[nodes.count - 1].groups.reduce(0) { $0 + $1.devices }
                    if devices > TraceFormat.devicesPerNodeMax {
                        throw reader.error(
                            columns.devices,
                            "node \(name) has \(devices) devices, at most \(TraceFormat.devicesPerNodeMax)")
                    }
                }
            }
            return nodes
        }
    }
}

extension TraceNode {
    /// Equal but for the device groups.
    fileprivate func isSameNode(as other: TraceNode) -> Bool {
        cpuMilli == other.cpuMilli && memoryMiB == other.memoryMiB && podsMax == other.podsMax && labels == other.labels
            && taints == other.taints
    }
}

/// Places of the columns of `fleet.csv`.
private struct FleetColumns {
    var node: Int
    var cpuMilli: Int
    var memoryMiB: Int
    var podsMax: Int
    var vendor: Int
    var model: Int
    var devices: Int
    var slots: Int
    var deviceMemoryMiB: Int
    var deviceCores: Int
    var numaNodes: Int
    var labels: Int
    var taints: Int

    init(_ reader: borrowing CSVReader) throws(TraceError) {
        let places = try reader.columns(TraceFormat.fleetColumns)
        node = places[0]
        cpuMilli = places[1]
        memoryMiB = places[2]
        podsMax = places[3]
        vendor = places[4]
        model = places[5]
        devices = places[6]
        slots = places[7]
        deviceMemoryMiB = places[8]
        deviceCores = places[9]
        numaNodes = places[10]
        labels = places[11]
        taints = places[12]
    }

    func node(from reader: borrowing CSVReader, name: String) throws(TraceError) -> TraceNode {
        var node = TraceNode(
            name: name, cpuMilli: try reader.amount(cpuMilli, CPUMilli.self).value,
            memoryMiB: try reader.amount(memoryMiB, MemoryMiB.self).value,
            podsMax: try reader.amount(podsMax, PodCount.self).value)
        if !reader.isEmpty(labels) {
            for (key, value) in try reader.entries(labels) { node.labels[key] = value }
        }
        if !reader.isEmpty(taints) {
            let text = try reader.text(taints)
            do { node.taints = try TraceFormat.taints(text) } catch { throw reader.error(taints, error.text) }
        }
        return node
    }

    func group(
        from reader: borrowing CSVReader, _ notes: inout [String]
    ) throws(TraceError) -> TraceDeviceGroup? {
        let count = try reader.integer(devices, in: 0...TraceFormat.devicesPerNodeMax, absent: 0)
        if reader.isEmpty(vendor) {
            if count > 0 { throw reader.error(vendor, "is empty, but the row has \(count) devices") }
            return nil
        }
        return TraceDeviceGroup(
            vendor: try reader.text(vendor), model: try reader.text(model), devices: Int(count),
            slots: try reader.nearest(slots, DeviceAmount.self, &notes).int32,
            memoryMiB: try reader.nearest(deviceMemoryMiB, DeviceAmount.self, &notes).int32,
            cores: try reader.nearest(deviceCores, DeviceAmount.self, &notes).int32,
            numaNodes: Int(try reader.integer(numaNodes, in: 1...TraceFormat.devicesPerNodeMax, absent: 1)),
            line: reader.line)
    }
}
