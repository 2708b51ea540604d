#!/usr/bin/env python3
"""corpus.py OUT [--long]: makes the benchmark's corpus in the folder OUT. What is there already is kept.

  music/ogg   the music of wesnoth-1.16-music (41 files, 150 MB)
  music/flac  the samples of hydrogen-drumkits and sonic-pi-samples (about 500 short files)
  music/mp3   made from both with ffmpeg: a third of the music in four qualities, and 150 samples of a few seconds
  one         one short mp3 file: what start-up is measured with
  set10       ten mp3 files of 20 s; set1000 holds each of them a hundred times under other names
  tiny50000, tiny100000   text files of a dozen bytes, a thousand in a folder
  long        one mp3 file of ten hours (--long only: 560 MB)

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
LONG_SECONDS = 36000
# A change of what a set holds needs a new version, so that folders made before are made anew.
VERSION = "1"


def find(root, suffix, package):
    paths = sorted(os.path.join(d, f) for d, _, files in os.walk(root) for f in files if f.endswith(suffix))
    if not paths:
        sys.exit(f"corpus: no {suffix} file under {root}; install the Debian package {package}")
    return paths


def ffmpeg(source, target, *options):
    command = ["ffmpeg", "-v", "error", "-nostdin", "-y", "-i", source, "-map", "0:a", *options, target]
    subprocess.run(command, check=True)


def encode_all(jobs):
    """Runs ffmpeg for each (source, target, options), as many at once as there are cores."""
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for done in [pool.submit(ffmpeg, source, target, *options) for source, target, options in jobs]:
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


def make_tiny(out, count):
    for folder in range(count // 1000):
        path = os.path.join(out, f"{folder:03}")
        os.mkdir(path)
        for i in range(1000):
            with open(os.path.join(path, f"{i:03}.txt"), "w") as f:
                f.write(f"file {folder:03}{i:03}\n")


def make_long(out):
    source = os.path.join(os.path.dirname(out), "track.mp3")
    ffmpeg(max(music(), key=os.path.getsize), source, "-b:a", "128k")
    target = os.path.join(out, "ten-hours.mp3")
    loop = ["ffmpeg", "-v", "error", "-nostdin", "-y", "-stream_loop", "-1", "-i", source]
    subprocess.run([*loop, "-t", str(LONG_SECONDS), "-c", "copy", target], check=True)
    os.remove(source)


SETS = {
    "music/ogg": make_ogg,
    "music/flac": make_flac,
    "music/mp3": make_mp3,
    "one": make_one,
    "set10": make_set10,
    "set1000": make_set1000,
    "tiny50000": lambda out: make_tiny(out, 50_000),
    "tiny100000": lambda out: make_tiny(out, 100_000),
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
    parser.add_argument("--long", action="store_true", help="also make one file of ten hours")
    arguments = parser.parse_args()
    if not shutil.which("ffmpeg"):
        sys.exit("corpus: ffmpeg is not installed")
    for name, function in SETS.items():
        make(arguments.out, name, function)
    if arguments.long:
        make(arguments.out, "long", make_long)


if __name__ == "__main__":
    main()
