import JSONText
import DeviceTable
import PlacementModel

extension VendorRegister {
    /// The JSON register of the node; the vendor word is this vendor's.
    func jsonRegister(of node: Node, parser: any JSONTextParser) throws(DiscoveryError) -> [DeviceRecord] {
        guard let text = node.metadata.annotations[annotations.register] else {
            throw DiscoveryError("annos not found \(annotations.register)")
        }
        let devices = try decodeJSONRegister(text, vendorWord: commonWord, parser: parser)
        if devices.isEmpty { throw DiscoveryError("no device found on node") }
        return devices
    }
}

/// Decodes an array of device objects the way Go's encoding/json fills HAMi's struct.
///
/// Keys match without regard to ASCII case, `null` counts as absent, unknown keys are skipped; a wrong type, a fraction
/// where an integer is due or a number out of range rejects the whole array. A null element is skipped (HAMi crashes).
/// - Source: hami-core.md 2.2
func decodeJSONRegister(
    _ text: String, vendorWord: String, parser: any JSONTextParser
) throws(DiscoveryError) -> [DeviceRecord] {
    let root: JSONValue
    do { root = try parser.parse(text) } catch {
        throw DiscoveryError(isCSVRegister(text) ? oldRegister : error.message, isMalformed: true)
    }
    if root.isNull { return [] }
    guard root.kind == .array else { throw DiscoveryError("expected a list of devices", isMalformed: true) }
    var devices: [DeviceRecord] = []
    for element in root.elements where !element.isNull {
        guard element.kind == .object else { throw DiscoveryError("expected a device object", isMalformed: true) }
        var record = DeviceRecord(id: "", isHealthy: false, vendorWord: vendorWord)
        var problem: String?
        element.forEachMember { key, value in
            if value.isNull || problem != nil { return }
            if !fill(&record, GoField(key), value) {
                problem = "device \(record.id): field \(String(decoding: key, as: UTF8.self)) has a wrong type or range"
            }
        }
        if let problem { throw DiscoveryError(problem, isMalformed: true) }
        record.vendorWord = vendorWord
        devices.append(record)
    }
    return devices
}

private let oldRegister = "written by HAMi before 2.8 (commas and colons); 2.10.0 reads JSON"

/// Whether a register is in the comma and colon form.
private func isCSVRegister(_ text: String) -> Bool {
    let start = text.utf8.first { $0 != 32 }
    return start != UInt8(ascii: "[") && start != UInt8(ascii: "{")
        && (try? decodeCSVRegister(text, vendorWord: "")) != nil
}

/// A JSON key, borrowed from the document, for Go's case-blind match with lower-case literals.
struct GoField {
    private let bytes: UnsafeBufferPointer<UInt8>

    init(_ key: UnsafeBufferPointer<UInt8>) { bytes = key }

    static func ~= (pattern: StaticString, field: GoField) -> Bool {
        guard pattern.utf8CodeUnitCount == field.bytes.count else { return false }
        for index in 0..<field.bytes.count {
            let byte = field.bytes[index]
            if pattern.utf8Start[index] != (byte >= 65 && byte <= 90 ? byte + 32 : byte) { return false }
        }
        return true
    }
}

/// False when the value does not fit the field.
private func fill(_ record: inout DeviceRecord, _ field: GoField, _ value: JSONValue) -> Bool {
    switch field {
    case "id": return assign(value.string) { record.id = $0 }
    case "index": return assign(value.uint64) { record.index = $0 }
    case "count": return assign(value.int32) { record.slots = $0 }
    case "devmem": return assign(value.int32) { record.memoryMiB = $0 }
    case "devcore": return assign(value.int32) { record.cores = $0 }
    case "type": return assign(value.string) { record.type = $0 }
    case "numa": return assign(value.int64) { record.numa = Int($0) }
    case "mode": return assign(value.string) { record.mode = $0 }
    case "health": return assign(value.bool) { record.isHealthy = $0 }
    case "devicevendor": return value.string != nil
    case "migtemplate": return value.kind == .array
    case "migprofiles": return assign(migProfiles(value)) { record.migProfiles = $0 }
    case "custominfo":
        guard value.kind == .object else { return false }
        record.customInfo = JSON(value).withDoubles
        return true
    default: return true
    }
}

private func assign<Value>(_ value: Value?, _ set: (Value) -> Void) -> Bool {
    guard let value else { return false }
    set(value)
    return true
}

private func migProfiles(_ value: JSONValue) -> [MIGProfile]? {
    guard value.kind == .array else { return nil }
    var profiles: [MIGProfile] = []
    for element in value.elements {
        guard element.kind == .object else { return nil }
        var profile = MIGProfile(name: "", memoryMB: 0, cores: 0, slices: 0, placements: [])
        var isValid = true
        element.forEachMember { key, value in
            if value.isNull { return }
            switch GoField(key) {
            case "name": isValid = assign(value.string) { profile.name = $0 } && isValid
            case "memorymb": isValid = assign(value.int32) { profile.memoryMB = $0 } && isValid
            case "core": isValid = assign(value.int32) { profile.cores = $0 } && isValid
            case "slicecount": isValid = assign(value.int32) { profile.slices = $0 } && isValid
            case "placements": isValid = assign(placements(value)) { profile.placements = $0 } && isValid
            default: break
            }
        }
        guard isValid else { return nil }
        profiles.append(profile)
    }
    return profiles
}

private func placements(_ value: JSONValue) -> [SliceInterval]? {
    guard value.kind == .array else { return nil }
    var placements: [SliceInterval] = []
    for element in value.elements {
        guard let placement = migPlacement(element) else { return nil }
        placements.append(placement)
    }
    return placements
}

/// A `{start, size}` object; missing numbers are 0.
func migPlacement(_ value: JSONValue) -> SliceInterval? {
    guard value.kind == .object else { return nil }
    var placement = SliceInterval(start: 0, size: 0)
    var isValid = true
    value.forEachMember { key, number in
        if number.isNull { return }
        switch GoField(key) {
        case "start": isValid = assign(number.uint32) { placement.start = $0 } && isValid
        case "size": isValid = assign(number.uint32) { placement.size = $0 } && isValid
        default: break
        }
    }
    return isValid ? placement : nil
}

extension JSONValue {
    var int32: Int32? { int64.flatMap { Int32(exactly: $0) } }
    var uint32: UInt32? { uint64.flatMap { UInt32(exactly: $0) } }
}

extension JSON {
    /// Numbers as doubles, the way Go fills `map[string]any`.
    var withDoubles: JSON {
        switch self {
        case .int(let value): .double(Double(value))
        case .array(let items): .array(items.map(\.withDoubles))
        case .object(let object): .object(JSONObject(object.members.map { ($0.key, $0.value.withDoubles) }))
        default: self
        }
    }
}
