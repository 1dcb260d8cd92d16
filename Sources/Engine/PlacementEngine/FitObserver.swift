import PlacementModel
import VendorCatalog

/// Looks on while a node is tried; what it changes in the workspace it puts back.
package protocol FitObserver {
    /// Called when the devices of a request are in order, before its vendor chooses.
    mutating func willFit(
        _ request: DeviceRequest, _ vendor: any Vendor, _ rules: PodRules, _ policy: DevicePolicy,
        _ workspace: inout FitWorkspace)
}

/// Nobody looks on: what placement uses.
struct NoObserver: FitObserver {
    @inline(__always)
    mutating func willFit(
        _ request: DeviceRequest, _ vendor: any Vendor, _ rules: PodRules, _ policy: DevicePolicy,
        _ workspace: inout FitWorkspace
    ) {}
}
