import VendorCatalog

extension Vendor {
    /// Limits that ask for thousandths of devices; nothing for none.
    package func milliLimits(devices: Int64, milli: Int64) -> String {
        if devices <= 0 { return "" }
        return KeyValueList.text([
            (key: resources.count, value: String(devices)), (key: resources.cores, value: String(milli)),
        ])
    }
}
