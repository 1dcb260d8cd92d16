import BulkJSON
import DeviceTable
import KubernetesWire
import PlacementEngine
import PlacementModel
import VendorCatalog

/// Runs scheduling cases through admission, filter and pod cache, and writes what HAMi would have answered.
public final class CaseRunner {
    private let parser = JSONParser()
    private let profile: CompatibilityProfile
    private let engine: SessionEngine
    private let now: WallClock
    private let catalogs: CatalogCache

    public init(profile: CompatibilityProfile, engine: SessionEngine = .indexed, now: WallClock) {
        self.profile = profile
        self.engine = engine
        self.now = now
        catalogs = CatalogCache()
    }

    /// Reads one line: a case, or an object with a `case` member; writes one result object.
    ///
    /// - Throws: ``CaseProblem`` when the line is no case. - Complexity: O(pods x nodes x devices)
    public func run(line: UnsafeRawBufferPointer, into writer: inout JSONWriter) throws(CaseProblem) {
        let value = try SchedulerCase.parse(line, parser)
        let schedulerCase = try SchedulerCase(value["case"] ?? value)
        let catalog = try catalogs.catalog(schedulerCase.configuration)
        var run = CaseRun(schedulerCase, catalog: catalog, profile: profile, engine: engine, now: now)
        run.write(into: &writer)
    }
}

/// Catalogues by configuration text; cases repeat few.
private final class CatalogCache {
    private var known: [String?: VendorCatalog] = [:]

    func catalog(_ text: String?) throws(CaseProblem) -> VendorCatalog {
        if let catalog = known[text] { return catalog }
        do {
            let configuration = try text.map { try DeviceConfiguration(yaml: $0) } ?? .chartDefaults
            let catalog = try VendorCatalog(configuration: configuration)
            known[text] = catalog
            return catalog
        } catch {
            throw CaseProblem(field: "config", message: "\(error)")
        }
    }
}

struct CaseRun {
    private let schedulerCase: SchedulerCase
    private let cluster: Fleet
    private let engine: ReferenceEngine
    private let indexed: IndexedEngine?
    private let now: WallClock
    private var residents: [String: ResidentID] = [:]
    private var registered: [(name: String, row: Int)] = []

    init(
        _ schedulerCase: SchedulerCase, catalog: VendorCatalog, profile: CompatibilityProfile, engine: SessionEngine,
        now: WallClock
    ) {
        self.schedulerCase = schedulerCase
        self.now = now
        cluster = Fleet(
            catalog: catalog, profile: profile, order: .asRegistered, amounts: .asGiven, parser: JSONParser())
        for node in schedulerCase.nodes where cluster.table.node(named: node.name) == nil {
            let row = cluster.register(node, now: now, handshake: .strict).row
            registered.append((node.name, row))
        }
        for quota in schedulerCase.quotas { cluster.quotas.add(quota) }
        for pod in schedulerCase.existing {
            if case .resident(let id) = cluster.restoreAtStart(pod) {
                residents[pod.metadata.name] = id
            }
        }
        self.engine = ReferenceEngine(cluster: cluster)
        indexed = engine == .indexed ? IndexedEngine(cluster: cluster) : nil
    }

    mutating func write(into writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("registered")
        writer.beginObject()
        for (name, row) in registered where cluster.table.deviceCount[row] > 0 {
            writer.key(name)
            writeRegistered(row, into: &writer)
        }
        writer.endObject()
        writer.key("results")
        writer.beginArray()
        for entry in schedulerCase.pods {
            for name in schedulerCase.deleteBefore[entry.pod.metadata.name] ?? [] {
                if let id = residents.removeValue(forKey: name) { cluster.remove(id) }
            }
            writer.beginObject()
            schedule(entry.pod, manifest: entry.manifest, into: &writer)
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
    }

    private func writeRegistered(_ row: Int, into writer: inout JSONWriter) {
        writer.beginObject()
        let devices = cluster.table.devices(of: row)
        for vendor in cluster.catalog.ids {
            let own = devices.filter { cluster.table.vendor[$0] == vendor.rawValue }
            if own.isEmpty { continue }
            writer.key(cluster.catalog[vendor].commonWord)
            writer.beginArray()
            for device in own { cluster.table.records[device].write(into: &writer) }
            writer.endArray()
        }
        writer.endObject()
    }

    private mutating func schedule(_ original: Pod, manifest: JSON, into writer: inout JSONWriter) {
        var pod = original
        writer.key("pod")
        writer.string(pod.metadata.name)
        if schedulerCase.admits {
            pod = pod.withCanonicalQuantities
            let verdict = AdmissionWebhook().review(&pod, cluster: cluster)
            writeAdmission(verdict, pod, manifest, into: &writer)
            if !verdict.isAllowed {
                writer.key("skipped")
                writer.bool(true)
                return
            }
            // Without a patch the pod goes on as it was written, quantities and all.
            if pod == original.withCanonicalQuantities { pod = original }
        }
        let requests = cluster.catalog.requests(of: pod, state: cluster.state, amounts: .asGiven)
        writeRequests(requests, into: &writer)
        let defaults = SchedulingDefaults(
            nodePolicy: schedulerCase.nodePolicy, devicePolicy: schedulerCase.devicePolicy)
        let requestClass: RequestClass
        do {
            let key = try cluster.classKey(of: pod, requests: requests, defaults: defaults)
            // Node filters are kube-scheduler's part: a case brings the nodes that passed them.
            requestClass = cluster.requestClass(key.withoutNodeFilters)
        } catch {
            if requests.allSatisfy(\.isEmpty) {
                writer.key("passThrough")
                writer.bool(true)
                return
            }
            let text = "calcScore failed \(error) for pod \(pod.metadata.name)"
            writer.key("error")
            writer.string(text)
            writeEvents(["Warning FilteringFailed \(text)"], into: &writer)
            return
        }
        let names =
            schedulerCase.candidates[pod.metadata.name] ?? schedulerCase.nodes.map(\.name)
        filter(pod, requestClass, candidates: names, into: &writer)
    }

    private mutating func filter(
        _ pod: Pod, _ requestClass: RequestClass, candidates: [String], into writer: inout JSONWriter
    ) {
        let isPassThrough = !requestClass.asksForDevices
        var fitting: [(name: String, detail: PlacementDetail)] = []
        var failed: [(name: String, text: String)] = []
        var best: (row: Int, score: Float)?
        var rows: [Int] = []
        for name in candidates {
            guard let row = cluster.table.node(named: name), cluster.table.deviceCount[row] > 0 else {
                failed.append((name, "node unregistered"))
                continue
            }
            rows.append(row)
            guard engine.evaluator.fits(requestClass, node: row) else {
                failed.append((name, engine.evaluator.failure().text))
                continue
            }
            let score = engine.evaluator.score(requestClass)
            fitting.append((name, PlacementDetail(requestClass, engine.evaluator, cluster: cluster, score: score)))
            if best == nil || (requestClass.nodePolicy == .spread ? score < best!.score : score > best!.score) {
                best = (row, score)
            }
        }
        if !fitting.isEmpty {
            writer.key("scores")
            writer.beginArray()
            for (name, detail) in fitting.sorted(by: { $0.name < $1.name }) {
                writer.beginObject()
                writer.key("node")
                writer.string(name)
                writer.key("score")
                writer.float(detail.score)
                if !detail.containers.isEmpty {
                    writer.key("devices")
                    detail.writeContainers(into: &writer)
                }
                writer.endObject()
            }
            writer.endArray()
        }
        if isPassThrough {
            writer.key("passThrough")
            writer.bool(true)
            return
        }
        guard let best else {
            writeFailure(failed, candidateCount: candidates.count, into: &writer)
            return
        }
        place(pod, requestClass, on: choice(requestClass, rows, scanned: best.row), into: &writer)
    }

    /// The engine's choice. Among equals the reference takes the first of the list, the index the first of the fleet: where a
    /// list has an order of its own, the scan decides.
    private func choice(_ requestClass: RequestClass, _ rows: [Int], scanned: Int) -> Int {
        guard let indexed, zip(rows, rows.dropFirst()).allSatisfy({ $0 < $1 }) else { return scanned }
        guard let row = indexed.choose(requestClass, candidates: rows) else {
            preconditionFailure("the index finds no node where the scan finds row \(scanned)")
        }
        return row
    }

    private mutating func place(
        _ pod: Pod, _ requestClass: RequestClass, on row: Int, into writer: inout JSONWriter
    ) {
        _ = engine.evaluator.fits(requestClass, node: row)
        let score = engine.evaluator.score(requestClass)
        let detail = PlacementDetail(requestClass, engine.evaluator, cluster: cluster, score: score)
        var result = RoundResult()
        let outcome = engine.commit(requestClass, into: &result)
        residents[pod.metadata.name] = outcome.resident
        let nodeName = cluster.table.nodes[row].name
        writer.key("node")
        writer.string(nodeName)
        writer.key("containers")
        detail.writeContainers(into: &writer)
        writer.key("annotations")
        writer.texts(detail.annotations(for: pod, requestClass, cluster: cluster, now: now))
        writer.key("labels")
        writer.texts([SchedulerAnnotations.assignedNode: nodeName])
        writer.key("usage")
        detail.writeUsage(into: &writer)
    }

    // MARK: Writing

    private func writeAdmission(
        _ verdict: AdmissionVerdict, _ pod: Pod, _ manifest: JSON, into writer: inout JSONWriter
    ) {
        writer.key("admission")
        writer.beginObject()
        writer.key("allowed")
        writer.bool(verdict.isAllowed)
        if !verdict.message.isEmpty {
            writer.key("message")
            writer.string(verdict.message)
        }
        if verdict.isAllowed {
            let admitted = AdmittedPodEncoder.encode(manifest: manifest, pod: pod)
            writer.key("pod")
            writer.beginObject()
            writer.key("spec")
            writer.value(admitted.spec)
            if let annotations = admitted.annotations {
                writer.key("annotations")
                writer.value(annotations)
            }
            writer.endObject()
        }
        writer.endObject()
    }

    private func writeRequests(_ requests: [[DeviceRequest]], into writer: inout JSONWriter) {
        if requests.isEmpty { return }
        writer.key("requests")
        writer.beginArray()
        for asked in requests {
            writer.beginObject()
            for request in asked {
                let word = cluster.catalog[request.vendor].commonWord
                writer.key(word)
                writer.beginObject()
                writer.key("nums")
                writer.int(request.devices)
                writer.key("type")
                writer.string(word)
                writer.key("mem")
                writer.int(request.memoryMiB)
                writer.key("memPct")
                writer.int(request.memoryPercent)
                writer.key("cores")
                writer.int(request.cores)
                writer.endObject()
            }
            writer.endObject()
        }
        writer.endArray()
    }

    private func writeFailure(
        _ failed: [(name: String, text: String)], candidateCount: Int, into writer: inout JSONWriter
    ) {
        writer.key("failed")
        writer.texts(Dictionary(failed.map { ($0.name, $0.text) }, uniquingKeysWith: { first, _ in first }))
        var nodesByWord: [String: [String]] = [:]
        for (name, text) in failed {
            for piece in text.split(separator: ",") {
                let words = piece.trimmingSpace.split(separator: " ")
                if words.count == 2, words[0].utf8.contains(47) {
                    nodesByWord[String(words[1]), default: []].append(name)
                }
            }
        }
        var events = nodesByWord.map { word, names in
            "Warning FilteringFailed \(names.count) nodes \(word)(\(names.sorted().joined(separator: ",")))"
        }
        events.append("Warning FilteringFailed no available node, \(candidateCount) nodes do not meet")
        writeEvents(events.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }, into: &writer)
    }

    private func writeEvents(_ events: [String], into writer: inout JSONWriter) {
        writer.key("events")
        writer.beginArray()
        for event in events { writer.string(event) }
        writer.endArray()
    }
}
