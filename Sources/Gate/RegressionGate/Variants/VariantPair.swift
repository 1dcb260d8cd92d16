import Foundation
import TraceModel
import TraceReplay

/// The old and the new variant as processes that replay the same written trace.
public struct VariantPair {
    public let old: ReplayVariant
    public let new: ReplayVariant
    private let scratch: ScratchFolder

    public init(old: ReplayVariant, new: ReplayVariant) throws {
        self.old = old
        self.new = new
        scratch = try ScratchFolder()
    }

    /// Writes the trace and replays it under both variants at once; nothing is timed here.
    ///
    /// - Throws: ``VariantError`` when a variant fails, `TraceError` when files cannot be written or read.
    public func decide(_ trace: Trace) throws -> (old: VariantDecisions, new: VariantDecisions) {
        let folder = scratch.file("trace")
        try trace.write(folder: folder)
        let files = (old: scratch.file("old.csv"), new: scratch.file("new.csv"))
        let running = (
            old: try old.start(folder, decisions: files.old, scratch: scratch),
            new: Result { try new.start(folder, decisions: files.new, scratch: scratch) }
        )
        // Both are waited for, whatever becomes of one.
        let records = (old: Result { try running.old.finish() }, new: Result { try running.new.get().finish() })
        return (
            VariantDecisions(
                hash: try records.old.get().decisionHash,
                rows: try DecisionRow.read(csv: try TraceFiles.read(files.old), file: files.old)),
            VariantDecisions(
                hash: try records.new.get().decisionHash,
                rows: try DecisionRow.read(csv: try TraceFiles.read(files.new), file: files.new))
        )
    }

    /// Replays a trace folder, or any folder `berth replay` knows, under one variant, alone on the machine.
    public func time(_ side: KeyPath<VariantPair, ReplayVariant>, _ trace: String) throws -> ReplayRecord {
        try self[keyPath: side].replay(trace, scratch: scratch)
    }
}

extension Trace {
    /// The trace as a variant sees it: pods in the order they are offered, the others out, nothing besides the files.
    ///
    /// - Parameter order: rows of the queued pods in the order offered.
    /// - Complexity: linear in pods and nodes.
    public func asOffered(_ order: [Int32]) -> Trace {
        let residents = (0..<pods.count).filter { pods.placedOn[$0] >= 0 }
        var offered = keeping(pods: residents + order.map(Int.init), nodes: nodes.indices)
        offered.targetPods = nil
        return offered
    }
}
