import BulkJSON
import PlacementModel

/// Counts over a whole batch.
public struct PlacementSummary: Sendable, Hashable {
    public var pods = 0
    public var placed = 0
    public var rejected = 0
    public var denied = 0
    public var invalid = 0
    public var skipped = 0
    public var nodes: Int
    public var devices: Int
    public var residentPods: Int
    public var refusedPods: Int
    public var finishedPods: Int

    /// - Complexity: O(nodes)
    public init(of session: PlacementSession) {
        let table = session.cluster.table
        nodes = table.nodeRowCount
        devices = table.deviceRowCount
        residentPods = session.residentPods
        refusedPods = session.refusedPods
        finishedPods = session.finishedPods
    }

    public mutating func count(_ report: PodReport) {
        pods += 1
        switch report.verdict {
        case .placed: placed += 1
        case .rejected: rejected += 1
        case .denied: denied += 1
        case .invalid: invalid += 1
        case .skipped: skipped += 1
        }
    }

    /// `3 of 5 pods placed, 1 rejected, 1 denied (4 nodes, 32 devices, 7 pods running)`.
    public var text: String {
        let counted = { NumberText.counted($0, $1) }
        var counts = ["\(NumberText.grouped(placed)) of \(counted(pods, "pod")) placed"]
        for (number, word) in [(rejected, "rejected"), (denied, "denied"), (invalid, "invalid"), (skipped, "skipped")]
        where number > 0 {
            counts.append("\(NumberText.grouped(number)) \(word)")
        }
        var fleet = [counted(nodes, "node"), counted(devices, "device")]
        if residentPods > 0 { fleet.append("\(counted(residentPods, "pod")) running") }
        if refusedPods > 0 { fleet.append("\(counted(refusedPods, "running pod")) not counted") }
        if finishedPods > 0 { fleet.append("\(counted(finishedPods, "pod")) finished") }
        return counts.joined(separator: ", ") + " (" + fleet.joined(separator: ", ") + ")"
    }

    public func write(into writer: inout JSONWriter) {
        writer.beginObject()
        let members = [
            ("pods", pods), ("placed", placed), ("rejected", rejected), ("denied", denied), ("invalid", invalid),
            ("skipped", skipped), ("nodes", nodes), ("devices", devices), ("residentPods", residentPods),
            ("refusedPods", refusedPods),
            ("finishedPods", finishedPods),
        ]
        for (key, value) in members {
            writer.member(key, value)
        }
        writer.endObject()
    }
}
