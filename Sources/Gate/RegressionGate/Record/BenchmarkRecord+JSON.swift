import BulkJSON

extension BenchmarkRecord {
    /// The record as JSON, pretty-printed; lists of numbers on one line each.
    public func json() -> [UInt8] {
        var writer = JSONWriter(escapeHTML: false, pretty: true)
        writer.object { writer in
            writer.member("format", Self.format)
            writer.member("formatVersion", Self.formatVersion)
            writer.member("size", size)
            writer.key("machine")
            writer.object { writer in
                writer.member("system", machine.system)
                writer.member("architecture", machine.architecture)
                writer.member("processor", machine.processor)
                writer.member("processors", Int64(machine.processors))
                writer.member("memoryMiB", machine.memoryMiB)
            }
            writer.key("toolchain")
            writer.object { writer in
                writer.member("compiler", toolchain.compiler)
                writer.member("configuration", toolchain.configuration)
            }
            writer.key("revision")
            writer.object { writer in
                writer.member("commit", revision.commit)
                writer.key("isModified")
                writer.bool(revision.isModified)
                writer.member("subject", revision.subject)
            }
            writer.list("traces", traces) { writer, trace in
                writer.member("name", trace.name)
                writer.member("nodes", Int64(trace.nodes))
                writer.member("pods", Int64(trace.pods))
                writer.member("fleetSHA256", trace.fleetSHA256)
                writer.member("podsSHA256", trace.podsSHA256)
            }
            writer.list("workloads", workloads) { $1.write(to: &$0) }
        }
        writer.newline()
        return writer.bytes
    }
}

extension BenchmarkRecord.Entry {
    /// A time in whole nanoseconds; a reader takes none below one. Records have no time beyond 10^15.
    fileprivate static func whole(_ nanoseconds: Double) -> Int64 { max(Int64(nanoseconds.rounded()), 1) }

    fileprivate func write(to writer: inout JSONWriter) {
        writer.member("name", name)
        writer.member("operation", operation)
        writer.member("operations", Int64(operations))
        writer.member("hash", hash)
        writer.key("counts")
        writer.object { writer in
            for (name, count) in counts.sorted(by: { $0.key < $1.key }) { writer.member(name, count) }
        }
        writer.key("quality")
        writer.object { writer in
            for (name, percent) in quality.sorted(by: { $0.key < $1.key }) {
                writer.key(name)
                writer.double(percent)
            }
        }
        writer.list("sessions", sessions) { writer, session in
            writer.numbers("nanoseconds", session.nanoseconds)
            writer.numbers("calibrationNanoseconds", session.calibrationNanoseconds)
            writer.member("quietNanoseconds", Self.whole(session.quietNanoseconds))
        }
    }
}

extension JSONWriter {
    mutating func object(_ members: (inout JSONWriter) -> Void) {
        beginObject()
        members(&self)
        endObject()
    }

    mutating func list<Element>(
        _ key: String, _ elements: [Element], _ members: (inout JSONWriter, Element) -> Void
    ) {
        self.key(key)
        beginArray()
        for element in elements { object { members(&$0, element) } }
        endArray()
    }

    fileprivate mutating func numbers(_ key: String, _ numbers: [Double]) {
        self.key(key)
        raw("[" + numbers.map { String(BenchmarkRecord.Entry.whole($0)) }.joined(separator: ",") + "]")
    }
}
