import VendorCatalog

// Vendors and pod rules for trials, lent instead of copied.
//
// A value with references inside that is reached through a pointer is copied for every call, its references counted one by
// one; a constant of an object is lent as it lies. Trials run millions of times, so both live in objects.

/// A vendor at a stable place.
final class HeldVendor {
    let vendor: any Vendor

    init(_ vendor: any Vendor) { self.vendor = vendor }
}

/// A request class's rules for one vendor at a stable place.
final class HeldRules {
    let rules: PodRules

    init(_ rules: PodRules) { self.rules = rules }
}

/// Calls `body` with a vendor and rules, counting no references.
///
/// - Precondition: somebody keeps both alive meanwhile.
@inline(__always)
func lending<Result>(
    _ vendor: Unmanaged<HeldVendor>, _ rules: Unmanaged<HeldRules>, _ body: (HeldVendor, HeldRules) -> Result
) -> Result {
    vendor._withUnsafeGuaranteedRef { vendor in
        rules._withUnsafeGuaranteedRef { body(vendor, $0) }
    }
}
