// PlacementEngine
