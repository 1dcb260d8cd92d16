/// SHA-256 (FIPS 180-4), for the checksums of trace files.
///
/// Not for secrets: nothing here resists timing attacks.
public struct SHA256: Sendable {
    private var state: (UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32) = (
        0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19
    )

    private init() {}

    /// The digest of some bytes, 64 lower-case hexadecimal digits. - Complexity: linear.
    public static func hexDigest(of bytes: [UInt8]) -> String {
        var hash = SHA256()
        var schedule = [UInt32](repeating: 0, count: 64)
        var tail = [UInt8](bytes.suffix(bytes.count % 64))
        tail.append(0x80)
        while tail.count % 64 != 56 { tail.append(0) }
        let bitCount = UInt64(bytes.count) * 8
        for shift in stride(from: 56, through: 0, by: -8) {
            tail.append(UInt8(truncatingIfNeeded: bitCount >> UInt64(shift)))
        }
        constants.withUnsafeBufferPointer { constants in
            schedule.withUnsafeMutableBufferPointer { schedule in
                bytes.withUnsafeBytes { hash.absorb($0, blocks: bytes.count / 64, constants, schedule) }
                tail.withUnsafeBytes { hash.absorb($0, blocks: tail.count / 64, constants, schedule) }
            }
        }
        return hash.text
    }

    private mutating func absorb(
        _ bytes: UnsafeRawBufferPointer, blocks: Int, _ constants: UnsafeBufferPointer<UInt32>,
        _ schedule: UnsafeMutableBufferPointer<UInt32>
    ) {
        for block in 0..<blocks {
            for word in 0..<16 {
                schedule[word] = UInt32(
                    bigEndian: bytes.loadUnaligned(fromByteOffset: block * 64 + word * 4, as: UInt32.self))
            }
            for word in 16..<64 {
                let early = schedule[word - 15]
                let late = schedule[word - 2]
                let first = Self.rotate(early, 7) ^ Self.rotate(early, 18) ^ (early >> 3)
                let second = Self.rotate(late, 17) ^ Self.rotate(late, 19) ^ (late >> 10)
                schedule[word] = schedule[word - 16] &+ first &+ schedule[word - 7] &+ second
            }
            var (a, b, c, d, e, f, g, h) = state
            for word in 0..<64 {
                let mixE = Self.rotate(e, 6) ^ Self.rotate(e, 11) ^ Self.rotate(e, 25)
                let choice = (e & f) ^ (~e & g)
                let first = h &+ mixE &+ choice &+ constants[word] &+ schedule[word]
                let mixA = Self.rotate(a, 2) ^ Self.rotate(a, 13) ^ Self.rotate(a, 22)
                let majority = (a & b) ^ (a & c) ^ (b & c)
                h = g
                g = f
                f = e
                e = d &+ first
                d = c
                c = b
                b = a
                a = first &+ mixA &+ majority
            }
            state = (
                state.0 &+ a, state.1 &+ b, state.2 &+ c, state.3 &+ d, state.4 &+ e, state.5 &+ f, state.6 &+ g,
                state.7 &+ h
            )
        }
    }

    private var text: String {
        [state.0, state.1, state.2, state.3, state.4, state.5, state.6, state.7].map { word in
            let digits = String(word, radix: 16)
            return String(repeating: "0", count: 8 - digits.count) + digits
        }.joined()
    }

    @inline(__always)
    private static func rotate(_ word: UInt32, _ count: UInt32) -> UInt32 { (word >> count) | (word << (32 - count)) }

    /// Fractions of the cube roots of the first 64 primes.
    private static let constants: [UInt32] = [
        0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5, 0x3956_c25b, 0x59f1_11f1, 0x923f_82a4, 0xab1c_5ed5,
        0xd807_aa98, 0x1283_5b01, 0x2431_85be, 0x550c_7dc3, 0x72be_5d74, 0x80de_b1fe, 0x9bdc_06a7, 0xc19b_f174,
        0xe49b_69c1, 0xefbe_4786, 0x0fc1_9dc6, 0x240c_a1cc, 0x2de9_2c6f, 0x4a74_84aa, 0x5cb0_a9dc, 0x76f9_88da,
        0x983e_5152, 0xa831_c66d, 0xb003_27c8, 0xbf59_7fc7, 0xc6e0_0bf3, 0xd5a7_9147, 0x06ca_6351, 0x1429_2967,
        0x27b7_0a85, 0x2e1b_2138, 0x4d2c_6dfc, 0x5338_0d13, 0x650a_7354, 0x766a_0abb, 0x81c2_c92e, 0x9272_2c85,
        0xa2bf_e8a1, 0xa81a_664b, 0xc24b_8b70, 0xc76c_51a3, 0xd192_e819, 0xd699_0624, 0xf40e_3585, 0x106a_a070,
        0x19a4_c116, 0x1e37_6c08, 0x2748_774c, 0x34b0_bcb5, 0x391c_0cb3, 0x4ed8_aa4a, 0x5b9c_ca4f, 0x682e_6ff3,
        0x748f_82ee, 0x78a5_636f, 0x84c8_7814, 0x8cc7_0208, 0x90be_fffa, 0xa450_6ceb, 0xbef9_a3f7, 0xc671_78f2,
    ]
}
