/// The one list that knows every vendor. Adding a device type is one file under Vendors/ and one line here.
public enum VendorRegistry {
    /// Each maker gives the vendors of its sections (none, one, or one a chip).
    static let makers: [@Sendable (DeviceConfiguration) -> [any Vendor]] = [
        NVIDIA.make,
        Cambricon.make,
        Hygon.make,
        Iluvatar.make,
        Biren.make,
        AMD.make,
        EnflameGCU.make,
        MooreThreads.make,
        MetaXGPU.make,
        MetaXSGPU.make,
        Vastai.make,
        Ascend.make,
        Kunlun.make,
        KunlunVXPU.make,
        AWSNeuron.make,
        EnflameDRS.make,
    ]
}
