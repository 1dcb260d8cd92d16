import DeviceTable
import PlacementModel

/// What containers ask of the type, and what the annotations of their pod rule.
///
/// - Source: hami-core.md 3.1
public protocol VendorRequests: VendorNames {
    /// What a container asks of this vendor (`devices` <= 0 or nil = nothing). `vendor` is filled by the catalogue.
    func request(of container: Container, state: ProcessState) -> DeviceRequest?
    /// Reads the pod's annotations once per request class.
    func podRules(of pod: Pod, symbols: inout SymbolTable) -> PodRules
}

extension VendorRequests {
    public func podRules(of pod: Pod, symbols: inout SymbolTable) -> PodRules {
        var rules = PodRules()
        rules.uuidFilters = uuidFilters(of: pod, symbols: &symbols)
        return rules
    }

    func uuidFilters(of pod: Pod, symbols: inout SymbolTable) -> [UUIDFilter] {
        var filters: [UUIDFilter] = []
        for (use, noUse) in zip(annotations.useUUID, annotations.noUseUUID) {
            if let filter = UUIDFilter(pod: pod, useKey: use, noUseKey: noUse, symbols: &symbols) {
                filters.append(filter)
            }
        }
        return filters
    }
}
