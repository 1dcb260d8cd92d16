public import BulkJSON
public import PlacementModel

/// A pod as read from the input.
public struct DecodedPod: Sendable {
    public var pod: Pod
    /// What the pod has in common with others; nil when it was not read together with them.
    public var template: PodTemplate?
    /// Place among all objects read, from 0, whatever their kind; ascends in reading order.
    public var objectIndex: Int
    /// The whole manifest, if the reader was asked to keep manifests.
    public var manifest: JSON?

    public init(pod: Pod, template: PodTemplate? = nil, objectIndex: Int, manifest: JSON? = nil) {
        self.pod = pod
        self.template = template
        self.objectIndex = objectIndex
        self.manifest = manifest
    }
}

/// Everything a reader made of its sources, in reading order.
public struct DecodedInput: Sendable {
    public var nodes: [Node] = []
    /// For each of ``nodes``, its place among all objects read, from 0.
    public var nodeObjectIndices: [Int] = []
    public var pods: [DecodedPod] = []
    public var quotas: [ResourceQuota] = []
    /// Namespaces, volumes, claims, classes and the like.
    public var cluster = ClusterObjects()
    /// One problem for each object or piece of text that could not be used.
    public var problems: [InputProblem] = []
    /// Objects of kinds placement has no use for, by kind (`apps/v1 Deployment`).
    public var ignoredKinds: [String: Int] = [:]
    /// Objects met, usable or not.
    public var objectCount = 0
    /// Lists met, empty ones too: whoever gives one says that there is nothing more.
    public var listCount = 0
    /// What the API server answered in place of objects (`Status`), in reading order.
    public var answers: [String] = []
    /// Pods made from the templates of workloads, by workload (`Job default/train`), in reading order.
    public var expanded: [(workload: String, pods: Int)] = []

    public init() {}
}
