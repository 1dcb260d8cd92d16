import PlacementModel

// Asking one device alone, to tell which devices of a node a request could have.
extension FitWorkspace {
    /// The devices that the present request may look at, in the order in which vendors try them.
    public var bucketInTryingOrder: [Int32] { (0..<bucketCount).reversed().map { bucket[$0] } }

    /// Runs `fit` as if the node had one device; the bucket is to be filled again afterwards.
    ///
    /// - Returns: nil when the device passes; else what it was refused for. Nothing stays picked, no reason counted.
    public mutating func refusalAlone(
        of device: Int32, _ request: DeviceRequest, _ vendor: any Vendor, _ rules: PodRules, _ policy: DevicePolicy
    ) -> RejectionReason? {
        var one = request
        one.devices = 1
        guard let reason = refusal(of: device, one, vendor, rules, policy) else { return nil }
        // Some vendors know no request for one device; then the device alone falls short of the whole request.
        return request.devices == 1 ? reason : refusal(of: device, request, vendor, rules, policy)
    }

    private mutating func refusal(
        of device: Int32, _ request: DeviceRequest, _ vendor: any Vendor, _ rules: PodRules, _ policy: DevicePolicy
    ) -> RejectionReason? {
        bucket[0] = device
        bucketCount = 1
        beginFit()
        let fits = vendor.fit(request, rules, policy, &self)
        keepPicks(0)
        defer { clearReasons() }
        if fits || reasons[Int(RejectionReason.allocatedCardsInsufficientRequest.rawValue)] > 0 { return nil }
        return RejectionReason.allCases.first { reasons[Int($0.rawValue)] > 0 }
    }
}
