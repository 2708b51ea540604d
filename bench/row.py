"""What a row of the benchmark's table is made of: which programs it runs, what must hold of their output, its figures and
bars; and what rows share."""
import json
import os
import shutil
import statistics
import typing

THREADS = min(2, len(os.sched_getaffinity(0)))
FORMATS = ("ogg", "mp3", "flac")
PEERS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "peers")


class WrongResult(Exception):
    """A program ended well and gave a wrong answer: its time says nothing."""


class Case(typing.NamedTuple):
    name: str
    command: list  # a program by its path, and its arguments; an Engine stands for its address
    check: typing.Callable[[str], None]  # looks at the standard output, raises WrongResult
    needs: list  # files and folders that must exist
    repeat: int = 1  # runs in a round
    target: typing.Optional[str] = None  # a folder that is there, and empty, when a run begins; not kept
    warm_up: bool = False  # runs once before all rounds: what it runs on, and does not start, is slower at first

    def words(self):
        return [str(word) for word in self.command]

    def prepare(self):
        self.clean()
        if self.target:
            os.makedirs(self.target)

    def clean(self):
        if self.target:
            shutil.rmtree(self.target, ignore_errors=True)


class Result(typing.NamedTuple):
    what: str
    ours: str
    peer: str
    value: float
    unit: str = ""
    bar: typing.Optional[float] = None  # a row without one is there to explain another
    smaller_is_better: bool = True

    @property
    def passed(self):
        if self.bar is None:
            return None
        return self.value <= self.bar if self.smaller_is_better else self.value >= self.bar


def median(samples, attribute="cpu"):
    return statistics.median(getattr(s, attribute) for s in samples)


def ratio(samples, attribute="cpu", over=None):
    """The median over the rounds of sum(samples) / sum(over): both are lists of cases' samples, round by round."""
    def sums(cases):
        return [sum(getattr(s, attribute) for s in one_round) for one_round in zip(*cases)]
    return statistics.median(a / b for a, b in zip(sums(samples), sums(over)))


def total(samples, cases, attribute="cpu"):
    return sum(median(samples[c], attribute) for c in cases)


def count_files(folder):
    return sum(len(files) for _, _, files in os.walk(folder))


class Row:
    def __init__(self, build):
        self.build = build
        self.seconds = {}  # of audio, as the runs of each case told

    def corpus(self, name):
        return os.path.join(self.build, "corpus", name)

    def program(self, name):
        return os.path.join(self.build, name)

    def klay_beam(self, name, arguments, expected, needs, **case):
        """klay-beam with `arguments`; checks that the files were what `expected` says, and keeps the seconds."""
        metrics, program = self.program("metrics.json"), self.program("klay-beam")

        def check(_):
            with open(metrics) as f:
                found = json.load(f)
            os.remove(metrics)  # so that a run that writes none is not taken for this one
            if found["state"] != "done" or found["files"] != expected:
                raise WrongResult(f"{name}: {found['state']}, {found['files']} where {expected} is right; "
                                  f"first failure: {(found['failures'] or [None])[0]}")
            self.seconds[name] = found["audio_seconds"]

        return Case(name, [program, *arguments, "--metrics_json", metrics, "--quiet"], check, [program, *needs], **case)

    def run_example(self, name, folder, suffix, threads=THREADS, repeat=1):
        """run-example over corpus/folder; checks that it decoded every file."""
        folder = self.corpus(folder)
        arguments = ["run-example", "--source_audio_path", folder + "/", "--source_audio_suffix", suffix,
                     "--direct_num_workers", str(threads)]
        return self.klay_beam(name, arguments, all_done(count_files(folder)), [folder], repeat=repeat)

    def check_seconds(self, ours, peer):
        # Not equal: not every peer takes off what an encoder put before and after the sound.
        if abs(self.seconds[ours] - self.seconds[peer]) > 0.01 * self.seconds[peer]:
            raise WrongResult(f"{ours}: {self.seconds[ours]:.3f} s of audio, {peer}: {self.seconds[peer]:.3f} s")


def all_done(files):
    """What klay-beam's metrics say after a run that was worth timing: every file was decoded whole."""
    return {"matched": files, "done": files, "skipped": 0, "failed": 0, "damaged": 0}


def check_total(name, expected):
    def check(out):
        if out.strip().split("\n")[-1] != str(expected):
            raise WrongResult(f"{name} printed {out.strip()[-200:]!r} where {expected} is right")
    return check


def no_check(_):
    pass
