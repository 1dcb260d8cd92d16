import Foundation
import VendorCatalog

extension WallClock {
    /// The system's clock and time zone.
    static func system(redaction: String? = nil) -> WallClock {
        WallClock(
            unixSeconds: Int64(Date().timeIntervalSince1970),
            offsetSeconds: Int64(TimeZone.current.secondsFromGMT()), redaction: redaction)
    }
}
