/// A device type of HAMi, asked by role.
///
/// ```
/// node ----> VendorRegister ----> devices                        VendorNames: what things are called
/// pod -----> VendorAdmission ---> VendorRequests ---> request    VendorTraces: made-up devices and asks
///            request + devices -> VendorFit, VendorScore ------> picks
///            picks -------------> VendorResidents, VendorAnnotations, VendorLocks
/// ```
///
/// One file implements one vendor; ``VendorRegistry`` is the only other place that knows it. Most roles have defaults:
/// HAMi's standard loop, no part in the score, no effects, no annotations beyond the usual.
/// - Source: hami-core.md 1.5, hami-vendors.md.
public protocol Vendor: VendorRegister, VendorAdmission, VendorRequests, VendorFit, VendorScore, VendorResidents,
    VendorAnnotations, VendorLocks, VendorTraces
{}
