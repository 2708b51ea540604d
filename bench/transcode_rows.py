"""The rows of klay-beam's transcode: against ffmpeg, a pool of libsndfile and libsoxr, the encoders' libraries, and the
original Klay Beam on Beam's own runner."""
import os
import re
import shlex
import statistics

from row import (FORMATS, PEERS, THREADS, Case, Result, Row, WrongResult, all_done, count_files, median, ratio,
                 total)

FN_API_RUNNER = "apache_beam.runners.portability.fn_api_runner.FnApiRunner"
WAV_HEADER = 44
BYTES_A_SECOND = 2 * 16000  # of 16 kHz, mono, 16 bits
TO_16K = ["--target_audio_suffix", ".16k.wav", "--target_sample_rate", "16000", "--target_channels", "1"]


class TranscodeRow(Row):
    def out(self, name):
        return os.path.join(self.build, "out", re.sub(r"\W+", "-", name))

    def transcode(self, name, folder, suffix, arguments, files=None, threads=THREADS, **case):
        """klay-beam transcode over corpus/folder; checks that every file was done."""
        folder, out = self.corpus(folder), self.out(name)
        command = ["transcode", "--src_dir", folder, "--audio_suffix", suffix, "--target_dir", out, *arguments,
                   "--direct_num_workers", str(threads)]
        return self.klay_beam(name, command, all_done(files or count_files(folder)), [folder], target=out, **case)

    def peer(self, name, folder, command, needs, bytes_a_second=BYTES_A_SECOND):
        """A program that makes a wav file of every file of `folder` in the folder out(name)."""
        folder, out = self.corpus(folder), self.out(name)

        def check(_):
            sizes = [os.path.getsize(os.path.join(out, file)) for file in os.listdir(out)]
            if len(sizes) != count_files(folder):
                raise WrongResult(f"{name} made {len(sizes)} files of {count_files(folder)}")
            self.seconds[name] = (sum(sizes) - WAV_HEADER * len(sizes)) / bytes_a_second

        return Case(name, command, check, [folder, *needs], target=out)

    def ffmpeg(self, name, folder):
        """One ffmpeg a file, two at a time, to wav, 16 kHz mono."""
        source, out = shlex.quote(self.corpus(folder)), shlex.quote(self.out(name))
        script = (f"cd {source} && printf '%s\\0' * | xargs -0 -P2 -I{{}} ffmpeg -v error -nostdin -threads 1 -i {{}} "
                  f"-map 0:a -ac 1 -ar 16000 -c:a pcm_s16le {out}/{{}}.wav")
        return self.peer(name, folder, ["/bin/sh", "-c", script], ["/usr/bin/ffmpeg"])

    def python(self, name, script, folder, *arguments, bytes_a_second=BYTES_A_SECOND):
        python, script = self.program("venv_klay_beam/bin/python"), os.path.join(PEERS, "python", script)
        return self.peer(name, folder, [python, script, *arguments, self.out(name)], [python, script], bytes_a_second)

    def compare(self, samples, what, ours, peers, bar, attribute="cpu"):
        """One result: the cases `ours` together against the cases `peers` together."""
        for a, b in zip(ours, peers):
            self.check_seconds(a, b)
        unit = "CPU s" if attribute == "cpu" else "s"
        value = ratio([samples[c] for c in ours], attribute, [samples[c] for c in peers])
        return Result(what, f"{total(samples, ours, attribute):.2f} {unit}",
                      f"{total(samples, peers, attribute):.2f} {unit}", value, bar=bar)


class Music(TranscodeRow):
    """The music to wav, 16 kHz mono."""

    def pairs(self):
        return [(self.transcode(f"transcode to 16k, {f}", f"music/{f}", f".{f}", TO_16K),
                 self.ffmpeg(f"xargs ffmpeg to 16k, {f}", f"music/{f}")) for f in FORMATS]

    def cases(self):
        return [case for pair in self.pairs() for case in pair]

    def results(self, samples):
        ours, peers = zip(*((a.name, b.name) for a, b in self.pairs()))
        yield self.compare(samples, "transcode of the music to wav, 16 kHz mono / xargs -P2 ffmpeg", ours, peers, 0.85)
        for a, b, f in zip(ours, peers, FORMATS):
            # The ogg files are all long; of the others many are short, and an ffmpeg each costs more than they do.
            yield self.compare(samples, f"- its {f} files", [a], [b], 0.85 if f == "ogg" else None)


class Hour(TranscodeRow):
    """An hour of mp3 in 66 files to wav, 16 kHz mono."""

    def __init__(self, build):
        super().__init__(build)
        self.ours = self.transcode("transcode, an hour of mp3", "hour", ".mp3", TO_16K)
        self.one = self.transcode("transcode, an hour of mp3, 1 thread", "hour", ".mp3", TO_16K, threads=1)
        self.ffmpeg_files = self.ffmpeg("xargs ffmpeg, an hour of mp3", "hour")
        self.pool = self.python("pool of libsndfile and libsoxr, an hour of mp3", "pool_16k.py", "hour",
                                self.corpus("hour"))

    def cases(self):
        return [self.ours, self.ffmpeg_files, self.pool, self.one]

    def results(self, samples):
        for peer, name, bar in ((self.ffmpeg_files, "xargs -P2 ffmpeg", 0.5),
                                (self.pool, "a pool of 2 of libsndfile and libsoxr", 0.65)):
            for attribute, what in (("cpu", "CPU seconds"), ("wall", "wall clock")):
                yield self.compare(samples, f"transcode of an hour of mp3 to wav, 16 kHz mono, {what} / {name}",
                                   [self.ours.name], [peer.name], bar, attribute)
        yield self.compare(samples, "- its wall clock on 2 threads / 1 thread", [self.ours.name], [self.one.name], None,
                           "wall")


class Encoders(TranscodeRow):
    """wav files to mp3, ogg and opus, against the encoder's library alone."""

    FORMATS = ("mp3", "ogg", "opus")

    def __init__(self, build):
        super().__init__(build)
        self.cpu = {f: [] for f in self.FORMATS}  # the library's, round by round

    def pair(self, format):
        name, program, folder = f"{format} library alone", self.program("peer_encoder_alone"), self.corpus("wav")
        files = sorted(os.listdir(folder)) if os.path.exists(folder) else []

        def check(out):
            found = re.fullmatch(r"(\d+) files, ([\d.]+) s, ([\d.]+) CPU s\n", out)
            if not found or int(found[1]) != len(files):
                raise WrongResult(f"{name} printed {out!r}")
            self.seconds[name] = float(found[2])
            self.cpu[format].append(float(found[3]))

        # As many threads as the library has: two on one core's cache would cost each other time.
        return (self.transcode(f"transcode wav to {format}", "wav", ".wav", ["--target_audio_suffix", f".{format}"],
                               threads=1),
                Case(name, [program, format, *(os.path.join(folder, f) for f in files)], check, [program, folder]))

    def cases(self):
        return [case for f in self.FORMATS for case in self.pair(f)]

    def results(self, samples):
        for format in self.FORMATS:
            ours, peer = (case.name for case in self.pair(format))
            self.check_seconds(ours, peer)
            library = self.cpu[format]
            value = statistics.median(a.cpu / b for a, b in zip(samples[ours], library))
            yield Result(f"transcode wav -> {format}, CPU seconds / the encoder's library fed from memory",
                         f"{median(samples[ours]):.2f} CPU s", f"{statistics.median(library):.2f} CPU s", value, bar=1.05)


class KlayBeam(TranscodeRow):
    """The original's jobs on its runner: an hour of mp3 decoded, to wav, to 16 kHz mono; a thousand files of 1 s."""

    WHAT = {"decode": "decoding", "wav": "transcode to wav", "16k": "transcode to 16 kHz mono"}
    BYTES_A_SECOND = {"wav": 4 * 44100, "16k": BYTES_A_SECOND}
    # Job, folder, the folder in words, bars of CPU and wall clock. The bar for short files is about what a file costs
    # beside its codec; a thousand seconds of mp3 cost libavcodec alone more than that.
    ROWS = (
        ("decode", "hour", "an hour of mp3", 0.4, 0.2),
        ("wav", "hour", "an hour of mp3", 0.4, 0.2),
        ("16k", "hour", "an hour of mp3", 0.4, 0.2),
        ("decode", "second1000-mp3", "1000 mp3 files of 1 s", None, None),
        ("16k", "second1000-mp3", "1000 mp3 files of 1 s", None, None),
        ("decode", "second1000-wav", "1000 wav files of 1 s", None, 0.05),
        ("16k", "second1000-wav", "1000 wav files of 1 s", None, 0.05),
    )

    @staticmethod
    def suffix(folder):
        return ".wav" if folder.endswith("wav") else ".mp3"

    def ours(self, job, folder):
        name, suffix = f"{job} of {folder}", self.suffix(folder)
        if job == "decode":
            return self.run_example(name, folder, suffix)
        return self.transcode(name, folder, suffix, TO_16K if job == "16k" else ["--target_audio_suffix", ".wav"])

    def original(self, job, folder):
        name, source, suffix = f"{job} of {folder}, klay_beam", self.corpus(folder), self.suffix(folder)
        if job != "decode":
            return self.python(name, "klay_beam_job.py", folder, job, source, suffix,
                               bytes_a_second=self.BYTES_A_SECOND[job])
        python = self.program("venv_klay_beam/bin/python")

        def check(_):
            self.seconds[name] = self.seconds[self.ours(job, folder).name]  # it only logs them

        command = [python, "-m", "klay_beam.run_example", "--runner", FN_API_RUNNER, "--source_audio_path",
                   source + "/", "--source_audio_suffix", suffix]
        return Case(name, command, check, [python, source])

    def cases(self):
        return [kind(job, folder) for job, folder, *_ in self.ROWS for kind in (self.ours, self.original)]

    def results(self, samples):
        for job, folder, what, cpu, wall in self.ROWS:
            ours, peer = [self.ours(job, folder).name], [self.original(job, folder).name]
            begin = f"{self.WHAT[job]} of {what}"
            yield self.compare(samples, f"{begin}, CPU seconds / klay_beam 0.14.6", ours, peer, cpu)
            yield self.compare(samples, f"{begin}, wall clock / klay_beam 0.14.6", ours, peer, wall, "wall")


class LongFile(TranscodeRow):
    """Peak memory of transcode: one file of ten hours, one of a minute."""

    def cases(self):
        return [self.transcode(f"transcode of {folder}", folder, ".mp3", TO_16K) for folder in ("minute", "ten-hours")]

    def results(self, samples):
        short, long = (samples[case.name] for case in self.cases())
        value = ratio([long], "peak_mb", [short])
        yield Result("peak memory of transcode, one 10-hour file / one 1-minute file", f"{median(long, 'peak_mb'):.1f} MB",
                     f"{median(short, 'peak_mb'):.1f} MB (ours, 1 minute)", value, bar=1.1)
        value = median(long, "peak_mb")
        yield Result("- the 10-hour file", f"{value:.1f} MB, {median(long):.1f} CPU s", "", value, " MB", bar=150)


class Rerun(TranscodeRow):
    """transcode where everything is done already."""

    def __init__(self, build):
        super().__init__(build)
        folder = self.corpus("finished")
        arguments = ["transcode", "--src_dir", os.path.join(folder, "source"), "--audio_suffix", ".mp3", "--target_dir",
                     os.path.join(folder, "target"), "--target_audio_suffix", ".wav"]
        expected = {"matched": 100_000, "done": 0, "skipped": 100_000, "failed": 0, "damaged": 0}
        self.case = self.klay_beam("rerun over finished files", arguments, expected, [folder])

    def cases(self):
        return [self.case]

    def results(self, samples):
        runs = samples[self.case.name]
        value = median(runs, "wall")
        yield Result("rerun of transcode over 100,000 finished files", f"{value:.2f} s, {median(runs):.2f} CPU s", "", value,
                     " s", bar=3)


ALL = {
    "transcode-music": Music,
    "transcode-hour": Hour,
    "encoders": Encoders,
    "klay-beam": KlayBeam,
    "long-file": LongFile,
    "rerun": Rerun,
}
