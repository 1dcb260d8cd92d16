extension Workload {
    /// Every workload of the project, from the smallest piece to the whole. A new one is a line in one of these lists.
    public static let all: [Workload] =
        KernelWorkloads.all + TableWorkloads.all + IndexWorkloads.all + DecodeWorkloads.all + PlacementWorkloads.all
        + RefillWorkloads.all + WayWorkloads.all
}
