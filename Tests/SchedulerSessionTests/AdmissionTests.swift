import PlacementModel
import Testing

/// The webhook's answers inside a session; its mutations are compared in full by the measured decisions.
@Suite struct Admission {
    @Test func refusals() throws {
        try Scenario(
            """
            node a gpu=1x40000
            pod hollow hollow -> denied pod has no containers
            pod root gpu=1 privileged -> denied container main is privileged
            pod percent gpu=1 gpumem-percentage=120 -> denied invalid nvidia.com/gpumem-percentage value 120 in container main: must be an integer between 0 and 100
            pod plain privileged -> a
            """
        ).check()
    }

    /// A count alone asks for whole cards; admission then makes the pod exclusive.
    @Test func mutationsCount() throws {
        let text = """
            node a gpu=1x40000
            pod first gpu=1 -> a 0:40000:100
            """
        try Scenario(text).check()
        var scenario = try Scenario(text.replacing("100", with: "0"))
        scenario.options.admits = false
        try scenario.check()
    }

    @Test func foreignSchedulers() throws {
        let reports = try Scenario(
            """
            node a gpu=1x40000
            pod one gpu=1 gpumem=1000 scheduler=other
            """
        ).reports()
        #expect(
            reports[0].notes == [
                "admission left the pod as it is: pod already has different scheduler assigned (other)"
            ])
    }

    @Test func quota() throws {
        try Scenario(
            """
            quota q gpumem=10000
            node a gpu=1x40000
            pod within gpu=1 gpumem=8000 -> a 0:8000:0
            pod beyond gpu=1 gpumem=4000 -> denied exceeding resource quota
            """
        ).check()
    }
}
