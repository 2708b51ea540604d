#!/usr/bin/env python3
"""corpus.py OUT: makes the benchmark's corpus in the folder OUT. What is there already is kept.

  music/ogg   the music of wesnoth-1.16-music (41 files, 150 MB)
  music/flac  the samples of hydrogen-drumkits and sonic-pi-samples (about 500 short files)
  music/mp3   made from both with ffmpeg: a third of the music in four qualities, and 150 samples of a few seconds
  one         one short mp3 file: what start-up is measured with
  set10       ten mp3 files of 20 s; set1000 holds each of them a hundred times under other names
  second1000-mp3, second1000-wav   a thousand files of one second: ten, a hundred times each
  hour        an hour of music in 66 mp3 files of one second to five minutes, each rate of bits in turn
  wav         ten minutes of music as wav: ten files, 48 kHz, which every encoder takes, 16 bits
  tiny50000, tiny100000   text files of a dozen bytes, a thousand in a folder
  finished    source/ and target/: 100,000 files and their results, by name; transcode has nothing left to do
  minute, ten-hours       one mp3 file of that length each (64 kbit/s: 290 MB)

Needs ffmpeg and the Debian packages named in bench/packages.txt; Python's standard library is enough.
"""
import argparse
import concurrent.futures
import os
import shutil
import subprocess
import sys

MUSIC = "/usr/share/games/wesnoth/1.16/data/core/music"
SAMPLES = {"sonic-pi": "/usr/share/sonic-pi/samples", "hydrogen": "/usr/share/hydrogen/data/drumkits"}
# The qualities that music is met in: constant 128, 192 and 320 kbit/s, and LAME's variable V0.
QUALITIES = (["-b:a", "128k"], ["-q:a", "0"], ["-b:a", "320k"], ["-b:a", "192k"])
SET_SECONDS = 20
HOUR_FILES = 66
LONG_SECONDS = 36000
# A change of what a set holds needs a new version, so that folders made before are made anew.
VERSION = "1"


def find(root, suffix, package):
    paths = sorted(os.path.join(d, f) for d, _, files in os.walk(root) for f in files if f.endswith(suffix))
    if not paths:
        sys.exit(f"corpus: no {suffix} file under {root}; install the Debian package {package}")
    return paths


def ffmpeg(source, target, *options, before=()):
    """`options` are the target's, `before` the source's."""
    command = ["ffmpeg", "-v", "error", "-nostdin", "-y", *before, "-i", source, "-map", "0:a", *options, target]
    subprocess.run(command, check=True)


def encode_all(jobs, before=()):
    """Runs ffmpeg for each (source, target, options), as many at once as there are cores."""
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for done in [pool.submit(ffmpeg, source, target, *options, before=before) for source, target, options in jobs]:
            done.result()


def sample_name(path):
    kit, root = next((kit, root) for kit, root in SAMPLES.items() if path.startswith(root))
    return kit + "-" + os.path.relpath(path, root).replace(os.sep, "-")


def music():
    return find(MUSIC, ".ogg", "wesnoth-1.16-music")


def samples():
    return [p for kit, root in SAMPLES.items() for p in find(root, ".flac", kit)]


def make_ogg(out):
    for path in music():
        shutil.copyfile(path, os.path.join(out, os.path.basename(path)))


def make_flac(out):
    for path in samples():
        shutil.copyfile(path, os.path.join(out, sample_name(path)))


def make_mp3(out):
    jobs = []
    for i, path in enumerate(music()[::3]):
        name = os.path.splitext(os.path.basename(path))[0]
        jobs.append((path, os.path.join(out, f"long-{name}.mp3"), QUALITIES[i % len(QUALITIES)]))
    for path in samples()[::3][:150]:
        jobs.append((path, os.path.join(out, f"short-{sample_name(path)[:-5]}.mp3"), ["-b:a", "192k"]))
    encode_all(jobs)


def make_one(out):
    ffmpeg(music()[0], os.path.join(out, "one.mp3"), "-t", "1", "-b:a", "128k")


def make_set10(out):
    options = ["-ss", "10", "-t", str(SET_SECONDS), "-b:a", "192k"]
    encode_all([(p, os.path.join(out, f"file-{i}.mp3"), options) for i, p in enumerate(long_enough(music(), 10))])


def long_enough(paths, count):
    """The first `count` files of at least a megabyte: each of those is well over half a minute of music."""
    return [p for p in paths if os.path.getsize(p) >= 1 << 20][:count]


def make_set1000(out):
    ten = os.path.join(os.path.dirname(out), "set10")
    for name in sorted(os.listdir(ten)):
        for i in range(100):
            shutil.copyfile(os.path.join(ten, name), os.path.join(out, f"{i:03}-{name}"))


def make_second1000(out, suffix, *format):
    ten = os.path.join(out, "ten")
    os.mkdir(ten)
    options = ["-ss", "20", "-t", "1", *format]
    encode_all([(p, os.path.join(ten, f"{i}{suffix}"), options) for i, p in enumerate(long_enough(music(), 10))])
    for name in sorted(os.listdir(ten)):
        for i in range(100):
            shutil.copyfile(os.path.join(ten, name), os.path.join(out, f"{i:03}-{name}"))
    shutil.rmtree(ten)


def make_hour(out):
    # Evenly spread on a logarithmic scale, as lengths of recordings are: half of the files are shorter than 18 s.
    lengths = [300 ** (i / (HOUR_FILES - 1)) for i in range(HOUR_FILES)]
    tracks = music()
    jobs = []
    for i, length in enumerate(lengths):
        options = ["-t", f"{length * 3600 / sum(lengths):.3f}", *QUALITIES[i % len(QUALITIES)]]
        jobs.append((tracks[i % len(tracks)], os.path.join(out, f"{i:02}.mp3"), options))
    encode_all(jobs, ["-stream_loop", "-1"])


def make_wav(out):
    options = ["-ss", "10", "-t", "60", "-ar", "48000", "-ac", "2", "-c:a", "pcm_s16le", "-bitexact"]
    encode_all([(p, os.path.join(out, f"{i}.wav"), options) for i, p in enumerate(long_enough(music(), 10))],
               ["-stream_loop", "-1"])


def write_thousands(out, count, name, text):
    """`count` small files, a thousand in a folder; name and text are formats of the folder's and the file's number."""
    for folder in range(count // 1000):
        path = os.path.join(out, f"{folder:03}")
        os.makedirs(path)
        for i in range(1000):
            with open(os.path.join(path, name.format(folder, i)), "w") as f:
                f.write(text.format(folder, i))


def make_tiny(out, count):
    write_thousands(out, count, "{1:03}.txt", "file {0:03}{1:03}\n")


def make_finished(out):
    write_thousands(os.path.join(out, "source"), 100_000, "{1:03}.mp3", "not opened")
    write_thousands(os.path.join(out, "target"), 100_000, "{1:03}.wav", "not opened")


def make_long(out, seconds):
    source = os.path.join(out, "track.mp3")
    ffmpeg(max(music(), key=os.path.getsize), source, "-b:a", "64k")
    # Frames are repeated, not made anew.
    ffmpeg(source, os.path.join(out, "long.mp3"), "-t", str(seconds), "-c", "copy", before=["-stream_loop", "-1"])
    os.remove(source)


SETS = {
    "music/ogg": make_ogg,
    "music/flac": make_flac,
    "music/mp3": make_mp3,
    "one": make_one,
    "set10": make_set10,
    "set1000": make_set1000,
    "second1000-mp3": lambda out: make_second1000(out, ".mp3", "-b:a", "128k"),
    "second1000-wav": lambda out: make_second1000(out, ".wav", "-c:a", "pcm_s16le"),
    "hour": make_hour,
    "wav": make_wav,
    "tiny50000": lambda out: make_tiny(out, 50_000),
    "tiny100000": lambda out: make_tiny(out, 100_000),
    "finished": make_finished,
    "minute": lambda out: make_long(out, 60),
    "ten-hours": lambda out: make_long(out, LONG_SECONDS),
}


def make(out, name, function):
    target, stamp = os.path.join(out, name), os.path.join(out, name.replace("/", "-") + ".version")
    if os.path.exists(stamp) and open(stamp).read() == VERSION:
        return
    print(f"corpus: making {name}", flush=True)
    shutil.rmtree(target, ignore_errors=True)
    os.makedirs(target)
    function(target)
    # The stamp comes last: a set that was interrupted is made anew.
    with open(stamp, "w") as f:
        f.write(VERSION)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("out")
    arguments = parser.parse_args()
    if not shutil.which("ffmpeg"):
        sys.exit("corpus: ffmpeg is not installed")
    for name, function in SETS.items():
        make(arguments.out, name, function)


if __name__ == "__main__":
    main()
