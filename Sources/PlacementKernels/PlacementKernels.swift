// PlacementKernels
