import TraceModel

/// Simpler forms of a small trace, one after the other: each takes away something that the difference may not need.
///
/// A step is tried on all pods or nodes at once, and where that does not do, on each by itself.
struct TraceSimplification {
    /// A change to one pod, or to one node; nil = it has nothing of the kind.
    private enum Step {
        case pod(@Sendable (inout TracePod) -> Void)
        case node(@Sendable (inout TraceNode) -> Void)
    }

    private static let steps: [Step] = [
        .pod {
            $0.gang = nil
            $0.gangSize = 0
        },
        .pod {
            $0.arrivalMs = 0
            $0.durationMs = -1
        },
        .pod { $0.annotations = "" },
        .pod { $0.nodeSelector = "" },
        .pod { $0.namespace = "default" },
        .pod { $0.cpuMilli = 0 },
        .pod { $0.memoryMiB = 0 },
        .node { $0.labels = [:] },
        .node { $0.taints = [] },
        .node { if $0.groups.count > 1 { $0.groups.removeFirst() } },
        .node { if $0.groups.count > 1 { $0.groups.removeLast() } },
        .node { node in for group in node.groups.indices { node.groups[group].numaNodes = 1 } },
        .node { node in for group in node.groups.indices { node.groups[group].devices = 1 } },
        .node { node in for group in node.groups.indices { node.groups[group].devices = 2 } },
        .node { node in
            for group in node.groups.indices {
                node.groups[group].devices = (node.groups[group].devices + 1) / 2
            }
        },
    ]
    /// Pods and nodes beyond which single ones are not tried.
    private static let singleMax = 60

    private var trace: Trace
    private var step = 0
    /// -1 = all at once.
    private var target = -1
    private var wasKept = false

    init(_ trace: Trace) { self.trace = trace }

    /// Takes a candidate over as the trace to go on from.
    mutating func keep(_ candidate: Trace) {
        trace = candidate
        wasKept = true
    }

    /// The next trace that differs from the present one; nil at the end.
    mutating func next() -> Trace? {
        while step < Self.steps.count {
            let isDone = target == -1 ? false : target >= count
            if isDone || (wasKept && target == 0) || (target == 0 && count > Self.singleMax) {
                // Done with each, or all at once did, or there are too many.
                step += 1
                target = -1
                wasKept = false
                continue
            }
            let candidate = changed(target)
            wasKept = false
            target += 1
            if let candidate { return candidate }
        }
        return nil
    }

    private var count: Int {
        switch Self.steps[step] {
        case .pod: trace.pods.count
        case .node: trace.nodes.count
        }
    }

    /// The trace with the step applied to one or all; nil when that changes nothing.
    private func changed(_ target: Int) -> Trace? {
        var isChanged = false
        switch Self.steps[step] {
        case .pod(let change):
            let candidate = trace.changingPods { row, pod in
                if target >= 0 && row != target { return }
                let before = pod
                change(&pod)
                if pod != before { isChanged = true }
            }
            return isChanged ? candidate : nil
        case .node(let change):
            var candidate = trace
            for row in candidate.nodes.indices where target < 0 || row == target {
                var node = candidate.nodes[row]
                change(&node)
                // More devices are not simpler.
                let isSmaller = zip(node.groups, candidate.nodes[row].groups).allSatisfy { $0.devices <= $1.devices }
                if node != candidate.nodes[row] && (isSmaller || node.groups.count < candidate.nodes[row].groups.count)
                {
                    candidate.nodes[row] = node
                    isChanged = true
                }
            }
            return isChanged ? candidate : nil
        }
    }
}
