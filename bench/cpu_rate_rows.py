"""How much CPU time an hour of audio takes a job: what klay/jobs/cpu_rate.cc says, by which a run is estimated."""
from row import Result, all_done, count_files, median
from transcode_rows import TO_16K, TranscodeRow

FOLDER = "hour"


class CpuRates(TranscodeRow):
    """Every job and every format of results, one worker, local to local."""

    TRANSCODED = {
        "wav, 16 kHz, mono": TO_16K,
        "npy": ["--target_audio_suffix", ".npy"],
        "flac": ["--target_audio_suffix", ".flac"],
        "mp3": ["--target_audio_suffix", ".mp3"],
        "ogg": ["--target_audio_suffix", ".ogg"],
        "opus, 48 kHz": ["--target_audio_suffix", ".opus", "--target_sample_rate", "48000"],
        "m4a": ["--target_audio_suffix", ".m4a"],
    }

    def stats(self, name, *arguments):
        folder = self.corpus(FOLDER)
        return self.klay_beam(name, ["stats", "--source_audio_path", folder, "--match_suffix", ".mp3", *arguments, "--direct_num_workers", "1"],
                              all_done(count_files(folder)), [folder])

    def cases(self):
        return [self.run_example("mp3 decoded", FOLDER, ".mp3", threads=1),
                self.stats("mp3 with levels and loudness"),
                *(self.transcode(f"mp3 to {what}", FOLDER, ".mp3", arguments, threads=1)
                  for what, arguments in self.TRANSCODED.items())]

    def results(self, samples):
        for case in self.cases():
            rate = median(samples[case.name]) * 3600 / self.seconds[case.name]
            yield Result(f"CPU seconds for an hour of audio: {case.name}", f"{median(samples[case.name]):.2f} CPU s", "", rate,
                         " s")


ALL = {"cpu-rates": CpuRates}
