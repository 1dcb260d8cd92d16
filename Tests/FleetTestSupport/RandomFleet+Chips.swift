import PlacementModel

// Device types with groups, wings, blocks and dies.
extension RandomFleet {
    static let chipKinds: [Kind] = [
        Kind(
            offer: { node, random in
                node.offer("metax-tech.com/gpu", random.int(1...8))
                node.annotate("metax-tech.com/gpu.topology.losses", #"{"1":100,"2":200,"4":540}"#)
            }, ask: { random in "metax-tech.com/gpu=\(random.int(1...4))" }),
        Kind(
            offer: { node, random in
                let qos = random.pick(["", "best-effort", "burst-share"])
                let cards = (0..<random.int(1...8)).map {
                    #"{"uuid":"\#(node.name)-s\#($0)","totalDevCount":16,"totalCompute":100,"totalVRam":65536,"#
                        + #""healthy":true,"qosPolicy":"\#(qos)","linkZone":\#($0 / 2)}"#
                }
                node.annotate("metax-tech.com/node-gpu-devices", "[" + cards.joined(separator: ",") + "]")
            },
            ask: { random in
                "metax-tech.com/sgpu=1 metax-tech.com/vmemory=\(random.int(1...30)) metax-tech.com/vcore=\(random.int(1...100))"
            },
            wish: { random in
                random.pick([
                    "", "@metax-tech.com/sgpu-app-class=online", "@metax-tech.com/sgpu-app-class=offline",
                    "@metax-tech.com/sgpu-qos-policy=fixed-share", "@metax-tech.com/sgpu-topology-aware=true",
                ])
            }),
        ascend("Ascend910B3", memoryMiB: 65536),
        ascend("Ascend910B4", memoryMiB: 32768),
        ascend("Ascend310P", memoryMiB: 21527),
        Kind(
            offer: { node, random in
                let devices = RegisteredDevice.make(random.pick([2, 8, 16]), node.name + "-910c") { device, _ in
                    device.count = 1
                    device.memoryMiB = 65536
                    device.cores = 20
                    device.type = "Ascend910C"
                }
                node.annotate("hami.io/node-register-Ascend910C", devices.register)
            }, ask: { random in "huawei.com/Ascend910C=\(random.pick([1, 2, 4]))" }),
        Kind(
            offer: { node, random in node.offer("kunlunxin.com/xpu", random.pick([4, 8])) },
            ask: { random in "kunlunxin.com/xpu=\(random.pick([1, 2, 4, 8]))" }),
        Kind(
            offer: { node, random in
                let devices = RegisteredDevice.make(8, node.name + "-xpu") { device, _ in
                    device.count = 3
                    device.memoryMiB = 98304
                    device.type = "XPU"
                }
                node.annotate("hami.io/node-register-xpu", devices.register)
            },
            ask: { random in
                "kunlunxin.com/vxpu=\(random.pick([1, 2, 4])) kunlunxin.com/vxpu-memory=\(random.pick([1000, 24576, 49152]))"
            }),
        Kind(
            offer: { node, random in
                let devices = random.pick([4, 12, 16])
                node.offer("aws.amazon.com/neuron", devices)
                node.offer("aws.amazon.com/neuroncore", devices * 2)
                node.metadata.labels["node.kubernetes.io/instance-type"] = random.pick([
                    "trn1.32xlarge", "inf2.48xlarge",
                ])
            },
            ask: { random in
                random.pick([
                    "aws.amazon.com/neuron=\(random.int(1...4))",
                    "aws.amazon.com/neuroncore=\(random.pick([1, 2, 4, 8]))",
                ])
            }),
        Kind(
            offer: { node, random in
                let strategy = random.pick(["die", "die", "card"])
                let devices = RegisteredDevice.make(random.int(2...8), node.name + "-va") { device, number in
                    device.count = 2
                    device.memoryMiB = 1
                    device.type = "Vastai"
                    device.custom = ["DeviceStrategy": "\"\(strategy)\"", "AIC": "\"\(number / 2)\""]
                }
                node.annotate("hami.io/node-va-register", devices.register)
            }, ask: { random in "vastaitech.com/va=\(random.int(1...3))" }),
    ]

    private static func ascend(_ word: String, memoryMiB: Int) -> Kind {
        Kind(
            offer: { node, random in
                let devices = RegisteredDevice.make(random.int(1...8), "\(node.name)-\(word)-") { device, number in
                    device.count = 7
                    device.memoryMiB = memoryMiB
                    device.cores = 20
                    device.type = word
                    device.custom = ["NetworkID": "\(number / 4)"]
                }
                node.annotate("hami.io/node-register-\(word)", devices.register)
                node.annotate("hami-vnpu-core", "true")
            },
            ask: { random in
                "huawei.com/\(word)="
                    + random.pick(["1 huawei.com/\(word)-memory=\(random.int(1...memoryMiB))", "\(random.int(1...4))"])
            },
            wish: { random in random.pick(["", "", "@huawei.com/vnpu-mode=hami-core"]) })
    }
}
