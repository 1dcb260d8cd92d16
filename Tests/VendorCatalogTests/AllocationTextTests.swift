import BulkJSON
import DeviceTable
import PlacementModel
import Testing

@testable import VendorCatalog

/// - Source: hami-core.md 2.2, 2.4 and cases 16-18
@Suite struct AllocationTextTests {
    @Test(arguments: [
        ("a,NVIDIA,1000,30:;", ["a:1000:30", ""]), ("", [""]), (";", ["", ""]),
        (";a,X,1,2:b,X,3,4:;", ["", "a:1:2 b:3:4", ""]), ("a,X,1,2,ignored:;", ["a:1:2", ""]), ("nocomma:;", ["", ""]),
    ]) func allocationsAreRead(_ text: String, _ containers: [String]) {
        let read = AllocationText.decode(text)?.map { devices in
            devices.map { "\($0.uuid):\($0.memoryMiB):\($0.cores)" }.joined(separator: " ")
        }
        #expect(read == containers)
    }

    @Test(arguments: ["a,NVIDIA,1000:;", "a,NVIDIA,x,1:;", "a,NVIDIA,1,2147483648:;"])
    func oneBadDeviceVoidsThePod(_ text: String) { #expect(AllocationText.decode(text) == nil) }

    @Test(arguments: [
        (":", "0"), (",:", "unexpected field count 2 in node annotation"),
        ("a", "node annotation missing device separator"), ("a:", "malformed node annotation segment: \"a\""),
        ("a,1,2,3,T,0,true:", "1"), ("a,1,2,3,T,0,true,5,mode:", "1"),
        ("a,1,2,3,T,0,true,-1,mode:", "index field must not be negative: -1"),
        ("a,2147483648,2,3,T,0,true:", "invalid count field: \"2147483648\""),
        ("a,x,2,3,T,0,perhaps:", "invalid count field: \"x\""),
    ]) func commaRegisters(_ text: String, _ expected: String) {
        do throws(DiscoveryError) {
            #expect(String(try decodeCSVRegister(text, vendorWord: "X").count) == expected)
        } catch { #expect(error.message == expected) }
    }

    @Test(arguments: [
        (#"[{"ID":"a","Count":2,"DEVMEM":5,"health":true}]"#, 1), ("[]", 0), ("null", 0), ("[null]", 0),
        (#"[{"id":"a"},{"id":"a"}]"#, 2), (#"[{"id":"a","numa":null,"unknown":[1]}]"#, 1),
        (#"[{"id":1}]"#, -1), (#"[{"id":"a","count":1.0}]"#, -1), (#"[{"id":"a","devmem":2147483648}]"#, -1),
        (#"[{"id":"a","index":-1}]"#, -1), (#"[{"id":"a","custominfo":[]}]"#, -1), ("{}", -1), ("[", -1),
    ]) func jsonRegisters(_ text: String, _ devices: Int) {
        let read = try? decodeJSONRegister(text, vendorWord: "X", parser: JSONParser())
        #expect((read?.count ?? -1) == devices)
    }

    @Test func customNumbersAreDoubles() throws {
        let text = #"[{"id":"a","custominfo":{"NetworkID":3,"name":"x"}}]"#
        let read = try decodeJSONRegister(text, vendorWord: "X", parser: JSONParser())
        #expect(read[0].customInfo?["NetworkID"] == .double(3))
        #expect(!read[0].isHealthy, "a missing health is none")
    }
}

/// - Source: hami-core.md 4.13 and cases 53, 54
@Suite struct QuotaLedgerTests {
    private func ledger(_ limit: String?, factor: Int32 = 1) -> (QuotaLedger, Int32) {
        let ledger = QuotaLedger(names: [ResourceNames(count: "n", memory: "m", cores: "c", memoryFactor: factor)])
        if let limit, let quantity = try? Quantity(parsing: limit) {
            ledger.add(
                ResourceQuota(metadata: ObjectMeta(name: "q"), hard: ["limits.m": quantity, "requests.c": quantity]))
        }
        return (ledger, ledger.namespaceID("default"))
    }

    @Test(arguments: [
        ("2000", 1, Int64(1000), true), ("2000", 1, 1001, false), ("2000", 2, 3000, true), ("2000", 2, 3001, false),
    ]) func limitsCountInTheVendorsUnit(_ limit: String, _ factor: Int32, _ memory: Int64, _ fits: Bool) {
        let (ledger, namespace) = ledger(limit, factor: factor)
        ledger.charge(namespace: namespace, vendor: VendorID(0), memoryMiB: 1000, cores: 0)
        #expect(
            ledger.allows(namespace: namespace, vendor: VendorID(0), memoryMiB: memory, cores: 5, factor: factor)
                == fits)
    }

    @Test func zeroForbidsAndAbsenceDoesNot() {
        let (zero, namespace) = ledger("0")
        #expect(!zero.allows(namespace: namespace, vendor: VendorID(0), memoryMiB: 1, cores: 0, factor: 1))
        #expect(zero.allows(namespace: namespace, vendor: VendorID(0), memoryMiB: 0, cores: 9, factor: 1))
        let (absent, other) = ledger(nil)
        #expect(absent.allows(namespace: other, vendor: VendorID(0), memoryMiB: 1 << 40, cores: 0, factor: 1))
        let (fraction, third) = ledger("1.5")
        #expect(fraction.allows(namespace: third, vendor: VendorID(0), memoryMiB: 100, cores: 0, factor: 1))
    }

    @Test func theLastQuotaHoldsAndRemovalClears() throws {
        let (ledger, namespace) = ledger("10")
        func quota(_ limit: Int64) -> ResourceQuota {
            ResourceQuota(metadata: ObjectMeta(name: "r"), hard: ["limits.m": Quantity(integer: limit)])
        }
        func allows(_ memory: Int64) -> Bool {
            ledger.allows(namespace: namespace, vendor: VendorID(0), memoryMiB: memory, cores: 0, factor: 1)
        }
        ledger.add(quota(100))
        #expect(allows(100) && !allows(101))
        ledger.remove(quota(100))
        #expect(allows(1000))
    }

    @Test func chargesNeverFallBelowZero() {
        let (ledger, namespace) = ledger("10")
        ledger.charge(namespace: namespace, vendor: VendorID(0), memoryMiB: 5, cores: 0)
        let before = ledger.snapshot()
        ledger.charge(namespace: namespace, vendor: VendorID(0), memoryMiB: -50, cores: 0)
        #expect(ledger.allows(namespace: namespace, vendor: VendorID(0), memoryMiB: 10, cores: 0, factor: 1))
        ledger.restore(before)
        #expect(!ledger.allows(namespace: namespace, vendor: VendorID(0), memoryMiB: 6, cores: 0, factor: 1))
    }
}
