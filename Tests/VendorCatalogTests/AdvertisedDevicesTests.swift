import BulkJSON
import DeviceTable
import FleetTestSupport
import PlacementEngine
import PlacementModel
import Testing
import VendorCatalog

/// What a node advertises of made-up devices is what discovery reads back.
@Suite struct AdvertisedDevicesTests {
    @Test func discoveryFindsTheAdvertisedDevices() throws {
        let catalog = try VendorCatalog()
        var models = 0
        for id in catalog.ids {
            for model in catalog[id].traceProfile.models {
                models += 1
                let made = catalog[id].syntheticDevices(
                    SyntheticDeviceGroup(
                        nodeName: "n", model: model.name, devices: model.devicesPerNode, slots: model.slots,
                        memoryMiB: model.memoryMiB, cores: model.cores, numaNodes: model.numaNodes))
                var node = Node.with(name: "n")
                catalog[id].advertise(made, on: &node)
                let cluster = Fleet(catalog: catalog, order: .asRegistered, parser: JSONParser())
                let registration = cluster.register(node, now: SmallFleet.now)
                #expect(registration.problems.isEmpty, "\(model.name)")
                let found = cluster.table.records
                #expect(found.map(\.index) == made.map(\.index), "\(model.name)")
                #expect(Set(found.map(\.vendorWord)) == [catalog[id].commonWord], "\(model.name)")
                for (device, record) in zip(found, made) {
                    #expect(device.memoryMiB == record.memoryMiB && device.cores == record.cores, "\(model.name)")
                    #expect(device.slots == record.slots && device.type == record.type, "\(model.name)")
                    #expect(device.isHealthy)
                }
            }
        }
        #expect(models >= 25)
    }
}
