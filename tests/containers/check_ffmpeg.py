#!/usr/bin/env python3
"""Compares FFmpeg's libraries for images with those of the machine, by name: a worker decodes what a laptop decodes, and a
program that was linked to the one finds in the other what it asks for.  check_ffmpeg.py DIR

DIR is made by containers/make_ffmpeg.sh. What may be missing there is written below with its reason; what is written
there without need fails, too."""
import ctypes
import json
import os
import pathlib
import re
import subprocess
import sys

LEFT_OUT = {
    # Other libraries decode the same audio as FFmpeg's own decoders, which are asked first.
    "decoder libgsm": "gsm", "decoder libgsm_ms": "gsm_ms", "decoder libopus": "opus", "decoder libspeex": "speex",
    "decoder libvorbis": "vorbis",
    # Where one of these stands beside audio, FFmpeg looks further ahead to describe it; the audio is as it is.
    "decoder libdav1d asked first for av1": "video", "decoder libjxl asked first for jpegxl": "pictures",
    "decoder librsvg asked first for svg": "pictures", "decoder libzvbi_teletextdec asked first for dvb_teletext": "texts",
    # None of these is among the containers that klay/audio opens (kAllowed in container_reader.cc).
    "decoder libcodec2": "only codec2 and codec2raw hold it", "decoder libcodec2 asked first for codec2": "likewise",
    "demuxer libgme": "scores of game consoles", "demuxer libopenmpt": "scores of trackers",
    "demuxer dash": "a playlist", "demuxer imf": "a playlist",
    "demuxer rtsp": "network", "demuxer rtp": "network", "demuxer sap": "network", "demuxer sdp": "network",
}
# What klay/audio encodes with.
ENCODERS = {"encoder aac", "encoder flac"}
AUDIO = 1


class Named(ctypes.Structure):
    """How AVInputFormat and AVBitStreamFilter begin."""
    _fields_ = [("name", ctypes.c_char_p)]


class Codec(ctypes.Structure):
    _fields_ = [("name", ctypes.c_char_p), ("long_name", ctypes.c_char_p), ("type", ctypes.c_int), ("id", ctypes.c_int)]


class Parser(ctypes.Structure):
    _fields_ = [("codec_ids", ctypes.c_int * 7)]


def iterate(function, structure):
    function.restype = ctypes.POINTER(structure)
    state = ctypes.c_void_p()
    while item := function(ctypes.byref(state)):
        yield item.contents


def parts(codec_library: str, format_library: str):
    """What the libraries that this process loads consist of."""
    codec, formats = ctypes.CDLL(codec_library), ctypes.CDLL(format_library)
    codec.avcodec_get_name.restype = ctypes.c_char_p
    codec.avcodec_find_decoder.restype = ctypes.POINTER(Codec)
    found = set()
    for item in iterate(codec.av_codec_iterate, Codec):
        kind = "decoder" if codec.av_codec_is_decoder(ctypes.byref(item)) else "encoder"
        if item.type == AUDIO:
            found.add(f"{kind} {item.name.decode()}")
        if kind == "decoder":
            first = codec.avcodec_find_decoder(item.id).contents
            found.add(f"decoder {first.name.decode()} asked first for {codec.avcodec_get_name(item.id).decode()}")
    for item in iterate(formats.av_demuxer_iterate, Named):
        found.add(f"demuxer {item.name.decode()}")
    for item in iterate(codec.av_bsf_iterate, Named):
        found.add(f"bitstream filter {item.name.decode()}")
    for item in iterate(codec.av_parser_iterate, Parser):
        found.update(f"parser of {codec.avcodec_get_name(id).decode()}" for id in item.codec_ids if id != 0)
    return found


def symbols(path: str):
    """The public ones, with their versions, but those of a video card's interface; avpriv_ is for FFmpeg's libraries
    among themselves."""
    lines = subprocess.run(["nm", "-D", "--defined-only", path], check=True, capture_output=True, text=True).stdout
    found = re.findall(r" [TDRBV] ((?:av|swr)\w+@@?\w+)$", lines, re.MULTILINE)
    return {f"symbol {name}" for name in found if not name.startswith("avpriv_") and "vdpau" not in name}


def of_libraries(folder: pathlib.Path, environment):
    """The parts and symbols of the libraries that are loaded, in a process of its own, with this environment."""
    names = {path.name.split(".")[0]: path.name for path in folder.iterdir()}
    listed = subprocess.run([sys.executable, __file__, "--list", *sorted(names.values())], check=True,
                            capture_output=True, text=True, env=environment).stdout
    return set(json.loads(listed))


def list_loaded(names):
    by_stem = {name.split(".")[0]: name for name in names}
    found = parts(by_stem["libavcodec"], by_stem["libavformat"])
    for name in names:
        ctypes.CDLL(name)
    with open("/proc/self/maps") as maps:
        paths = {line.split()[-1] for line in maps if "/" in line}
    for path in paths:
        if any(os.path.basename(path).startswith(stem + ".so") for stem in by_stem):
            found |= symbols(path)
    print(json.dumps(sorted(found)))


def main():
    folder = pathlib.Path(sys.argv[1]).resolve()
    plain = {name: value for name, value in os.environ.items() if name != "LD_LIBRARY_PATH"}
    machine = of_libraries(folder, plain)
    image = of_libraries(folder, plain | {"LD_LIBRARY_PATH": str(folder)})
    wanted = {part for part in machine if not part.startswith("encoder ")} | ENCODERS
    missing = wanted - image
    faults = [f"the machine's has {part}, the image's has not" for part in sorted(missing - LEFT_OUT.keys())]
    faults += [f"{part} may be missing, and is not" for part in sorted(LEFT_OUT.keys() - missing)]
    print(*faults, sep="\n")
    print(f"{len(wanted)} parts of FFmpeg looked at, {len(missing)} left out, {len(faults)} faults")
    return 1 if faults else 0


if sys.argv[1] == "--list":
    list_loaded(sys.argv[2:])
else:
    sys.exit(main())
