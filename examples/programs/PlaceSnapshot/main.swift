// Places the waiting pods of Kubernetes manifests on the nodes of others, as `berth place` does.
//
//     PlaceSnapshot examples/fleet.yaml examples/pods/nvidia-share.yaml
import PlacementModel
import SchedulerSession
import VendorCatalog

let files = Array(CommandLine.arguments.dropFirst())
let input = try PlacementInput(nodeFiles: files, podFiles: [])
for problem in input.problems { print("note: \(problem)") }

let session = PlacementSession(
    input, catalog: try VendorCatalog(), options: PlacementOptions(now: WallClock(unixSeconds: 1_767_225_600)))
session.placeAll { report in
    switch report.verdict {
    case .placed(let placement):
        print("\(report.pod) -> \(placement.node): \(placement.devices.map(\.id).joined(separator: ", "))")
    default: print("\(report.pod): \(report.verdict)")
    }
}
