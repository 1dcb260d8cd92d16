import PlacementModel

// Device types whose cards are shared by slots, memory and cores, or go as a whole.
extension RandomFleet {
    static let cardKinds: [Kind] = [
        Kind(
            offer: { node, random in
                let cards = random.int(1...10)
                let model = random.pick(["NVIDIA A100-SXM4-80GB", "NVIDIA-Tesla P4", "NVIDIA"])
                let memory = random.pick([8000, 16384, 81920])
                let devices = RegisteredDevice.make(cards, node.name + "-g") { device, number in
                    device.count = 10
                    device.memoryMiB = memory
                    device.type = model
                    device.mode = "hami-core"
                    device.numa = number * 2 / cards
                }
                node.offer("nvidia.com/gpu", cards * 10)
                node.annotate("hami.io/node-nvidia-register", devices.register)
            },
            ask: { random in
                "nvidia.com/gpu=\(random.int(1...3)) "
                    + random.pick([
                        "", "nvidia.com/gpumem=\(random.int(100...9000))", "nvidia.com/gpumem-percentage=30",
                    ]) + random.pick(["", " nvidia.com/gpucores=\(random.int(0...110))"])
            }),
        Kind(
            offer: { node, random in
                let profiles =
                    #"[{"name":"1g.5gb","memoryMB":5120,"core":14,"sliceCount":1,"placements":["#
                    + (0..<7).map { #"{"start":\#($0),"size":1}"# }.joined(separator: ",")
                    + #"]},{"name":"3g.20gb","memoryMB":20480,"core":42,"sliceCount":3,"placements":["#
                    + #"{"start":0,"size":4},{"start":4,"size":4}]}]"#
                let devices = RegisteredDevice.make(random.int(1...2), node.name + "-mig") { device, _ in
                    device.count = 7
                    device.memoryMiB = 40960
                    device.type = "NVIDIA A100-SXM4-40GB"
                    device.mode = "mig"
                    device.migProfiles = profiles
                }
                node.offer("nvidia.com/gpu", 7)
                node.annotate("hami.io/node-nvidia-register", devices.register)
            },
            ask: { random in "nvidia.com/gpu=\(random.int(1...3)) nvidia.com/gpumem=\(random.int(1000...20000))" },
            wish: { _ in "@nvidia.com/vgpu-mode=mig" }),
        Kind(
            offer: { node, random in
                let cards = random.int(1...8)
                node.offer("cambricon.com/mlu.smlu.vcore", cards * 100)
                node.offer("cambricon.com/mlu.smlu.vmemory", cards * 96)
            },
            ask: { random in
                "cambricon.com/vmlu=\(random.int(1...2))"
                    + random.pick([
                        "",
                        " cambricon.com/mlu.smlu.vmemory=\(random.int(1...60)) cambricon.com/mlu.smlu.vcore=\(random.int(0...100))",
                    ])
            }),
        Kind(
            offer: { node, random in
                let cards = random.int(1...4)
                let text = (0..<cards).map { "\(node.name)-dcu\($0),4,16384,100,DCU-Z100,\($0 % 2),true,\($0),x:" }
                node.annotate("hami.io/node-dcu-register", text.joined())
            },
            ask: { random in
                "hygon.com/dcunum=\(random.int(1...2)) hygon.com/dcumem=\(random.int(1...9000)) hygon.com/dcucores=\(random.int(0...100))"
            }),
        Kind(
            offer: { node, random in
                let text = (0..<random.int(1...4)).map { "\(node.name)-bi\($0),10,32768,100,BI-V100,0,true:" }
                node.annotate("hami.io/node-BI-V100-register", text.joined())
            },
            ask: { random in
                "iluvatar.ai/BI-V100-vgpu=\(random.int(1...2))"
                    + random.pick([
                        "",
                        " iluvatar.ai/BI-V100.vMem=\(random.int(1...70)) iluvatar.ai/BI-V100.vCore=\(random.int(0...60))",
                    ])
            }),
        Kind(
            offer: { node, random in
                let devices = RegisteredDevice.make(random.int(1...4), node.name + "-biren") { device, _ in
                    device.count = 2
                    device.memoryMiB = 65536
                    device.type = "Biren"
                }
                node.annotate("hami.io/node-biren-register", devices.register)
            }, ask: { random in "birentech.com/gpu=\(random.int(1...2))" }),
        Kind(
            offer: { node, random in
                let devices = RegisteredDevice.make(random.int(1...8), node.name + "-amd") { device, _ in
                    device.count = 4
                    device.memoryMiB = 192_000
                    device.cores = 304
                    device.type = "AMD Instinct MI300X"
                }
                node.offer("amd.com/gpu", 8)
                node.annotate("hami.io/node-amd-register", devices.register)
            },
            ask: { random in
                "amd.com/gpu=\(random.int(1...2)) amd.com/gpumem=\(random.int(0...90000)) amd.com/gpucores=\(random.int(1...100))"
            }),
        Kind(
            offer: { node, random in node.offer("enflame.com/gcu", random.int(1...4)) },
            ask: { random in "enflame.com/gcu=\(random.int(1...2))" }),
        Kind(
            offer: { node, random in
                let cards = (0..<random.int(1...4)).map { #"{"index":"\#($0)","minor":"\#($0)","capacity":6}"# }
                node.annotate(
                    "enflame.com/gcu-drs-capacity",
                    #"{"devices":[\#(cards.joined(separator: ","))],"profiles":{"1g.6gb":"0","3g.20gb":"1","6g.40gb":"2"}}"#
                )
            },
            ask: { random in
                random.pick([
                    "enflame.com/drs-gcu=\(random.pick([1, 3, 6]))",
                    "enflame.com/gcu-memory=\(random.int(1...40)) enflame.com/gcu-core=\(random.int(1...100))",
                ])
            }),
        Kind(
            offer: { node, random in
                let cards = random.int(1...8)
                node.offer("mthreads.com/sgpu-core", cards * 16)
                node.offer("mthreads.com/sgpu-memory", cards * 96)
            },
            ask: { random in
                random.pick([
                    "mthreads.com/vgpu=\(random.int(1...2))",
                    "mthreads.com/vgpu=1 mthreads.com/sgpu-memory=\(random.pick([2, 8, 32])) mthreads.com/sgpu-core=\(random.int(0...8))",
                ])
            }),
    ]
}
