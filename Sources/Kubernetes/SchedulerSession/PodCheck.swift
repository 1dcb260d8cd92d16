import PlacementModel

/// What the Kubernetes API server refuses in a pod and placement would otherwise compute with.
enum PodCheck {
    /// The first field that makes the pod impossible, with what is wrong; nil if there is none.
    static func problem(of pod: Pod) -> (field: String, message: String)? {
        if pod.containers.isEmpty { return ("spec.containers", "pod has no containers") }
        for (list, containers) in [("initContainers", pod.initContainers), ("containers", pod.containers)] {
            for (place, container) in containers.enumerated() {
                for (section, amounts) in [("limits", container.limits), ("requests", container.requests)] {
                    let field = "spec.\(list)[\(place)].resources.\(section)"
                    if let problem = problem(in: amounts, field: field) { return problem }
                }
            }
        }
        return problem(in: pod.overhead, field: "spec.overhead")
    }

    private static func problem(in amounts: [String: Quantity], field: String) -> (field: String, message: String)? {
        for (name, quantity) in amounts.sorted(by: { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }) {
            let place = field + "[" + name.debugDescription + "]"
            if quantity.sign < 0 { return (place, "\(quantity) is negative") }
            // Extended resources, devices among them, are counted in whole units.
            let isNative = !name.contains("/") || name.hasPrefix("kubernetes.io/") || name.contains(".kubernetes.io/")
            if !isNative && quantity.milliRoundedUp % 1000 != 0 { return (place, "\(quantity) is no whole number") }
        }
        return nil
    }
}
