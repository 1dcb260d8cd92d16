public import PlacementModel

/// What pods made from one template have in common: their `spec`, apart from the node they were given.
///
/// A cluster has many pods of few templates. A reader makes one object for each and hands it out with every pod, so that
/// what follows from a spec (admission, requests, the request class) is worked out once. Two templates are equal when
/// the text that was read of their specs is equal, whichever reader made them.
public final class PodTemplate: Sendable, Hashable {
    /// The spec as the API server stores it; the metadata are blank.
    public let pod: Pod
    let hash: UInt64
    let text: [UInt8]

    init(pod: Pod, hash: UInt64, text: [UInt8]) {
        self.pod = pod
        self.hash = hash
        self.text = text
    }

    /// The template of pods whose spec something has changed in the same way; `mark` tells it from this one.
    public func changed(by mark: String, _ body: (inout Pod) -> Void) -> PodTemplate {
        var changed = pod
        body(&changed)
        return PodTemplate(pod: changed, hash: hash, text: text + [0] + Array(mark.utf8))
    }

    public static func == (left: PodTemplate, right: PodTemplate) -> Bool {
        left === right || left.hash == right.hash && left.text == right.text
    }

    public func hash(into hasher: inout Hasher) { hasher.combine(hash) }
}

/// The templates and label maps that one reader has met lately, found by a digest and confirmed by their text.
///
/// Bounded: when the texts kept exceed a limit all are forgotten, and met again. One thread at a time.
final class TemplateShelf {
    /// Bytes of text kept of specs, and of maps.
    private static let textBytesMax = 16 << 20
    /// Longer maps are hardly the same twice.
    private static let longestMap = 2048

    private var digest = TextDigest()
    private var templates: [UInt64: PodTemplate] = [:]
    private var templateBytes = 0
    private var maps: [UInt64: (text: [UInt8], map: [String: String])] = [:]
    private var mapBytes = 0

    /// The template of a spec; nil when the spec cannot be read.
    func template(of spec: some DocumentValue) -> PodTemplate? {
        guard spec.documentKind == .object else { return nil }
        digest.removeAll()
        digest.appendSpec(spec)
        let hash = digest.hash
        if let known = templates[hash], known.text == digest.bytes { return known }
        var pod = Pod(metadata: ObjectMeta(name: ""))
        guard (try? PodDecoder.decodeSpec(spec, into: &pod)) != nil else { return nil }
        pod.nodeName = ""
        let made = PodTemplate(pod: pod.stored, hash: hash, text: digest.bytes)
        templateBytes += made.text.count
        if templateBytes > Self.textBytesMax {
            templates.removeAll()
            templateBytes = made.text.count
        }
        templates[hash] = made
        return made
    }

    /// Labels or annotations, shared by the objects that have the same.
    func map(_ value: some DocumentValue, _ pool: TextPool?) throws(FieldProblem) -> [String: String] {
        digest.removeAll()
        digest.append(value)
        let hash = digest.hash
        if let known = maps[hash], known.text == digest.bytes { return known.map }
        let made = try value.readStringMap(pool)
        if digest.bytes.count > Self.longestMap { return made }
        mapBytes += digest.bytes.count
        if mapBytes > Self.textBytesMax {
            maps.removeAll()
            mapBytes = digest.bytes.count
        }
        maps[hash] = (digest.bytes, made)
        return made
    }
}

extension TextDigest {
    /// Fields of a spec that no decoder reads, or that differ from pod to pod of one template: left out of the text.
    ///
    /// Every other field is taken in whether it is read or not, so that a decoder which learns to read it needs no change here.
    private static func isPassedOver(_ key: MemberKey) -> Bool {
        switch key {
        case "nodeName", "hostname", "subdomain", "serviceAccount", "serviceAccountName",
            "imagePullSecrets", "terminationGracePeriodSeconds", "dnsPolicy", "enableServiceLinks":
            true
        default: false
        }
    }

    /// The same in a container.
    private static func isPassedOverInContainer(_ key: MemberKey) -> Bool {
        switch key {
        case "volumeMounts", "volumeDevices", "command", "args", "image", "imagePullPolicy", "livenessProbe",
            "readinessProbe", "startupProbe", "lifecycle", "terminationMessagePath", "terminationMessagePolicy",
            "workingDir":
            true
        default: false
        }
    }

    mutating func appendSpec(_ spec: some DocumentValue) {
        try? spec.visitMembers { (key, value) throws(FieldProblem) in
            if Self.isPassedOver(key) { return }
            append(key.bytes)
            switch key {
            case "containers", "initContainers": appendContainers(value)
            case "volumes": appendBoundVolumes(value)
            default: append(value)
            }
        }
    }

    /// Of volumes the kinds that bind a pod to nodes; names of the others differ from pod to pod.
    private mutating func appendBoundVolumes(_ list: some DocumentValue) {
        guard list.documentKind == .array else { return append(list) }
        append("[")
        try? list.visitElements { (index, volume) throws(FieldProblem) in
            guard volume.documentKind == .object else { return append(volume) }
            var binds = false
            try? volume.visitMembers { (key, _) throws(FieldProblem) in
                if PodDecoder.bindsToNodes(key) { binds = true }
            }
            if !binds { return }
            var place = String(index)
            place.withUTF8 { append($0) }
            append(volume)
        }
        append("]")
    }

    private mutating func appendContainers(_ list: some DocumentValue) {
        guard list.documentKind == .array else { return append(list) }
        append("[")
        try? list.visitElements { (_, container) throws(FieldProblem) in
            guard container.documentKind == .object else { return append(container) }
            append("{")
            try? container.visitMembers { (key, value) throws(FieldProblem) in
                if Self.isPassedOverInContainer(key) { return }
                append(key.bytes)
                switch key {
                case "env": appendVariables(value)
                default: append(value)
                }
            }
            append("}")
        }
        append("]")
    }

    /// Of variables the names alone: their values differ from pod to pod and decide nothing.
    private mutating func appendVariables(_ list: some DocumentValue) {
        guard list.documentKind == .array else { return append(list) }
        append("[")
        try? list.visitElements { (_, variable) throws(FieldProblem) in
            guard variable.documentKind == .object else { return append(variable) }
            append("{")
            try? variable.visitMembers { (key, value) throws(FieldProblem) in
                if "name" ~= key { append(value) }
            }
            append("}")
        }
        append("]")
    }
}
