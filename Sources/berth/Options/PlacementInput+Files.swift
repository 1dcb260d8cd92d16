import Foundation
import KubernetesWire
import SchedulerSession
import VendorCatalog

extension PlacementInput {
    /// Reads files of nodes and pods; what could not be used is told on standard error when nothing could.
    ///
    /// - Throws: ``InputFailure`` when there are files but not one node (or pod) could be read from them.
    static func reading(nodeFiles: [String], podFiles: [String]) throws -> PlacementInput {
        do throws(PlacementInputError) {
            return try PlacementInput(nodeFiles: nodeFiles, podFiles: podFiles)
        } catch {
            Warnings.tell(error.problems)
            throw InputFailure(error.description)
        }
    }
}

extension WallClock {
    /// The system's clock and time zone.
    static func system(redaction: String? = nil) -> WallClock {
        WallClock(
            unixSeconds: Int64(Date().timeIntervalSince1970),
            offsetSeconds: Int64(TimeZone.current.secondsFromGMT()), redaction: redaction)
    }
}
