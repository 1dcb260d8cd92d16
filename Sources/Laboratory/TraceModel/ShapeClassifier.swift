import PlacementEngine
import PlacementModel
import VendorCatalog

/// Gives every pod shape of a trace its request class, so that a pod costs one table look-up.
package struct ShapeClassifier {
    /// Class of each shape; -1 = the pods cannot be placed at all.
    package private(set) var classIDs: [Int32] = []
    /// The same as objects; nil = the pods cannot be placed at all.
    package private(set) var classes: [RequestClass?] = []
    /// Why the pods of a shape cannot be placed, by shape.
    package private(set) var problems: [Int32: String] = [:]

    /// Classes that were found elsewhere, by shape.
    package init(_ asks: [Result<RequestClass, ShapeProblem>]) {
        for (shape, ask) in asks.enumerated() {
            switch ask {
            case .success(let requestClass):
                classIDs.append(Int32(requestClass.id))
                classes.append(requestClass)
            case .failure(let problem):
                problems[Int32(shape)] = problem.text
                classIDs.append(RoundDriver.cannotBeAsked)
                classes.append(nil)
            }
        }
    }

    /// - Complexity: O(shapes x vendors)
    package init(_ trace: Trace, cluster: Fleet, defaults: SchedulingDefaults) {
        for shape in trace.pods.shapes {
            let pod = trace.pods.pod(of: shape)
            let requests = cluster.catalog.requests(of: pod, state: cluster.state)
            do {
                let key = try cluster.classKey(of: pod, requests: requests, defaults: defaults)
                let requestClass = cluster.requestClass(key)
                classIDs.append(Int32(requestClass.id))
                classes.append(requestClass)
            } catch {
                problems[Int32(classIDs.count)] = error.description
                classIDs.append(RoundDriver.cannotBeAsked)
                classes.append(nil)
            }
        }
    }
}

extension Trace {
    /// The request class of every pod on a cluster, -1 where it cannot be placed at all. - Complexity: linear in pods.
    public func podClasses(on cluster: Fleet, defaults: SchedulingDefaults = SchedulingDefaults()) -> [Int32] {
        let classifier = ShapeClassifier(self, cluster: cluster, defaults: defaults)
        return pods.shape.map { classifier.classIDs[Int($0)] }
    }
}

extension TracePods {
    /// A pod of a shape, without a name.
    package func pod(of shape: PodShape) -> Pod {
        var container = Container(name: "main")
        if shape.cpuMilli > 0 { container.requests["cpu"] = .milli(shape.cpuMilli) }
        if shape.memoryMiB > 0 { container.requests["memory"] = Quantity(integer: shape.memoryMiB << 20) }
        // The reader checked all texts.
        for (key, value) in (try? KeyValueList.parse(texts[shape.limits])) ?? [] {
            container.limits[key] = try? Quantity(parsing: value)
        }
        var pod = Pod(metadata: ObjectMeta(name: "", namespace: texts[shape.namespace]), containers: [container])
        for (key, value) in (try? KeyValueList.parse(texts[shape.annotations])) ?? [] {
            pod.metadata.annotations[key] = value
        }
        for (key, value) in (try? KeyValueList.parse(texts[shape.nodeSelector])) ?? [] { pod.nodeSelector[key] = value }
        return pod
    }
}
