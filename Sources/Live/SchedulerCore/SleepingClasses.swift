import PlacementEngine

/// Refused pods by request class: a wake looks at classes, not at pods.
struct SleepingClasses {
    struct Sleeper {
        var requestClass: RequestClass
        var pods: OrderedPods
    }

    /// By class id; found by hash, walked by ``ids``.
    private var sleepers: [Int: Sleeper] = [:]
    /// Ascending.
    private var ids: [Int] = []
    /// The class a pod sleeps in, by pod.
    private var classOfPod: [ObjectIdentifier: Int] = [:]

    var isEmpty: Bool { ids.isEmpty }

    func holds(_ classID: Int) -> Bool { sleepers[classID] != nil }

    mutating func insert(_ entry: PodEntry, _ requestClass: RequestClass) {
        let id = requestClass.id
        if sleepers[id] == nil {
            sleepers[id] = Sleeper(requestClass: requestClass, pods: OrderedPods())
            ids.insert(id, at: ids.firstIndex { $0 > id } ?? ids.count)
        }
        sleepers[id]?.pods.insert(entry)
        classOfPod[ObjectIdentifier(entry)] = id
    }

    mutating func remove(_ entry: PodEntry) {
        guard let id = classOfPod.removeValue(forKey: ObjectIdentifier(entry)) else { return }
        sleepers[id]?.pods.remove(entry)
        if sleepers[id]?.pods.isEmpty == true { drop(id) }
    }

    private mutating func drop(_ id: Int) {
        sleepers[id] = nil
        ids.removeAll { $0 == id }
    }

    /// The pods of all classes that `wakes`, class by class; they stay until each is removed.
    func pods(where wakes: (Sleeper) -> Bool) -> [PodEntry] {
        ids.flatMap { id -> [PodEntry] in
            guard let sleeper = sleepers[id], wakes(sleeper) else { return [] }
            return sleeper.pods.pods
        }
    }
}
