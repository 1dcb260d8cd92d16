import PlacementEngine
import PlacementModel
import VendorCatalog

extension RequestClass {
    /// What a pod of the class asks, for people: `2 NVIDIA (8,000 MiB, 30 cores), 4 CPU, 16 GiB`.
    public func askText(in cluster: Fleet) -> String {
        var parts: [String] = []
        for container in 0..<containerCount {
            for request in requests(of: container) {
                var one = request
                one.devices = 1
                let word = cluster.catalog[request.vendor].commonWord
                parts.append("\(request.devices) \(word) (\(AmountText.request(one)))")
            }
        }
        if resources.cpuMilli > 0 { parts.append("\(AmountText.cpu(resources.cpuMilli)) CPU") }
        if resources.memoryBytes > 0 { parts.append(AmountText.bytes(resources.memoryBytes)) }
        for (resource, amount) in extended {
            parts.append("\(NumberText.grouped(Int(amount))) \(cluster.table.resources[resource])")
        }
        for (key, value) in constraints.nodeSelector.sorted(by: { $0.key < $1.key }) { parts.append("\(key)=\(value)") }
        return parts.isEmpty ? "nothing" : parts.joined(separator: ", ")
    }
}
