import ArgumentParser
import TraceModel
import VendorCatalog

/// `berth trace info`: what is in a trace.
struct TraceInfoCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "info",
        abstract: "Describe a trace and verify its checksums.",
        discussion: """
            Example:
              berth trace info traces/smoke
            """)

    @Argument(help: "Folder of the trace.")
    var trace: String

    func run() throws {
        let catalog = try VendorCatalog.forTraces()
        let text = try reportingErrors { TraceTable.text(try Trace(telling: trace), catalog: catalog) }
        try StandardOutput.write(text)
    }
}

/// A trace as tables for people.
enum TraceTable {
    static func text(_ trace: Trace, catalog: VendorCatalog) -> String {
        let contents = TraceContents(trace)
        var facts = TextTable([("", .left), ("", .left)])
        facts.add(["name", trace.metadata.name])
        if !trace.metadata.description.isEmpty { facts.add(["description", trace.metadata.description]) }
        facts.add(["origin", trace.metadata.origin])
        facts.add(["licence", trace.metadata.licence])
        facts.add(["device model", trace.metadata.deviceModel.rawValue])
        if let seed = trace.metadata.seed { facts.add(["seed", String(seed)]) }
        facts.add([
            "nodes",
            "\(NumberText.grouped(trace.nodes.count)) with \(NumberText.grouped(Int(contents.cpuMilli / 1000))) CPUs, "
                + "\(NumberText.grouped(Int(contents.memoryMiB / 1024))) GiB",
        ])
        facts.add([
            "queued pods",
            "\(NumberText.grouped(contents.queuedPods)) of \(NumberText.grouped(contents.shapes)) kinds, "
                + "\(NumberText.grouped(contents.stayingPods)) stay for good",
        ])
        if contents.residentPods > 0 { facts.add(["running pods", NumberText.grouped(contents.residentPods)]) }
        if contents.gangPods > 0 { facts.add(["pods in gangs", NumberText.grouped(contents.gangPods)]) }
        if contents.priorities.keys.contains(where: { $0 != 0 }) {
            let counts = contents.priorities.sorted { $0.key > $1.key }
            facts.add([
                "priorities", counts.map { "\($0.key): \(NumberText.grouped($0.value))" }.joined(separator: ", "),
            ])
        }
        let hours = NumberText.duration(microseconds: Double(contents.lastArrivalMs) * 1000)
        facts.add(["arrivals", contents.lastArrivalMs == 0 ? "all at the start" : "over \(hours)"])
        var devices = TextTable([
            ("vendor", .left), ("model", .left), ("nodes", .right), ("devices", .right), ("slots", .right),
            ("memory MiB", .right), ("cores", .right), ("asked by pods", .right),
        ])
        for group in contents.groups {
            let asks = catalog.id(ofWord: group.vendor).map { contents.pods(asking: catalog[$0].resourceNames) }
            devices.add([
                group.vendor, group.model, NumberText.grouped(group.nodes), NumberText.grouped(group.devices),
                NumberText.grouped(group.slots), NumberText.grouped(group.memoryMiB), NumberText.grouped(group.cores),
                asks.map(NumberText.grouped) ?? "unknown vendor",
            ])
        }
        return facts.text() + "\n" + devices.text()
    }
}
