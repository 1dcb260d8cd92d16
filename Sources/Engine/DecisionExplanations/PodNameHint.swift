import PlacementModel

/// What is said of a pod that cannot be explained under the name given.
public enum PodNameHint {
    /// - Parameters:
    ///   - waiting: `namespace/name` of the pods that are decided.
    ///   - home: the node of a running pod by `namespace/name`, nil for others.
    ///   - running: `namespace/name` of the pods that run.
    /// - Complexity: O(pods)
    public static func message(
        for name: String, waiting: [String], running: [String], home: (String) -> String?
    ) -> String {
        func short(_ full: String) -> String { full.split(separator: "/", maxSplits: 1).last.map(String.init) ?? full }
        let (wanted, hasNamespace) = (short(name), name.contains("/"))
        if let pod = running.first(where: { $0 == name || !hasNamespace && short($0) == name }) {
            let node = home(pod).map { " on \($0)" } ?? ""
            return "\(pod) runs\(node) already; only pods that wait are explained"
        }
        let elsewhere = waiting.filter { hasNamespace && short($0) == wanted }
        if !elsewhere.isEmpty {
            let namespace = name.dropLast(wanted.count + 1)
            return "no pod \(wanted) waits in namespace \(namespace); did you mean \(list(elsewhere))?"
        }
        let known = NearestName(hasNamespace ? waiting : waiting.map(short))
        if let meant = known.suggestion(for: name) {
            let pods = waiting.filter { $0 == meant || !hasNamespace && short($0) == meant }
            return "no waiting pod is named \(name); did you mean \(list(pods))?"
        }
        let some = waiting.isEmpty ? "none waits" : "those that wait are \(list(waiting))"
        return "no waiting pod is named \(name); \(some)"
    }

    private static func list(_ names: [String]) -> String {
        names.prefix(5).joined(separator: ", ") + (names.count > 5 ? " and \(names.count - 5) more" : "")
    }
}
