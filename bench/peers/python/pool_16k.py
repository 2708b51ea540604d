"""pool_16k.py SOURCE TARGET: every file of the folder SOURCE as a 16-bit wav file, 16 kHz mono, in the folder TARGET:
libsndfile decodes and encodes, libsoxr (HQ) resamples, and two processes share the files.
"""
import multiprocessing
import os
import sys

import soundfile
import soxr


def convert(source, target):
    audio, rate = soundfile.read(source, dtype="float32", always_2d=True)
    soundfile.write(target, soxr.resample(audio.mean(1), rate, 16000), 16000, subtype="PCM_16")


def main():
    source, target = sys.argv[1:]
    names = sorted(os.listdir(source))
    with multiprocessing.Pool(2) as pool:
        jobs = [(os.path.join(source, name), os.path.join(target, name + ".wav")) for name in names]
        pool.starmap(convert, jobs, chunksize=1)


if __name__ == "__main__":
    main()
