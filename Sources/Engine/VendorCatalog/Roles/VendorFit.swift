import DeviceTable
import PlacementModel

/// Which devices of a node a request gets. Runs for every pod and node, so nothing here may allocate.
///
/// - Source: hami-core.md 4.5 and 7.2, hami-vendors.md 2 and 3
public protocol VendorFit: Sendable {
    /// Chooses devices from the workspace's bucket, appending picks; on refusal counts reasons.
    func fit(_ request: DeviceRequest, _ rules: PodRules, _ policy: DevicePolicy, _ workspace: inout FitWorkspace)
        -> Bool
    /// Charges a pick within the running decision. - Returns: false when the device cannot take it after all.
    func addUsage(_ pick: inout Pick, on device: Int, _ rules: PodRules, _ workspace: inout FitWorkspace) -> Bool
    /// The standard loop this vendor's Fit equals for plain requests on plain nodes; nil = always ask ``fit``.
    var standardFit: StandardFit? { get }
    /// The same for one request alone, where Fit equals the loop for some requests only.
    func standardFit(for request: DeviceRequest, _ rules: PodRules) -> StandardFit?
    /// The standard loop for a request whose Fit runs it over all devices and then keeps those of the largest groups, on nodes
    /// where ``choosesByGroup(_:_:)``; nil = none.
    func groupedFit(for request: DeviceRequest, _ rules: PodRules) -> StandardFit?
    /// Whether Fit keeps the largest groups by `facts.group` on the workspace's node, and drops devices of other vendors where
    /// more pass than are asked.
    func choosesByGroup(_ request: DeviceRequest, _ workspace: borrowing FitWorkspace) -> Bool
    /// A necessary condition on devices for a request, for indexes; never stricter than ``fit``.
    func demand(of request: DeviceRequest, _ rules: PodRules) -> DeviceDemand
    /// Whether ``fit`` refuses devices without a free slot.
    var checksSlots: Bool { get }
    /// False when a placement can make a request fit that did not fit before.
    var refusalsLast: Bool { get }
    /// Whether the cores charged for devices are amounts that add up; false where they are bits.
    var coresAreAmounts: Bool { get }
    /// Whether nodes fall into few states, so that trying a state once beats looking at nodes.
    var prefersStates: Bool { get }
    /// Whether a container may ask for more devices than the bucket holds, because one can serve several times.
    func allowsRepeatedDevices(_ rules: PodRules, _ workspace: borrowing FitWorkspace) -> Bool
}

extension VendorFit {
    public func addUsage(_ pick: inout Pick, on device: Int, _ rules: PodRules, _ workspace: inout FitWorkspace) -> Bool
    {
        workspace.addStandardUsage(pick, on: device)
        return true
    }

    public var standardFit: StandardFit? { nil }
    public func standardFit(for request: DeviceRequest, _ rules: PodRules) -> StandardFit? { standardFit }
    public func groupedFit(for request: DeviceRequest, _ rules: PodRules) -> StandardFit? { nil }
    public func choosesByGroup(_ request: DeviceRequest, _ workspace: borrowing FitWorkspace) -> Bool { false }
    public func demand(of request: DeviceRequest, _ rules: PodRules) -> DeviceDemand {
        guard let rule = standardFit else { return DeviceDemand(devices: request.devices) }
        if rule.requiresIdle { return DeviceDemand(devices: request.devices, cores: .idle) }
        return rule.checksCapacity
            ? .capacity(request, clampsCores: rule.clampsCores) : DeviceDemand(devices: request.devices)
    }

    public var checksSlots: Bool { standardFit?.checksSlots ?? true }
    public var refusalsLast: Bool { true }
    public var coresAreAmounts: Bool { true }
    public var prefersStates: Bool { !refusalsLast }
    public func allowsRepeatedDevices(_ rules: PodRules, _ workspace: borrowing FitWorkspace) -> Bool { false }
}
