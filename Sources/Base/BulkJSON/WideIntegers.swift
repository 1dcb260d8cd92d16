/// A copy of a JSON text in which every integer beyond 64 bits has an exponent `e0`, so that it parses as a double.
///
/// `nil` if the text has no such integer. The text need not be valid JSON: nothing but digits outside strings is judged.
///
/// - Complexity: linear.
func wideIntegersAsDoubles(_ bytes: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
    var result: [UInt8] = []
    var copied = 0
    var position = 0
    while position < bytes.count {
        switch bytes[position] {
        case UInt8(ascii: "\""):
            position = endOfString(bytes, from: position)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            let start = position
            position = endOfNumber(bytes, from: start)
            if isWideInteger(bytes[start..<position]) {
                result.append(contentsOf: bytes[copied..<position])
                result.append(contentsOf: "e0".utf8)
                copied = position
            }
        default:
            position += 1
        }
    }
    if copied == 0 { return nil }
    result.append(contentsOf: bytes[copied...])
    return result
}

/// The position after the string that starts at `start`, or the end of an unclosed one.
private func endOfString(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
    var position = start + 1
    while position < bytes.count {
        switch bytes[position] {
        case UInt8(ascii: "\\"): position += 2
        case UInt8(ascii: "\""): return position + 1
        default: position += 1
        }
    }
    return bytes.count
}

/// The position after the run of characters that can be part of a number.
private func endOfNumber(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
    var position = start + 1
    while position < bytes.count {
        switch bytes[position] {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"),
            UInt8(ascii: "+"), UInt8(ascii: "-"):
            position += 1
        default:
            return position
        }
    }
    return position
}

/// Whether the characters are an integer that neither `Int64` nor `UInt64` holds.
private func isWideInteger(_ number: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
    let isNegative = number.first == UInt8(ascii: "-")
    let limit = isNegative ? Int64.min.magnitude : UInt64.max
    var value: UInt64 = 0
    var isWide = false
    for byte in isNegative ? number.dropFirst() : number {
        guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return false }
        let (product, overflow) = value.multipliedReportingOverflow(by: 10)
        let (sum, carry) = product.addingReportingOverflow(UInt64(byte - UInt8(ascii: "0")))
        isWide = isWide || overflow || carry || sum > limit
        value = sum
    }
    return isWide
}
