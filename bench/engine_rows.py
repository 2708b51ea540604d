"""The rows of the worker: the same pipelines on the same engines as the Go and the Python SDK's, in LOOPBACK, so that a
program's CPU seconds are those of its worker, and of little else: what a run of a thousand elements takes is subtracted."""
import os
import statistics

from engine import Engine
from row import PEERS, Case, Result, Row, check_total, median, no_check
from transcode_rows import TO_16K, TranscodeRow

FEW = 1000


def loopback(engine):
    return ["--runner", "PortableRunner", "--job_endpoint", engine, "--environment_type", "LOOPBACK"]


def go_loopback(engine):
    return ["-runner", "universal", "-endpoint", engine, "-environment_type", "LOOPBACK"]


def above_start(many, few, attribute="cpu"):
    """Round by round: what a run took less what one of few elements did."""
    return [getattr(a, attribute) - getattr(b, attribute) for a, b in zip(many, few)]


class GroupByKey(Row):
    """A million KV<int64, int64> through ParDo -> GroupByKey -> ParDo, on each engine."""

    NUMBERS = 1_000_000

    def __init__(self, build):
        super().__init__(build)
        self.engines = [Engine(name, build) for name in ("prism", "flink", "spark", "python")]
        self.prism = self.engines[0]

    def ours(self, engine, numbers):
        program = self.program("bench_group_by_key")
        return Case(f"group by key on {engine.name}, ours, {numbers}",
                    [program, "--numbers", str(numbers), *loopback(engine)],
                    check_total("bench_group_by_key", numbers * (numbers - 1) // 2), [program], warm_up=engine.warms_up)

    # The peers check their sums themselves.
    def go(self, engine, numbers):
        program = self.program("peer_go/group_by_key")
        return Case(f"group by key on {engine.name}, Go, {numbers}", [program, "-n", str(numbers), *go_loopback(engine)],
                    no_check, [program], warm_up=engine.warms_up)

    def python(self, engine, numbers):
        command = [self.program("venv/bin/python"), os.path.join(PEERS, "python", "group_by_key.py")]
        return Case(f"group by key on {engine.name}, Python, {numbers}", [*command, str(numbers), *loopback(engine)],
                    no_check, command, warm_up=engine.warms_up)

    def cases(self):
        return [kind(self.prism, FEW) for kind in (self.ours, self.go)] + [
            kind(engine, self.NUMBERS) for engine in self.engines for kind in (self.ours, self.go, self.python)]

    def results(self, samples):
        mine, theirs = (above_start(samples[kind(self.prism, self.NUMBERS).name], samples[kind(self.prism, FEW).name])
                        for kind in (self.ours, self.go))
        yield Result("1M elements, ParDo, GroupByKey, ParDo on Prism: CPU seconds of the worker / the Go SDK's",
                     f"{statistics.median(mine):.3f} CPU s", f"{statistics.median(theirs):.3f} CPU s",
                     statistics.median(a / b for a, b in zip(mine, theirs)), bar=0.3)
        for engine in self.engines:
            ours = samples[self.ours(engine, self.NUMBERS).name]
            for name, kind in (("Go", self.go), ("Python", self.python)):
                peer = samples[kind(engine, self.NUMBERS).name]
                yield Result(f"- wall clock on {engine.name.capitalize()} / the {name} SDK's",
                             f"{median(ours, 'wall'):.2f} s", f"{median(peer, 'wall'):.2f} s",
                             statistics.median(a.wall / b.wall for a, b in zip(ours, peer)), bar=1)


class FusedMaps(Row):
    """Ten fused ParDos over ten million int64, on Prism: all of it in the worker."""

    MAPS, NUMBERS = 10, 10_000_000

    def __init__(self, build):
        super().__init__(build)
        self.prism = Engine("prism", build)

    def ours(self, numbers):
        program = self.program("bench_fused_map")
        return Case(f"fused maps on prism, ours, {numbers}",
                    [program, "--maps", str(self.MAPS), "--numbers", str(numbers), *loopback(self.prism)],
                    check_total("bench_fused_map", numbers * (numbers - 1) // 2 + self.MAPS * numbers), [program])

    def go(self, numbers):
        program = self.program("peer_go/fused_map")
        return Case(f"fused maps on prism, Go, {numbers}",
                    [program, "-maps", str(self.MAPS), "-n", str(numbers), *go_loopback(self.prism)], no_check, [program])

    def cases(self):
        return [kind(numbers) for kind in (self.ours, self.go) for numbers in (self.NUMBERS, FEW)]

    def results(self, samples):
        for attribute, unit, bar in (("cpu", "CPU s", 10), ("wall", "s", None)):
            mine, theirs = (above_start(samples[kind(self.NUMBERS).name], samples[kind(FEW).name], attribute)
                            for kind in (self.ours, self.go))
            what = "10M elements through ten fused ParDos on Prism: times faster than the Go SDK's worker, CPU seconds"
            yield Result(what if attribute == "cpu" else "- wall clock", f"{statistics.median(mine):.3f} {unit}",
                         f"{statistics.median(theirs):.2f} {unit}",
                         statistics.median(b / a for a, b in zip(mine, theirs)), "x", bar, smaller_is_better=False)


class Transcode(TranscodeRow):
    """transcode of a thousand short files on Prism and on Flink, and on the embedded runner."""

    FOLDER = "second1000-mp3"

    def __init__(self, build):
        super().__init__(build)
        self.engines = [Engine(name, build) for name in ("prism", "flink")]

    def case(self, engine):
        arguments = TO_16K + (loopback(engine) if engine else [])
        return self.transcode(f"transcode of {self.FOLDER}, {engine.name if engine else 'embedded'}", self.FOLDER, ".mp3",
                              arguments, warm_up=bool(engine) and engine.warms_up)

    def cases(self):
        return [self.case(engine) for engine in (None, *self.engines)]

    def results(self, samples):
        for engine in self.engines:
            yield self.compare(samples, f"transcode of 1000 mp3 files of 1 s on {engine.name.capitalize()}, CPU seconds of "
                               "the worker / the embedded runner", [self.case(engine).name], [self.case(None).name], 1.1)


class EmptyBundles(Row):
    """Bundles without elements, between an engine and a worker in one process."""

    BUNDLES = 100_000

    def cases(self):
        program = self.program("bench_empty_bundles")
        return [Case("empty bundles", [program, str(self.BUNDLES)], no_check, [program])]

    def results(self, samples):
        runs = samples["empty bundles"]
        rate = statistics.median(float(run.out) for run in runs)
        yield Result("empty bundles a second over the Fn API", f"{1e6 * median(runs) / self.BUNDLES:.0f} CPU us a bundle",
                     "", rate, "/s", bar=30_000, smaller_is_better=False)


ALL = {
    "engine-group-by-key": GroupByKey,
    "engine-fused-map": FusedMaps,
    "engine-transcode": Transcode,
    "empty-bundles": EmptyBundles,
}
