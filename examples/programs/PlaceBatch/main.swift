// Places a batch of pods on a fleet from another Swift program: four nodes with eight shared cards each, 400 pods.
import DeviceTable
import PlacementEngine
import PlacementModel
import VendorCatalog

let now = WallClock(unixSeconds: 1_767_225_600)
let catalog = try VendorCatalog()
let fleet = Fleet(catalog: catalog)
guard let vendor = catalog.id(ofWord: "NVIDIA") else { fatalError("the catalogue has this vendor") }

for node in ["node-a", "node-b", "node-c", "node-d"] {
    fleet.apply(.nodeAdded(Node(metadata: ObjectMeta(name: node))), at: now)
    let cards = (0..<8).map { place in
        DeviceRecord(
            id: "\(node)-\(place)", index: UInt64(place), slots: 10, memoryMiB: 81_920, cores: 100,
            type: "NVIDIA-A100", vendorWord: "NVIDIA")
    }
    fleet.apply(.devicesRegistered(node: node, records: cards.map { (vendor, $0) }, cordoned: []), at: now)
}

// Pods that ask the same thing are one request class, worked out once.
var container = Container(name: "main")
container.limits = [
    "nvidia.com/gpu": Quantity(integer: 1), "nvidia.com/gpumem": Quantity(integer: 20_000),
]
let pod = Pod(metadata: ObjectMeta(name: "inference"), containers: [container])
let requests = catalog.requests(of: pod, state: fleet.state)
let requestClass = fleet.requestClass(
    try fleet.classKey(of: pod, requests: requests, defaults: SchedulingDefaults()))

let driver = RoundDriver(IndexedEngine(cluster: fleet))
let outcomes = driver.place(Array(repeating: Int32(requestClass.id), count: 400))

for (number, outcome) in outcomes.enumerated() where outcome.isPlaced && number % 16 == 0 {
    let node = fleet.table.nodes[Int(outcome.node)].name
    let devices = driver.result.devices(of: outcome).map { "card \($0.device) \($0.memoryMiB) MiB" }
    print("pod \(number) -> \(node): \(devices.joined(separator: ", "))")
}
print("\(outcomes.count { $0.isPlaced }) of \(outcomes.count) placed")
