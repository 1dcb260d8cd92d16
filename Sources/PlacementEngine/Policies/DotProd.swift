/// Prefers the node whose free capacity points least along the request: the dot product over CPU and all devices of the
/// node as one amount, each as a share of the largest machine.
///
/// - Source: fgd.md section 5
public struct DotProd: MilliPolicy {
    public init() {}

    @inline(__always)
    public func score(_ request: MilliRequest, _ node: MilliNode) -> Int32 {
        let cpu =
            (Double(node.cpuLeftMilli) / LargestMachine.cpuMilli) * (Double(request.cpuMilli) / LargestMachine.cpuMilli)
        let gpu =
            (Double(node.idleMilli) / LargestMachine.gpuMilli) * (Double(request.totalMilli) / LargestMachine.gpuMilli)
        return Int32(truncating: 100 * (1 - (cpu + gpu) / 2))
    }
}
