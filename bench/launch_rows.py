"""The rows of a launch: from a command to a job of Dataflow, on the stand-in for Google Cloud of the tests; and from the
boot program of a worker's container to its first bundle, on Prism."""
import os
import random
import statistics

from engine import Engine
from row import Case, Result, Row, WrongResult, median
from server import Server


class Word:
    """A word of a command that is known only when that is run."""

    def __init__(self, text):
        self.text = text

    def __str__(self):
        return self.text()


class Launch(Row):
    """A program of 60 MB that is taken along: to a bucket that has never seen it, and to one that has it."""

    SIZE = 60_000_000

    def __init__(self, build):
        super().__init__(build)
        self.stand_in, self.credentials = self.program("bench_dataflow_service"), self.program("dataflow_credentials.json")
        # It counts the programs that were sent.
        self.service = Server(lambda: [self.stand_in, self.credentials])
        self.large = self.program("program_60mb")
        self.folder = 0
        self.is_warm_up = True  # of the launch that is to find the program there
        if not os.path.exists(self.large):
            with open(self.large, "wb") as out:
                out.write(random.Random(1).randbytes(self.SIZE))
            os.chmod(self.large, 0o755)

    def launch(self, name, staging, uploads, **case):
        service, row, program = self.service, self, self.program("klay-beam")

        class Counted(Case):
            def prepare(_):
                row.folder += 1
                row.before = service.count()

        def check(_):
            sent = service.count() - row.before
            if sent != uploads and not (row.is_warm_up and uploads == 0):
                raise WrongResult(f"{name}: {sent} programs were sent where {uploads} is right")
            if uploads == 0:
                row.is_warm_up = False

        return Counted(name, [
            "/usr/bin/env", Word(lambda: f"STORAGE_EMULATOR_HOST={service.address()}"),
            f"GOOGLE_APPLICATION_CREDENTIALS={self.credentials}", program, "run-example", "--quiet",
            "--source_audio_path", "gs://music/in", "--source_audio_suffix", ".mp3", "--runner", "DataflowRunner",
            "--project", "my-project", "--region", "europe-west4", "--temp_location", "gs://bucket/temp",
            "--staging_location", Word(staging), "--sdk_container_image", "registry/worker:1", "--sdk_location", self.large,
            "--dataflow_endpoint", Word(service.address), "--no_wait_until_finish", "--job_name",
            Word(lambda: f"launch-{self.folder}")], check, [program, self.stand_in], **case)

    def cases(self):
        self.fresh = self.launch("launch, 60 MB", lambda: f"gs://bucket/stage-{self.folder}", 1)
        # The warm-up sends it.
        self.again = self.launch("launch, unchanged", lambda: "gs://bucket/stage", 0, warm_up=True)
        return [self.fresh, self.again]

    def results(self, samples):
        for case, what in ((self.fresh, "launch to job made, program of 60 MB, one upload"),
                           (self.again, "- unchanged, no upload")):
            runs = samples[case.name]
            yield Result(what, f"{median(runs):.2f} CPU s", "", median(runs, "wall"), " s", bar=3)


class WorkerStart(Row):
    """From the start of the boot program, which fetches the program of the pipeline and becomes that, to the first bundle."""

    def __init__(self, build):
        super().__init__(build)
        self.prism = Engine("prism", build)
        self.seconds = []

    def cases(self):
        target, boot = self.program("target-worker-start"), self.program("start_worker.sh")
        program, image = self.program("bench_first_bundle"), self.program("klay-beam")
        with open(boot, "w") as out:
            out.write(f"#!/bin/sh\ndate +%s%N >'{target}/begin'\n"
                      f"exec '{image}' --semi_persist_dir='{target}' \"$@\"\n")
        os.chmod(boot, 0o755)

        def check(_):
            begin, first = (int(open(os.path.join(target, name)).read()) for name in ("begin", "first"))
            self.seconds.append((first - begin) / 1e9)

        return [Case("worker start", [program, "--time_file", os.path.join(target, "first"), "--runner", "PortableRunner",
                                      "--job_endpoint", self.prism, "--environment_type", "PROCESS",
                                      "--environment_config", boot], check, [program, image], target=target)]

    def results(self, samples):
        yield Result("boot program to first bundle, on Prism", "", "", statistics.median(self.seconds), " s", bar=1)


ALL = {
    "launch": Launch,
    "worker-start": WorkerStart,
}
