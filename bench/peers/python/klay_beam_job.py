"""klay_beam_job.py wav|16k SOURCE SUFFIX TARGET: the original Klay Beam's steps on Beam's own runner, as its transcode
job puts them together: every file below SOURCE that ends with SUFFIX, written as 16-bit wav to the folder TARGET.

wav keeps rate and channels. 16k averages the channels and resamples to 16 kHz with the original's ResampleTorchaudioTensor.
FnApiRunner is named, because it is what DirectRunner comes down to (see group_by_key.py). It has one worker, and torch one
thread: with two of either the original needs more CPU time and more wall clock for jobs of this size.
"""
import os
import sys

import apache_beam as beam
import apache_beam.io.fileio as beam_io
import torch
from apache_beam.runners.portability.fn_api_runner import FnApiRunner
from klay_beam.torch_transforms import LoadWithTorchaudio, ResampleTorchaudioTensor
from klay_beam.transforms import numpy_to_wav, write_file


def mono(element):
    path, audio, rate = element
    return path, audio.mean(0, keepdim=True), rate


class ToWav(beam.DoFn):
    def __init__(self, folder):
        self.folder = folder

    def process(self, element):
        path, audio, rate = element
        yield os.path.join(self.folder, os.path.basename(path) + ".wav"), numpy_to_wav(audio.numpy(), rate)


def main():
    job, source, suffix, target = sys.argv[1:]
    torch.set_num_threads(1)
    with beam.Pipeline(FnApiRunner(), argv=[]) as p:
        audio, _, _ = (
            p
            | beam_io.MatchFiles(os.path.join(source, f"**{suffix}"))
            | beam.Reshuffle()
            | beam_io.ReadMatches()
            | beam.ParDo(LoadWithTorchaudio()).with_outputs("failed", "duration_seconds", main="audio")
        )
        if job == "16k":
            audio = (
                audio
                | "Mono" >> beam.Map(mono)
                | "Resample" >> beam.ParDo(ResampleTorchaudioTensor(16000, source_sr_hint=44100))
            )
        audio | "Encode" >> beam.ParDo(ToWav(target)) | "Write" >> beam.Map(write_file)


if __name__ == "__main__":
    main()
