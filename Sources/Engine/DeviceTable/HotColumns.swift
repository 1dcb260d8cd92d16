import PlacementModel

/// The columns and logs that every decision reads, as handles: an engine that holds them looks at the table without counting
/// references to it.
///
/// Valid as long as the table lives; the handles stay the same when columns grow.
public struct HotColumns: BitwiseCopyable {
    public let heads: Column<NodeHead>
    public let free: Column<NodeResources>
    public let used: Column<Int32>
    public let usedMemoryMiB: Column<Int32>
    public let usedCores: Column<Int32>
    public let slots: Column<Int32>
    public let totalMemoryMiB: Column<Int32>
    public let totalCores: Column<Int32>
    public let attributes: Column<UInt32>
    public let words: Column<UInt64>
    public let exactVendor: Column<Int16>
    public let vendor: Column<UInt8>
    public let facts: Column<DeviceFacts>
    public let changeLog: ChangeLog
    public let releaseLog: ChangeLog
    /// By vendor id.
    public let vendorLogs: UnsafeMutablePointer<ChangeLog>

    /// Rows of the node columns, removed nodes included.
    @inlinable public var nodeRowCount: Int { heads.count }
}

extension DeviceTable {
    public var hot: HotColumns {
        HotColumns(
            heads: heads, free: free, used: used, usedMemoryMiB: usedMemoryMiB, usedCores: usedCores, slots: slots,
            totalMemoryMiB: totalMemoryMiB, totalCores: totalCores, attributes: attributes, words: words,
            exactVendor: exactVendor, vendor: vendor, facts: facts, changeLog: changeLog, releaseLog: releaseLog,
            vendorLogs: vendorLogs)
    }
}
