import BulkJSON
import DeviceTable
import PlacementModel
import VendorCatalog

extension PlacementDetail {
    /// `{key: [[device] per container]}`.
    func writeContainers(into writer: inout JSONWriter) {
        writer.beginObject()
        for (key, lists) in containers {
            writer.key(key)
            writer.beginArray()
            for devices in lists {
                writer.beginArray()
                for device in devices { device.write(into: &writer) }
                writer.endArray()
            }
            writer.endArray()
        }
        writer.endObject()
    }

    /// `{vendor: [collapsed usage]}`.
    func writeUsage(into writer: inout JSONWriter) {
        writer.beginObject()
        for (key, usages) in usage where !usages.isEmpty {
            writer.key(key)
            writer.beginArray()
            for (record, usage) in usages {
                writer.beginObject()
                writer.key("uuid")
                writer.string(record.id)
                writer.key("type")
                writer.string(key)
                writer.key("mem")
                writer.int(usage.memoryMiB)
                writer.key("cores")
                writer.int(usage.cores)
                writer.key("slots")
                writer.int(usage.slots)
                writer.endObject()
            }
            writer.endArray()
        }
        writer.endObject()
    }
}

extension PlacedDevice {
    func write(into writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("uuid")
        writer.string(record.id)
        writer.key("type")
        writer.string(type)
        writer.key("mem")
        writer.int(memoryMiB)
        writer.key("cores")
        writer.int(cores)
        if let info {
            if case .object(let object) = info, object.isEmpty {
            } else {
                writer.key("info")
                writer.value(info)
            }
        }
        writer.endObject()
    }
}

extension DeviceRecord {
    /// HAMi's DeviceInfo, zero fields left out.
    func write(into writer: inout JSONWriter) {
        writer.beginObject()
        writeText("id", id, into: &writer)
        writeNumber("index", Int64(bitPattern: index), into: &writer)
        writeNumber("count", Int64(slots), into: &writer)
        writeNumber("devmem", Int64(memoryMiB), into: &writer)
        writeNumber("devcore", Int64(cores), into: &writer)
        writeText("type", type, into: &writer)
        writeNumber("numa", Int64(numa), into: &writer)
        writeText("mode", mode, into: &writer)
        if !migProfiles.isEmpty {
            writer.key("migProfiles")
            writer.beginArray()
            for profile in migProfiles { profile.write(into: &writer) }
            writer.endArray()
        }
        if isHealthy {
            writer.key("health")
            writer.bool(true)
        }
        writeText("devicevendor", vendorWord, into: &writer)
        if let customInfo, case .object(let object) = customInfo, !object.isEmpty {
            writer.key("custominfo")
            writer.value(customInfo)
        }
        writer.endObject()
    }

    private func writeText(_ key: String, _ text: String, into writer: inout JSONWriter) {
        if text.isEmpty { return }
        writer.key(key)
        writer.string(text)
    }

    private func writeNumber(_ key: String, _ number: Int64, into writer: inout JSONWriter) {
        if number == 0 { return }
        writer.key(key)
        writer.int(number)
    }
}

extension MIGProfile {
    func write(into writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("name")
        writer.string(name)
        writer.key("memoryMB")
        writer.int(memoryMB)
        writer.key("core")
        writer.int(cores)
        writer.key("sliceCount")
        writer.int(slices)
        writer.key("placements")
        writer.beginArray()
        for placement in placements {
            writer.beginObject()
            writer.key("start")
            writer.uint(placement.start)
            writer.key("size")
            writer.uint(placement.size)
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
    }
}

extension JSONWriter {
    /// A string map, keys ascending.
    mutating func texts(_ map: [String: String]) {
        beginObject()
        for (key, value) in map.sorted(by: { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }) {
            self.key(key)
            string(value)
        }
        endObject()
    }
}
