import KubernetesWire
import PlacementEngine
import PlacementModel
import VendorCatalog

/// What queued pods of one kind ask for, and what is to be said about them: everything that follows from the manifest and
/// nothing that changes while pods are placed.
final class PodAsk {
    enum Request {
        case asked(RequestClass)
        /// The API server, or HAMi, refuses the pod; `text` is the verdict's.
        case invalid(text: String, [SpecProblem])
    }

    /// The pod as admission left it.
    let pod: Pod
    /// The webhook's refusal, whatever the quotas say.
    let denial: String?
    /// What the webhook holds against the quotas of the namespace, in vendor order; empty where there is no limit.
    let quotaDemands: [QuotaDemand]
    /// Told of every pod, and told once it has passed admission.
    let notes: [String]
    let laterNotes: [String]
    let request: Request
    /// Names of the containers, init containers first.
    let containers: [String]

    init(
        pod: Pod, denial: String?, quotaDemands: [QuotaDemand], notes: [String], laterNotes: [String], request: Request
    ) {
        self.pod = pod
        self.denial = denial
        self.quotaDemands = quotaDemands
        self.notes = notes
        self.laterNotes = laterNotes
        self.request = request
        containers = (pod.initContainers + pod.containers).map(\.name)
    }

    /// The class to ask the engine for; ``RoundDriver/cannotBeAsked`` where the pod is refused before.
    var classID: Int32 {
        guard denial == nil, case .asked(let requestClass) = request else { return RoundDriver.cannotBeAsked }
        return Int32(requestClass.id)
    }
}

/// What makes two pods of one template differ for placement. Equal keys ask the same.
private struct AskKey: Hashable {
    var template: PodTemplate
    /// Labels and annotations that somebody may read, sorted, key before value.
    var texts: [String]
    /// Empty unless the namespace decides: by its limits or its labels.
    var namespace: String
    /// What rules over other pods make of the pod.
    var podKind: Int32
}

/// Works out what pods ask, once a template.
///
/// Bounded: when more kinds are known than ``kindsMax``, all are forgotten and worked out again as they come.
final class AskBook {
    static let kindsMax = 1 << 16

    private var known: [AskKey: PodAsk] = [:]
    /// Asks that were worked out: an exact count of work.
    private(set) var made = 0
    /// Whether the label or annotation of a key may be read by somebody, by key.
    private var isRead: [String: Bool] = [:]
    private let domains: Set<String>
    private let hint: NearestName
    private let managed: Set<String>

    /// - Parameter hint: finds the annotation that a misspelt key was meant to be.
    init(catalog: VendorCatalog, hint: NearestName) {
        self.hint = hint
        managed = catalog.managedResources
        var names = Array(catalog.managedResources)
        for vendor in catalog.vendors {
            let keys = vendor.annotations
            names += keys.useUUID + keys.noUseUUID + keys.others
            names += [keys.toAllocate, keys.allocated, keys.useType, keys.noUseType]
        }
        names += [SchedulerAnnotations.nodePolicy, SchedulerAnnotations.numaBind, DeviceScoringWeights.annotation]
        domains = Set(names.compactMap { Self.domain(of: $0) })
    }

    /// What the pod asks, worked out by `make` the first time.
    ///
    /// - Parameters:
    ///   - namespaceDecides: whether pods of other namespaces may ask otherwise.
    ///   - podKind: the pod's kind to rules over other pods.
    func ask(
        _ entry: PlacementInput.SourcedPod, namespaceDecides: Bool, podKind: Int32,
        make: (PlacementInput.SourcedPod) -> PodAsk
    ) -> PodAsk {
        guard let template = entry.template, entry.pod.nodeName.isEmpty else {
            made += 1
            return make(entry)
        }
        let metadata = entry.pod.metadata
        let key = AskKey(
            template: template, texts: readTexts(metadata.labels) + readTexts(metadata.annotations),
            namespace: namespaceDecides ? metadata.namespace : "", podKind: podKind)
        if let ask = known[key] { return ask }
        made += 1
        let ask = make(entry)
        if known.count >= Self.kindsMax { known.removeAll() }
        known[key] = ask
        return ask
    }

    /// Pairs that may be read. Everything in a domain of the catalogue's names counts, and every key without a domain, so that a
    /// vendor may learn to read a further annotation without a word here; so does what looks like a slip of the pen.
    private func readTexts(_ map: [String: String]) -> [String] {
        if map.isEmpty { return [] }
        var texts: [String] = []
        for (key, value) in map where mayBeRead(key) { texts.append(contentsOf: [key, value]) }
        if texts.count <= 2 { return texts + ["/"] }
        let pairs = stride(from: 0, to: texts.count, by: 2).map { (texts[$0], texts[$0 + 1]) }.sorted { $0.0 < $1.0 }
        return pairs.flatMap { [$0.0, $0.1] } + ["/"]
    }

    private func mayBeRead(_ key: String) -> Bool {
        if let known = isRead[key] { return known }
        let domain = Self.domain(of: key)
        let answer =
            domain.map { domains.contains($0) } ?? true || managed.contains(key) || hint.suggestion(for: key) != nil
        if isRead.count >= 4096 { isRead.removeAll() }
        isRead[key] = answer
        return answer
    }

    private static func domain(of key: String) -> String? {
        key.utf8.firstIndex(of: UInt8(ascii: "/")).map { String(key[..<$0]) }
    }
}
