import PlacementModel

/// Numbers on pages look like those in tables.
public typealias NumberText = PlacementModel.NumberText
