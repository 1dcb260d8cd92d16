import PackingBound
import TraceModel
import VendorCatalog

/// One resource of one vendor's devices in a trace, as a packing problem: like nodes are pools, shapes that ask the same are
/// classes, and what a pod is charged of the resource is its reward.
///
/// Labels, taints and selectors are left out, which only gives placements more freedom than they have.
package struct ResourcePacking: Sendable {
    /// What is counted.
    package enum Resource: String, Sendable, Hashable {
        case memory
        case cores
    }

    /// The vendor's common word.
    package let vendor: String
    package let resource: Resource
    /// The resource of all devices. - Units: MiB, or cores in the vendor's unit.
    package let total: Int64
    package let pools: [PackingProblem.Pool]
    /// Without counts.
    package let classes: [PackingProblem.PodClass]
    /// Place in ``classes`` by pod shape.
    package let classOfShape: [Int]

    /// What a pod of a shape is charged at most where it fits; 0 = it asks nothing or fits nowhere.
    package func asked(byShape shape: Int) -> Int64 { classes[classOfShape[shape]].options.map(\.reward).max() ?? 0 }

    /// Pods of each class among pods of given shapes.
    package func counts(ofShapes shapes: some Sequence<Int32>) -> [Int64] {
        var counts = Array(repeating: Int64(0), count: classes.count)
        for shape in shapes { counts[classOfShape[Int(shape)]] += 1 }
        return counts
    }

    /// Pods of each class, given pods of each shape.
    package func counts(byShape pods: [Int64]) -> [Int64] {
        var counts = Array(repeating: Int64(0), count: classes.count)
        for (shape, count) in pods.enumerated() { counts[classOfShape[shape]] += count }
        return counts
    }

    /// The problem of pods that have arrived; pods that are charged nothing stay out, since they may be refused.
    ///
    /// - Parameters:
    ///   - arrived: pods by class.
    ///   - required: pods that must be placed, by class; those that are charged nothing are not.
    package func problem(arrived: [Int64], required: [Int64]? = nil) -> PackingProblem {
        var problem = PackingProblem(pools: pools, classes: [])
        for (place, podClass) in classes.enumerated() where arrived[place] > 0 {
            guard podClass.options.contains(where: { $0.reward > 0 }) else { continue }
            var asked = podClass
            asked.count = arrived[place]
            asked.required = required?[place] ?? 0
            problem.classes.append(asked)
        }
        return problem
    }
}

extension ResourcePacking {
    /// Every resource of every vendor that a trace has.
    ///
    /// - Throws: ``TraceError`` when the catalogue lacks a vendor, or a trace in thousandths has other devices.
    package static func all(
        of trace: Trace, _ options: ReplayOptions, catalog: VendorCatalog
    ) throws(TraceError) -> [ResourcePacking] {
        switch trace.metadata.deviceModel {
        case .milli:
            try trace.checkThousandths(catalog: catalog)
            return [ResourcePacking(thousandthsOf: trace, workload: trace.pods.workload(catalog: catalog))]
        case .hami:
            return try vendors(
                of: trace, catalog: catalog, defaults: options.defaults, profile: options.profile)
        }
    }
}
