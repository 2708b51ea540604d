"""The rows of the benchmark's table."""
import json
import os
import re
import shlex
import statistics

import cpu_rate_rows
import engine_rows
import launch_rows
import store_rows
import transcode_rows
from row import (FORMATS, PEERS, THREADS, Case, Result, Row, WrongResult, check_total, median, no_check, ratio, total)

ELEMENTS = 1_000_000


class Music(Row):
    """run-example over the music, against a bare loop over FFmpeg's libraries that decodes the same files to float."""

    def bare(self, suffix):
        program, folder = self.program("peer_bare_ffmpeg_loop"), self.corpus(f"music/{suffix}")
        files = sorted(os.listdir(folder)) if os.path.exists(folder) else []
        name = f"bare loop, {suffix}"

        def check(out):
            found = re.fullmatch(r"(\d+) files, ([\d.]+) s, 0 failed\n", out)
            if not found or int(found[1]) != len(files):
                raise WrongResult(f"{name} printed {out!r}")
            self.seconds[name] = float(found[2])

        return Case(name, [program, *(os.path.join(folder, f) for f in files)], check, [program, folder])

    def bare_twice(self):
        """Two bare loops at once over half of the ogg files each: what two threads could gain on this machine now."""
        bare = self.bare("ogg")
        program, files = bare.command[0], bare.command[1:]
        halves = " & ".join(shlex.join([program, *files[i::2]]) for i in range(2))

        def check(out):
            if len(re.findall(r", 0 failed\n", out)) != 2:
                raise WrongResult(f"two bare loops printed {out!r}")

        return Case("two bare loops, ogg", ["sh", "-c", f"{halves} & wait"], check, bare.needs)

    def ours(self, suffix, threads):
        return self.run_example(f"run-example, {suffix}, {threads} thread{'s' * (threads > 1)}", f"music/{suffix}",
                                f".{suffix}", threads)

    def cases(self):
        compared = [case for f in FORMATS for case in (self.bare(f), *(self.ours(f, n) for n in (1, 2)))]
        return compared + [self.bare_twice()]

    def cpu_result(self, samples, what, formats, threads):
        ours = [self.ours(f, threads).name for f in formats]
        bare = [self.bare(f).name for f in formats]
        for a, b in zip(ours, bare):
            self.check_seconds(a, b)
        value = ratio([samples[c] for c in ours], "cpu", [samples[c] for c in bare])
        return Result(what, f"{total(samples, ours):.2f} CPU s", f"{total(samples, bare):.2f} CPU s", value, bar=1.05)

    def results(self, samples):
        yield self.cpu_result(samples, "run-example over the music, 1 thread / bare FFmpeg loop", FORMATS, 1)
        for f in FORMATS:
            yield self.cpu_result(samples, f"- its {f} files", [f], 1)
        yield self.cpu_result(samples, "- all of it, 2 threads", FORMATS, 2)._replace(bar=None)
        one, two = ([self.ours(f, n).name for f in FORMATS] for n in (1, 2))
        value = ratio([samples[c] for c in two], "wall", [samples[c] for c in one])
        yield Result("the same, wall clock on 2 threads / 1 thread", f"{total(samples, two, 'wall'):.2f} s",
                     f"{total(samples, one, 'wall'):.2f} s (ours, 1 thread)", value, bar=0.55)
        one, two = self.bare("ogg").name, self.bare_twice().name
        value = ratio([samples[two]], "wall", [samples[one]])
        yield Result("- what the machine gives: two bare loops at once, each half of the ogg files / one", "",
                     f"{median(samples[two], 'wall'):.2f} s / {median(samples[one], 'wall'):.2f} s", value)


class FusedMap(Row):
    """CPU time that ten fused Maps of int64 add to a pipeline, per Map and element."""

    MAPS, NUMBERS = 10, 20_000_000

    def case(self, maps):
        program = self.program("bench_fused_map")
        expected = self.NUMBERS * (self.NUMBERS - 1) // 2 + maps * self.NUMBERS  # each Map adds one
        command = [program, "--maps", str(maps), "--numbers", str(self.NUMBERS), "--direct_num_workers", "1"]
        return Case(f"fused map, {maps} maps", command, check_total("bench_fused_map", expected), [program])

    def cases(self):
        return [self.case(0), self.case(self.MAPS)]

    def results(self, samples):
        without, with_maps = (samples[case.name] for case in self.cases())
        nanoseconds = 1e9 / self.NUMBERS
        value = statistics.median(b.cpu - a.cpu for a, b in zip(without, with_maps)) * nanoseconds / self.MAPS
        yield Result("fused Map, per element (int64), one thread", f"{value:.1f} ns", "", value, " ns", bar=30)
        rest = median(without) * nanoseconds
        yield Result("- its source (FlatMap) and sink (Sum), per element", f"{rest:.1f} ns", "", rest, " ns")


class GroupByKey(Row):
    """A million elements generated -> Map -> GroupByKey over a thousand keys -> sum: ours, Python's and Go's SDK."""

    def __init__(self, build):
        super().__init__(build)
        python, script = self.program("venv/bin/python"), os.path.join(PEERS, "python", "group_by_key.py")
        go, ours = self.program("peer_go/group_by_key"), self.program("bench_group_by_key")
        self.ours = Case("group by key, ours", [ours, "--numbers", str(ELEMENTS), "--direct_num_workers", str(THREADS)],
                         check_total("bench_group_by_key", ELEMENTS * (ELEMENTS - 1) // 2), [ours])
        # The peers check their sums themselves.
        name, command = "group by key, Python SDK 2.77", [python, script]
        self.python = Case(name, [*command, str(ELEMENTS)], no_check, command)
        self.python_start = Case(f"{name}, 1000 elements", [*command, "1000"], no_check, command)
        name = "group by key, Go SDK 2.77 on Prism"
        self.go = Case(name, [go, f"-n={ELEMENTS}"], no_check, [go])
        self.go_start = Case(f"{name}, 1000 elements", [go, "-n=1000"], no_check, [go])

    def cases(self):
        return [self.ours, self.python, self.ours._replace(name="group by key, ours, again"), self.go,
                self.python_start, self.go_start]

    def results(self, samples):
        ours = samples[self.ours.name] + samples[self.ours.name + ", again"]
        for name, peer, start in (("the Python SDK 2.77", self.python, self.python_start),
                                  ("the Go SDK 2.77 on Prism", self.go, self.go_start)):
            mine, theirs, empty = median(ours), median(samples[peer.name]), median(samples[start.name])
            yield Result(f"1M elements, Map, GroupByKey, sum: CPU seconds, times less than {name}",
                         f"{mine:.3f} CPU s, {median(ours, 'peak_mb'):.0f} MB",
                         f"{theirs:.2f} CPU s, {median(samples[peer.name], 'peak_mb'):.0f} MB",
                         theirs / mine, "x", bar=20, smaller_is_better=False)
            yield Result("- without what the peer needs for 1000 elements (its start)", f"{mine:.3f} CPU s",
                         f"{theirs - empty:.2f} CPU s", (theirs - empty) / mine, "x", smaller_is_better=False)


class StartUp(Row):
    """Start to end of run-example over one second of mp3: more than start to first element, so it is safe to bar."""

    def cases(self):
        return [self.run_example("start-up", "one", ".mp3", repeat=5)]

    def results(self, samples):
        runs = samples["start-up"]
        value = median(runs, "wall") * 1000
        yield Result("start to first element of run-example (here to its end, one file of 1 s)",
                     f"{value:.0f} ms, {median(runs) * 1000:.0f} CPU ms", "", value, " ms", bar=100)


class PeakMemory(Row):
    """Peak memory of run-example over ten files, and over a hundred copies of each of them."""

    def cases(self):
        return [self.run_example("10 files", "set10", ".mp3"),
                self.run_example("1000 files", "set1000", ".mp3")]

    def results(self, samples):
        few, many = samples["10 files"], samples["1000 files"]
        value = ratio([many], "peak_mb", [few])
        yield Result("peak memory of run-example over 1,000 files / over 10 files", f"{median(many, 'peak_mb'):.0f} MB",
                     f"{median(few, 'peak_mb'):.0f} MB (ours, 10 files)", value, bar=1.2)


class TinyFiles(Row):
    """Files of a dozen bytes: matched, read and counted."""

    def case(self, count):
        program, folder = self.program("bench_tiny_files"), self.corpus(f"tiny{count}")
        return Case(f"{count} tiny files", [program, "--folder", folder, "--direct_num_workers", str(THREADS)],
                    check_total("bench_tiny_files", count), [program, folder])

    def cases(self):
        return [self.case(50_000), self.case(100_000)]

    def results(self, samples):
        half, many = samples["50000 tiny files"], samples["100000 tiny files"]
        rate = 100_000 / median(many, "wall")
        yield Result("a hundred thousand tiny files matched, read and counted, per second",
                     f"{median(many, 'wall'):.2f} s, {median(many):.2f} CPU s", "", rate, " files/s", bar=20_000,
                     smaller_is_better=False)
        # Half of the files fill all buffers there are, so what more files add would be a leak.
        value = ratio([many], "peak_mb", [half])
        yield Result("- its peak memory / that over half of the files", f"{median(many, 'peak_mb'):.1f} MB",
                     f"{median(half, 'peak_mb'):.1f} MB (ours, 50,000 files)", value, bar=1.2)


class Resampler(Row):
    """Our resamplers against libsoxr (in one program) and torchaudio: input samples a CPU second, one thread."""

    PAIRS = ("44100/16000", "44100/48000")
    PRESETS = (("high", "soxr_HQ"), ("very_high", "soxr_VHQ"))

    def __init__(self, build):
        super().__init__(build)
        program, python = self.program("bench_resampler_benchmark"), self.program("venv_klay_beam/bin/python")
        script = os.path.join(PEERS, "python", "torchaudio_resample.py")
        wanted = "|".join(("sinc_interp_hann", *(name for pair in self.PRESETS for name in pair)))
        self.ours = Case("resampler, ours and libsoxr",
                         [program, f"--benchmark_filter=^({wanted})/({'|'.join(self.PAIRS)})$",
                          "--benchmark_min_time=0.2", "--benchmark_repetitions=3",
                          "--benchmark_enable_random_interleaving", "--benchmark_report_aggregates_only",
                          "--benchmark_format=json"], no_check, [program])
        self.torchaudio = Case("resampler, torchaudio", [python, script], no_check, [python, script])

    def cases(self):
        return [self.ours, self.torchaudio]

    def rates(self, samples):
        """Round by round: the samples a second of each of ours and libsoxr's, and of torchaudio."""
        for ours, torchaudio in zip(samples[self.ours.name], samples[self.torchaudio.name]):
            found = {b["run_name"]: b["items_per_second"] for b in json.loads(ours.out)["benchmarks"]
                     if b["aggregate_name"] == "median"}
            for pair, rate in re.findall(r"^torchaudio (\S+) (\S+)$", torchaudio.out, re.M):
                found["torchaudio/" + pair.replace("->", "/")] = float(rate) * 1e6
            yield found

    def results(self, samples):
        rounds = list(self.rates(samples))
        for mine, peer, bar in (("sinc_interp_hann", "torchaudio", 4), *((a, b, 1) for a, b in self.PRESETS)):
            for pair in self.PAIRS:
                a, b = f"{mine}/{pair}", f"{peer}/{pair}"
                if any(name not in found for found in rounds for name in (a, b)):
                    raise WrongResult(f"the resampler benchmark printed no figure for {a} or {b}")
                value = statistics.median(found[a] / found[b] for found in rounds)
                rate = {name: statistics.median(found[name] for found in rounds) / 1e6 for name in (a, b)}
                yield Result(f"resampling {pair.replace('/', ' -> ')}, {mine}: input samples/s, times those of {peer}",
                             f"{rate[a]:.0f} M/s", f"{rate[b]:.0f} M/s", value, "x", bar, smaller_is_better=False)


ALL = {
    "music": Music,
    "fused-map": FusedMap,
    "group-by-key": GroupByKey,
    "start-up": StartUp,
    "peak-memory": PeakMemory,
    "tiny-files": TinyFiles,
    "resampler": Resampler,
    **cpu_rate_rows.ALL,
    **engine_rows.ALL,
    **launch_rows.ALL,
    **store_rows.ALL,
    **transcode_rows.ALL,
}
