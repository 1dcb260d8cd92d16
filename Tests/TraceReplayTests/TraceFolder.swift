import Foundation
import VendorCatalog
@testable import TraceModel

/// A folder for one test, removed with it.
final class TraceFolder {
    let path: String

    init() {
        path = NSTemporaryDirectory() + "berth-trace-\(UUID().uuidString)"
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func file(_ name: String) -> String { path + "/" + name }

    /// Writes a trace of given CSV texts with the right checksums.
    func write(fleet: String, pods: String, deviceModel: String = "hami") throws {
        try TraceFiles.makeFolder(path)
        try TraceFiles.write(Array(fleet.utf8), to: file("fleet.csv"))
        try TraceFiles.write(Array(pods.utf8), to: file("pods.csv"))
        let json = """
            {"format":"berth-trace","formatVersion":1,"name":"test","origin":"a test","licence":"none",
             "deviceModel":"\(deviceModel)","seed":null,
             "checksums":{"fleet.csv":"\(SHA256.hexDigest(of: Array(fleet.utf8)))",
                          "pods.csv":"\(SHA256.hexDigest(of: Array(pods.utf8)))"}}
            """
        try TraceFiles.write(Array(json.utf8), to: file("trace.json"))
    }
}

/// Parts of traces that tests share.
enum TraceText {
    static let fleetHeader = TraceFormat.fleetColumns.joined(separator: ",") + "\n"
    static let podHeader = TraceFormat.podColumns.joined(separator: ",") + "\n"

    /// One node with two devices of 1,000 MiB and two slots each.
    static let oneNode = fleetHeader + "n1,8000,16384,10,NVIDIA,NVIDIA-Test,2,2,1000,100,1,zone=a,\n"

    /// A pod that asks one device with some memory.
    static func pod(
        _ name: String, arrivalMs: Int = 0, durationMs: Int? = nil, memoryMiB: Int = 1000, cpuMilli: Int = 100
    ) -> String {
        let duration = durationMs.map(String.init) ?? ""
        return
            "\(name),default,\(arrivalMs),\(duration),\(cpuMilli),64,nvidia.com/gpu=1;nvidia.com/gpumem=\(memoryMiB),,,,,\n"
    }
}

/// The catalogue of all replay tests.
func traceCatalog() throws -> VendorCatalog { try VendorCatalog.forTraces() }

/// A clock whose every reading is a microsecond later.
func steppingClock() -> () -> UInt64 {
    var now: UInt64 = 0
    return {
        now += 1000
        return now
    }
}

/// The folder of the package.
let packageFolder = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(separator: "/")
