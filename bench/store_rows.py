"""The rows of object stores: klay-beam on gs:// with 20 ms to each request, against local files and Python's clients."""
import os
import random
import re
import subprocess

from row import PEERS, Case, Result, WrongResult, all_done, check_total, median, no_check, ratio
from store import FileStore, LargeObjectStore, ListingStore
from transcode_rows import TO_16K, TranscodeRow

LISTED = 100_000
LARGE = 1 << 30


class StoreRow(TranscodeRow):
    def counted(self, case, store):
        """The case with its requests counted, in self.requests."""
        program = self.program("bench_store_proxy")
        self.requests = getattr(self, "requests", {})

        class Counted(Case):
            def prepare(_):
                case.prepare()
                self.before = store.requests()

        def check(out):
            self.requests[case.name] = store.requests() - self.before
            case.check(out)

        return Counted(*case._replace(command=["/usr/bin/env", store, *case.command], check=check,
                                      needs=[*case.needs, program]))

    def python(self, name, verb, path, expected):
        python, script = self.program("venv/bin/python"), os.path.join(PEERS, "python", "gcs.py")
        return Case(name, [python, script, verb, path], check_total(name, expected), [python, script])

    def copy(self, address, *arguments):
        subprocess.run([self.program("klay-beam"), "cp", *arguments], check=True, stdout=subprocess.DEVNULL,
                       env=os.environ | {"STORAGE_EMULATOR_HOST": f"http://{address}"})


class Transcode(StoreRow):
    """transcode of a thousand files of a minute's worth of work, from gs:// to gs:// and from disk to disk."""

    FOLDER, WORKERS = "set1000", 32

    def __init__(self, build):
        super().__init__(build)
        source = self.corpus(self.FOLDER)
        store = FileStore(build, lambda address: self.copy(address, "--recursive", "--threads", "16", source,
                                                           "gs://klay/in/"))
        self.local = self.transcode("transcode of 1000 files, local", self.FOLDER, ".mp3", TO_16K)
        # Results are made anew in every run.
        command = ["transcode", "--src_dir", "gs://klay/in/", "--audio_suffix", ".mp3", "--target_dir", "gs://klay/out/",
                   *TO_16K, "--overwrite", "--direct_num_workers", str(self.WORKERS)]
        self.remote = self.counted(self.klay_beam("transcode of 1000 files, gs:// to gs://", command, all_done(1000),
                                                  [source]), store)

    def cases(self):
        return [self.local, self.remote]

    def results(self, samples):
        local, remote = self.local.name, self.remote.name
        yield self.compare(samples, f"transcode of 1000 mp3 files of 20 s, gs:// -> gs://, {self.WORKERS} workers, wall "
                           "clock / local -> local", [remote], [local], 1.5, "wall")
        yield self.compare(samples, "- CPU seconds", [remote], [local], None)
        each = self.requests[remote] / 1000
        yield Result("- requests for each file", f"{self.requests[remote]}", "", each, "", bar=2 + 1 / 500)


class Listing(StoreRow):
    """A listing of 100,000 objects, and SkipCompleted where all of them are done."""

    def __init__(self, build):
        super().__init__(build)
        store = ListingStore(build)
        path = "klay/finished/source"
        program = self.program("klay-beam")

        def check(out):
            if len(re.findall(r"\.mp3$", out, re.M)) != LISTED:
                raise WrongResult(f"ls printed {len(out.splitlines())} lines")

        self.ours = self.counted(Case("ls of 100,000 objects", [program, "ls", "--recursive", f"gs://{path}/"], check,
                                      [program], warm_up=True), store)
        self.gcsfs, self.match = (self.counted(self.python(f"{name}, 100,000 objects", verb, path, LISTED)._replace(
            warm_up=True), store) for name, verb in (("gcsfs", "list"), ("Beam's FileSystems.match", "match")))
        command = ["transcode", "--src_dir", f"gs://{path}/", "--audio_suffix", ".mp3", "--target_dir",
                   "gs://klay/finished/target/", "--target_audio_suffix", ".wav"]
        expected = {"matched": LISTED, "done": 0, "skipped": LISTED, "failed": 0, "damaged": 0}
        self.rerun = self.counted(self.klay_beam("rerun over 100,000 finished objects", command, expected, [],
                                                 warm_up=True), store)

    def cases(self):
        return [self.ours, self.gcsfs, self.match, self.rerun]

    def results(self, samples):
        ours = samples[self.ours.name]
        for name, case in (("gcsfs", self.gcsfs), ("Beam's FileSystems.match", self.match)):
            peer = samples[case.name]
            for attribute, unit, bar, begin in (
                    ("wall", "s", 5, f"listing of 100,000 objects of gs://, times faster than {name}"),
                    ("cpu", "CPU s", None, "- CPU seconds")):
                yield Result(begin, f"{median(ours, attribute):.2f} {unit}", f"{median(peer, attribute):.2f} {unit}",
                             ratio([peer], attribute, [ours]), "x", bar, smaller_is_better=False)
        for name, what in ((self.ours.name, "- requests"), (self.gcsfs.name, "- requests of gcsfs"),
                           (self.match.name, "- requests of Beam's FileSystems.match")):
            yield Result(what, f"{self.requests[name]}", "", self.requests[name])
        requests = self.requests[self.rerun.name]
        yield Result("rerun of transcode over 100,000 finished objects of gs://, requests",
                     f"{median(samples[self.rerun.name], 'wall'):.2f} s", "", requests, "", bar=250)


class LargeObject(StoreRow):
    """An object of 1 GB, read from its first byte to its last: from a store that takes no time for that, as a real one
    takes none of the client's, and from fake-gcs-server, which shares the client's cores."""

    def __init__(self, build):
        super().__init__(build)
        program, file = self.program("klay-beam"), os.path.join(build, "large.bin")

        def fill(address):
            with open(file, "wb") as out:
                for i in range(LARGE >> 20):
                    out.write(random.Random(i).randbytes(1 << 20))
            self.copy(address, file, "gs://klay/large.bin")
            os.remove(file)

        # The peer throws away what it has read, so this does, too; that it was all of it, by the store's checksum, is in the
        # exit code.
        command = ["/bin/sh", "-c", '"$0" "$@" > /dev/null', program, "cat", "gs://klay/large.bin"]
        self.pairs = []
        for where, store, bar in (("", LargeObjectStore(build, LARGE), 2), (" of fake-gcs-server", FileStore(build, fill), None)):
            ours = self.counted(Case(f"cat of 1 GB{where}", command, no_check, [program], warm_up=True), store)
            peer = self.counted(self.python(f"google-cloud-storage, 1 GB{where}", "read", "klay/large.bin", LARGE), store)
            self.pairs.append((where, ours, peer, bar))

    def cases(self):
        return [case for _, ours, peer, _ in self.pairs for case in (ours, peer)]

    def results(self, samples):
        for where, ours, peer, bar in self.pairs:
            ours, peer = samples[ours.name], samples[peer.name]
            for attribute, unit, least, begin in (("wall", "s", bar, f"reading an object of 1 GB of gs://{where}, times faster "
                                                   "than google-cloud-storage as one stream"),
                                                  ("cpu", "CPU s", None, "- CPU seconds")):
                yield Result(begin, f"{median(ours, attribute):.2f} {unit}", f"{median(peer, attribute):.2f} {unit}",
                             ratio([peer], attribute, [ours]), "x", least, smaller_is_better=False)


ALL = {
    "store-transcode": Transcode,
    "store-listing": Listing,
    "store-large-object": LargeObject,
}
