/// A pod of a trace as one value, for programs that cut and change traces; ``TracePods`` holds them as columns.
///
/// - Units: milliseconds, CPU milli, memory MiB.
public struct TracePod: Sendable, Hashable {
    public var name: String
    public var namespace: String
    public var arrivalMs: Int64
    /// -1 = stays.
    public var durationMs: Int64
    public var cpuMilli: Int64
    public var memoryMiB: Int64
    /// ``KeyValueList`` texts.
    public var limits: String
    public var annotations: String
    public var nodeSelector: String
    public var gang: String?
    public var gangSize: Int32
    /// Row of the node that holds the pod from the start, -1 = the pod is queued.
    public var placedOn: Int32
}

extension TracePods {
    /// One row as a value. - Precondition: the row exists.
    public subscript(row: Int) -> TracePod {
        let shape = shapes[Int(shape[row])]
        return TracePod(
            name: name(row), namespace: texts[shape.namespace], arrivalMs: arrivalMs[row], durationMs: durationMs[row],
            cpuMilli: shape.cpuMilli, memoryMiB: shape.memoryMiB, limits: texts[shape.limits],
            annotations: texts[shape.annotations], nodeSelector: texts[shape.nodeSelector],
            gang: gang[row] < 0 ? nil : texts[gang[row]], gangSize: gangSize[row], placedOn: placedOn[row])
    }

    /// Adds a pod as a value.
    ///
    /// - Returns: false, changing nothing but known texts, when the name is taken.
    @discardableResult
    public mutating func append(_ pod: TracePod) -> Bool {
        let shape = PodShape(
            namespace: texts.intern(pod.namespace), cpuMilli: pod.cpuMilli, memoryMiB: pod.memoryMiB,
            limits: texts.intern(pod.limits), annotations: texts.intern(pod.annotations),
            nodeSelector: texts.intern(pod.nodeSelector))
        let gang = pod.gang.map { texts.intern($0) } ?? -1
        var name = pod.name
        return name.withUTF8 { utf8 in
            append(
                name: utf8, arrivalMs: pod.arrivalMs, durationMs: pod.durationMs, shape: shape, gang: gang,
                gangSize: pod.gangSize, placedOn: pod.placedOn)
        }
    }
}

extension Trace {
    /// The trace with some of its pods and nodes, in the order given.
    ///
    /// - Parameters:
    ///   - podRows: rows of pods to keep; pods that run on a node that goes, go with it.
    ///   - nodeRows: rows of nodes to keep.
    /// - Complexity: linear in what is kept, and in the nodes.
    public func keeping(pods podRows: some Sequence<Int>, nodes nodeRows: some Sequence<Int>) -> Trace {
        var kept = Trace(metadata: metadata)
        kept.targetPods = targetPods
        var newRows = Array(repeating: Int32(-1), count: nodes.count)
        for row in nodeRows {
            newRows[row] = Int32(kept.nodes.count)
            kept.nodes.append(nodes[row])
        }
        for row in podRows {
            var pod = pods[row]
            if pod.placedOn >= 0 {
                if newRows[Int(pod.placedOn)] < 0 { continue }
                pod.placedOn = newRows[Int(pod.placedOn)]
            }
            kept.pods.append(pod)
        }
        return kept
    }

    /// The trace with every pod changed; names must stay distinct. - Complexity: linear in pods.
    public func changingPods(_ change: (_ row: Int, inout TracePod) -> Void) -> Trace {
        var changed = self
        changed.pods = TracePods()
        for row in 0..<pods.count {
            var pod = pods[row]
            change(row, &pod)
            changed.pods.append(pod)
        }
        return changed
    }
}

extension TracePods {
    /// Adds a pod, its name as text.
    package mutating func append(
        name: String, arrivalMs: Int64 = 0, durationMs: Int64 = -1, shape: PodShape, gang: Int32 = -1,
        gangSize: Int32 = 0, placedOn: Int32 = -1
    ) -> Bool {
        var name = name
        return name.withUTF8 { bytes in
            append(
                name: bytes, arrivalMs: arrivalMs, durationMs: durationMs, shape: shape, gang: gang,
                gangSize: gangSize, placedOn: placedOn)
        }
    }
}
