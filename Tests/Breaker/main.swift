import Foundation
import SeededNumbers

// breaker fuzz READER FIRST LAST ROOT FOLDER        one input a seed, in this process; FOLDER/seed holds the one at work
// breaker one READER SEED ROOT FOLDER [DROPPED ...] one input again, some of its changes left out; prints how many it has
// breaker show READER SEED ROOT FOLDER [DROPPED ...] writes the input to FOLDER/input
//
// Ends with 0 when every input was answered, with 3 and the seed's message when an answer was wrong, and by a signal where it
// trapped, ran for more than its seconds or took too much memory. Scripts/break.py runs it, goes on behind the failures and
// shrinks them.

/// Of the processor, so that a machine that does other things as well finds nothing; and of the wall, for what only waits.
private let processorSecondsMax = 10
private let secondsMax: UInt32 = 600
private let memoryMax: UInt64 = 1 << 30

private func fail(_ message: String, status: Int32) -> Never {
    FileHandle.standardError.write(Data((message + "\n").utf8))
    exit(status)
}

private func input(_ reader: Reader, _ seed: UInt64, _ bench: Bench, without dropped: Set<Int> = []) throws -> [UInt8] {
    let text = try bench.seed(reader.seeds[Int(seed % UInt64(reader.seeds.count))])
    return Mutation(seed: seed).apply(to: text, without: dropped)
}

private func answer(_ reader: Reader, _ seed: UInt64, _ input: [UInt8], _ bench: Bench) {
    limitTime(processorSecondsMax, secondsMax)
    do { try reader.read(input, SeededGenerator.mixed(seed), bench) } catch let error as WrongAnswer {
        fail("\(reader.name) \(seed): \(error)", status: 3)
    } catch {}
    limitTime(0, 0)
}

/// Ends the process by a signal after so much time; 0 = no limit any more.
private func limitTime(_ processorSeconds: Int, _ seconds: UInt32) {
    var timer = itimerval(
        it_interval: timeval(tv_sec: 0, tv_usec: 0), it_value: timeval(tv_sec: processorSeconds, tv_usec: 0))
    setitimer(__itimer_which_t(ITIMER_PROF.rawValue), &timer, nil)
    alarm(seconds)
}

extension SeededGenerator {
    /// A number that follows from the seed and shares nothing with the changes.
    fileprivate static func mixed(_ seed: UInt64) -> UInt64 {
        var generator = SeededGenerator(seed: seed ^ 0x9e37_79b9_7f4a_7c15)
        return generator.next()
    }
}

/// Ends the process when it has taken too much memory.
private func checkMemory(_ what: String) {
    var usage = rusage()
    getrusage(0, &usage)
    if UInt64(usage.ru_maxrss) * 1024 > memoryMax { fail("\(what): more than 1 GiB of memory", status: 4) }
}

let words = CommandLine.arguments
guard words.count >= 6, let reader = Reader.named(words[2]) else {
    fail("readers: " + Reader.all.map(\.name).joined(separator: " "), status: 2)
}
if words[1] == "fuzz", words.count == 7, let first = UInt64(words[3]), let last = UInt64(words[4]) {
    let bench = try Bench(root: words[5], folder: words[6])
    let mark = open(words[6] + "/seed", O_WRONLY | O_CREAT, 0o644)
    for seed in first...last {
        let text = Array("\(seed)".utf8) + Array(repeating: 32, count: 20)
        pwrite(mark, text, 20, 0)
        answer(reader, seed, try input(reader, seed, bench), bench)
        if seed % 64 == 0 { checkMemory("\(reader.name) \(seed)") }
    }
} else if let seed = UInt64(words[3]) {
    let bench = try Bench(root: words[4], folder: words[5])
    let changed = try input(reader, seed, bench, without: Set(words[6...].compactMap { Int($0) }))
    print(Mutation(seed: seed).count)
    fflush(nil)
    if words[1] == "show" {
        _ = try bench.file("input", changed)
    } else {
        answer(reader, seed, changed, bench)
        checkMemory("\(reader.name) \(seed)")
    }
}
