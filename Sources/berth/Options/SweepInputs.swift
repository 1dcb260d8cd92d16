import ArgumentParser
import Experiments
import Foundation
import PlacementModel
import TraceImport
import TraceModel
import TraceReplay
import VendorCatalog

/// What sweeps and ceilings read from the command line: trace folders and seeds.
enum SweepInputs {
    /// The traces of some folders, made ready for runs; of an openb folder the pod lists named, or all.
    static func traces(
        _ folders: [String], podsVariant: String?, _ catalog: VendorCatalog
    ) throws -> [SweepTrace] {
        var traces: [SweepTrace] = []
        for folder in folders {
            for trace in try load(folder, podsVariant, catalog) {
                traces.append(try SweepTrace(trace, catalog: catalog))
            }
        }
        return traces
    }

    private static func load(_ folder: String, _ podsVariant: String?, _ catalog: VendorCatalog) throws -> [Trace] {
        if Trace.isTrace(folder: folder) || !OpenBImporter.isTrace(folder: folder) {
            return [try Trace(telling: folder)]
        }
        let named = try podsVariant.map { try listed($0, "--pods-variant") }
        return try (named ?? OpenBImporter.podsVariants(folder: folder)).map {
            try OpenBImporter.read(OpenBImporter.Files(folder: folder, podsVariant: $0), catalog: catalog)
        }
    }

    /// Reads numbers and ranges, separated by commas.
    static func seeds(_ text: String) throws -> [UInt64] {
        var list: [UInt64] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let ends = part.split(separator: "-", omittingEmptySubsequences: false).map { UInt64($0) }
            guard let first = ends.first ?? nil, let last = ends.last ?? nil, ends.count <= 2, first <= last else {
                throw ValidationError("--seeds \"\(part)\" is neither a number nor a range such as 42-51.")
            }
            // Asked before the sum, which could not be too large for 64 bits then.
            guard last - first < UInt64(InputLimits.seeds), list.count + Int(last - first) < InputLimits.seeds else {
                throw ValidationError("--seeds names more than \(NumberText.grouped(InputLimits.seeds)) seeds.")
            }
            list.append(contentsOf: first...last)
        }
        if Set(list).count < list.count { throw ValidationError("--seeds names a seed twice.") }
        return list
    }
}

extension OpenBImporter {
    /// Variants of the pod lists in a folder, by name.
    static func podsVariants(folder: String) throws -> [String] {
        let (head, tail) = ("openb_pod_list_", ".csv")
        return try FileManager.default.contentsOfDirectory(atPath: folder).filter {
            $0.hasPrefix(head) && $0.hasSuffix(tail)
        }.map { String($0.dropFirst(head.count).dropLast(tail.count)) }.sorted()
    }
}
