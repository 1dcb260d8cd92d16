import DeviceTable
import PlacementModel

/// A vendor's reading of a pod's annotations: made once per request class, compared by value.
public struct PodRules: Sendable, Hashable {
    public var uuidFilters: [UUIDFilter] = []
    public var typeFilter: TypeFilter?
    /// Value of NVIDIA's mode annotation.
    public var mode: String?
    /// Numbers the vendor defines.
    public var flags: UInt32 = 0
    public var symbol: Symbol = -1
    public var secondSymbol: Symbol = -1
    /// Texts the vendor's annotations or admission need later.
    public var text: String = ""
    /// Verdicts of `typeFilter` by type symbol and of `mode` by mode symbol; see ``resolve(types:modes:)``.
    var typeVerdicts: [Bool] = []
    var modeVerdicts: [Bool] = []

    public init() {}

    /// All symbols that the rules name.
    package var symbols: [Symbol] {
        [symbol, secondSymbol] + uuidFilters.flatMap { ($0.use ?? []) + ($0.noUse ?? []) }
    }

    /// Whether the device id passes every filter.
    @inline(__always)
    public func allowsUUID(_ id: Symbol) -> Bool {
        if uuidFilters.isEmpty { return true }
        for filter in uuidFilters where !filter.allows(id) { return false }
        return true
    }
}

extension PodRules {
    /// Fills the verdicts on all raw types and modes known so far, so that scans compare no text.
    public mutating func resolve(types: SymbolTable, modes: SymbolTable) {
        if let typeFilter {
            for type in typeVerdicts.count..<types.count { typeVerdicts.append(typeFilter.allows(types[Symbol(type)])) }
        }
        if let mode {
            for known in modeVerdicts.count..<modes.count {
                modeVerdicts.append(Self.mode(mode, allows: modes[Symbol(known)]))
            }
        }
    }

    /// Whether pods accept a raw card type.
    public func allows(type: String) -> Bool { typeFilter?.allows(type) ?? true }

    static func mode(_ wanted: String, allows mode: String) -> Bool {
        // A list joined by | names models exactly; anything else is NVIDIA's substring rule.
        if wanted.utf8.contains(124) { return wanted.split(separator: "|").contains { $0 == mode } }
        return mode.isEmpty || wanted.containsText(mode)
    }

    @inline(__always)
    func allowsType(of device: Int, _ workspace: borrowing FitWorkspace) -> Bool {
        guard let typeFilter else { return true }
        let type = workspace.type[device]
        return Int(type) < typeVerdicts.count
            ? typeVerdicts[Int(type)] : typeFilter.allows(workspace.table.types[type])
    }

    @inline(__always)
    func allowsMode(of device: Int, _ workspace: borrowing FitWorkspace) -> Bool {
        guard let mode else { return true }
        let known = workspace.mode[device]
        return Int(known) < modeVerdicts.count
            ? modeVerdicts[Int(known)] : Self.mode(mode, allows: workspace.table.modes[known])
    }
}

/// `use` and `no-use` lists of device ids: exact, trimmed, both apply.
///
/// - Source: hami-vendors.md 1.2
public struct UUIDFilter: Sendable, Hashable {
    public var use: [Symbol]?
    public var noUse: [Symbol]?

    /// Nil when neither list constrains.
    public init?(pod: Pod, useKey: String, noUseKey: String, symbols: inout SymbolTable) {
        use = Self.list(pod.metadata.annotations[useKey], &symbols)
        noUse = Self.list(pod.metadata.annotations[noUseKey], &symbols)
        if use == nil && noUse == nil { return nil }
    }

    private static func list(_ value: String?, _ symbols: inout SymbolTable) -> [Symbol]? {
        guard let value, !value.trimmingSpace.isEmpty else { return nil }
        return value.split(separator: ",", omittingEmptySubsequences: false).map { symbols.intern($0.trimmingSpace) }
    }

    public func allows(_ id: Symbol) -> Bool {
        if let use, !use.contains(id) { return false }
        if let noUse, noUse.contains(id) { return false }
        return true
    }
}

/// `use` and `no-use` lists of card types: case-insensitive substrings, empty items ignored, both apply.
///
/// - Source: hami-vendors.md 1.2, hami-core.md 7.1
public struct TypeFilter: Sendable, Hashable {
    public var use: [String]?
    public var noUse: [String]?

    public init?(pod: Pod, useKey: String, noUseKey: String) {
        use = Self.list(pod.metadata.annotations[useKey])
        noUse = Self.list(pod.metadata.annotations[noUseKey])
        if use == nil && noUse == nil { return nil }
    }

    private static func list(_ value: String?) -> [String]? {
        guard let value, !value.trimmingSpace.isEmpty else { return nil }
        return value.split(separator: ",").map { $0.trimmingSpace.uppercased() }.filter { !$0.isEmpty }
    }

    public func allows(_ cardType: String) -> Bool {
        let card = cardType.uppercased()
        if let use, !use.contains(where: { card.containsText($0) }) { return false }
        if let noUse, noUse.contains(where: { card.containsText($0) }) { return false }
        return true
    }
}

extension StringProtocol {
    /// Bytewise substring test, as Go's strings.Contains; the empty text is contained everywhere.
    public func containsText(_ needle: some StringProtocol) -> Bool {
        let pattern = Array(needle.utf8)
        if pattern.isEmpty { return true }
        let text = Array(utf8)
        guard text.count >= pattern.count else { return false }
        for start in 0...(text.count - pattern.count) where text[start] == pattern[0] {
            if text[start..<start + pattern.count].elementsEqual(pattern) { return true }
        }
        return false
    }
}

/// Go's strconv.ParseBool.
public func parseBool(_ text: String) -> Bool? {
    switch text {
    case "1", "t", "T", "TRUE", "true", "True": true
    case "0", "f", "F", "FALSE", "false", "False": false
    default: nil
    }
}
