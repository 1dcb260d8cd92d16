import DeviceTable
import PlacementModel

// "No" is as fast as "yes": a class that no node takes is not looked for again before something changes for it.
extension SearchLane {
    func staysRefused(_ classID: Int32) -> Bool {
        guard knowsClasses, let plan = plan(known: Int(classID)) else { return false }
        if plan.pointee.namespace >= 0 {
            switch quotaAnswer(plan) {
            case .never: return true
            case .always: return plan.pointee.requestClass.twin.map { staysRefused(Int32($0.id)) } ?? false
            case .depends: break
            }
        }
        return plan.pointee.search != .tree && isStillRefused(plan)
    }

    /// Whether the whole class was refused and still is.
    ///
    /// A refusal ends with a release anywhere (any change, for classes whose refusals do not last), provided that a node
    /// with devices of the class's vendor changed too; with another quota; or when rules over other pods may answer otherwise.
    @inline(__always)
    func isStillRefused(_ plan: UnsafeMutablePointer<ClassPlan>) -> Bool {
        guard plan.pointee.refusedAtQuota == cluster.quotas.version(of: plan.pointee.namespace) else { return false }
        if plan.pointee.podKind >= 0 && plan.pointee.refusedAtRules != cluster.podRules?.version { return false }
        if plan.pointee.refusedAtRelease == releasePosition(plan) { return true }
        return plan.pointee.asksOneVendor
            && plan.pointee.refusedAtVendorChange == hot.vendorLogs[Int(plan.pointee.vendor)].end
    }

    @inline(__always)
    func noteRefusal(_ plan: UnsafeMutablePointer<ClassPlan>) {
        plan.pointee.refusedAtRelease = releasePosition(plan)
        plan.pointee.refusedAtVendorChange = hot.vendorLogs[Int(plan.pointee.vendor)].end
        plan.pointee.refusedAtQuota = cluster.quotas.version(of: plan.pointee.namespace)
        if plan.pointee.podKind >= 0 { plan.pointee.refusedAtRules = cluster.podRules?.version ?? -1 }
    }

    @inline(__always)
    private func releasePosition(_ plan: UnsafeMutablePointer<ClassPlan>) -> Int {
        plan.pointee.releases.end
    }
}
