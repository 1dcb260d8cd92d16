import BulkJSON
import PlacementModel

/// Where a document comes from.
struct DocumentPlace {
    var source: String
    /// Number of the document in its source, from 1.
    var document: Int
    /// Line in the source on which the document's first line stands, from 1.
    var firstLine: Int
    /// Whether ``firstLine`` tells the reader of a problem more than the source alone does.
    var namesLine: Bool
}

/// Sorts decoded objects into nodes, pods, quotas and the rest, in reading order; sees to it that names are unique.
struct ObjectCollector {
    var input = DecodedInput()
    /// The documents themselves, in place of what they hold; nil = they are decoded.
    var documents: [JSON]?
    let decoder: ObjectDecoder
    private var nodeNames: Set<String> = []
    private var podNames: Set<PodName> = []
    private var quotaNames: Set<String> = []
    /// Kind and name.
    private var clusterNames: Set<String> = []
    /// The objects of one document, kept for its memory.
    private var objects: [DecodedObject] = []
    /// Of the whole input, however it is decoded.
    private let room = WorkloadRoom()
    /// Pods to come of a workload that found no room.
    private var podsLeftOut = 0

    init(keepsManifests: Bool) {
        decoder = ObjectDecoder(keepsManifests: keepsManifests)
    }

    /// Takes one document: an object, a list object, or an array of objects. Null documents are nothing.
    mutating func collect(_ value: some DocumentValue, at place: DocumentPlace) {
        decoder.room.reset()
        if documents != nil {
            do throws(FieldProblem) { documents?.append(try value.ownedTree()) } catch {
                input.problems.append(
                    InputProblem(
                        source: place.source, line: error.line.map { $0 + place.firstLine - 1 },
                        object: "document \(place.document)", field: error.field, message: error.message))
            }
            return
        }
        decoder.decode(value, assumedKind: nil, position: [], into: &objects)
        for object in objects { collect(object, at: place) }
        objects.removeAll(keepingCapacity: true)
    }

    /// Takes the next object of the document at `place`.
    mutating func collect(_ object: DecodedObject, at place: DocumentPlace) {
        if podsLeftOut > 0 {
            podsLeftOut -= 1
            return
        }
        let index = input.objectCount
        input.objectCount += 1
        switch object.content {
        case .node(let node):
            guard nodeNames.insert(node.name).inserted else {
                return report(.duplicate("node"), named: "Node " + node.name, object, at: place)
            }
            guard input.nodes.count < InputLimits.nodes else {
                let problem = FieldProblem("is one more than the \(InputLimits.nodes) nodes of a fleet")
                return report(problem, named: "Node " + node.name, object, at: place)
            }
            input.nodes.append(node)
            input.nodeObjectIndices.append(index)
        case .pod(let pod, let template, let manifest):
            let name = PodName(namespace: pod.metadata.namespace, name: pod.metadata.name)
            guard podNames.insert(name).inserted else {
                return report(.duplicate("pod"), named: "Pod " + pod.fullName, object, at: place)
            }
            guard input.pods.count < InputLimits.tracePods else {
                let problem = FieldProblem("is one more than the \(InputLimits.tracePods) pods that can be read")
                return report(problem, named: "Pod " + pod.fullName, object, at: place)
            }
            input.pods.append(DecodedPod(pod: pod, template: template, objectIndex: index, manifest: manifest))
        case .quota(let quota):
            let name = quota.metadata.namespace + "/" + quota.metadata.name
            guard quotaNames.insert(name).inserted else {
                return report(.duplicate("resource quota"), named: "ResourceQuota " + name, object, at: place)
            }
            input.quotas.append(quota)
        case .cluster(let found):
            guard clusterNames.insert(found.name).inserted else {
                return report(.duplicate(found.kind), named: found.name, object, at: place)
            }
            input.cluster.append(found)
        case .list:
            input.objectCount = index
            input.listCount += 1
        case .answer(let text): input.answers.append(text)
        case .workload(let name, let pods):
            input.objectCount = index
            guard room.take(pods) else {
                podsLeftOut = pods
                return report(WorkloadRoom.problem(line: nil), named: name, object, at: place)
            }
            input.expanded.append((name, pods))
        case .ignored(let kind): input.ignoredKinds[kind, default: 0] += 1
        case .problem(let problem): report(problem, named: object.name, object, at: place)
        case .brokenList(let problem):
            input.objectCount = index
            report(problem, named: nil, object, at: place)
        }
    }

    private mutating func report(
        _ problem: FieldProblem, named name: String?, _ object: DecodedObject, at place: DocumentPlace
    ) {
        let line = problem.line ?? object.line
        let position = object.position.map { ", item \($0 + 1)" }.joined()
        input.problems.append(
            InputProblem(
                source: place.source,
                line: line.map { $0 + place.firstLine - 1 } ?? (place.namesLine ? place.firstLine : nil),
                object: name ?? "document \(place.document)" + position,
                field: problem.field, message: problem.message))
    }
}

/// A pod's full name; its texts are the pod's own.
private struct PodName: Hashable {
    var namespace: String
    var name: String
}

extension FieldProblem {
    fileprivate static func duplicate(_ noun: String) -> FieldProblem {
        FieldProblem("a \(noun) of this name was read before; the first one is kept")
            .inside(.field("name"), line: nil).inside(.field("metadata"), line: nil)
    }
}
