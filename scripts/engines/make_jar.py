#!/usr/bin/env python3
"""make_jar.py MAIN_CLASS JAR: makes a jar that runs MAIN_CLASS with the class path on its standard input."""
import pathlib
import sys
import zipfile


def folded(line):
    """A line of a manifest, which has at most 72 bytes; more of it is on lines that begin with a space."""
    lines = [line[:72]] + [" " + line[at : at + 71] for at in range(72, len(line), 71)]
    return "".join(part + "\n" for part in lines)


main_class, jar = sys.argv[1:]
jars = " ".join(pathlib.Path(path).as_uri() for path in sys.stdin.read().strip().split(":"))
manifest = ["Manifest-Version: 1.0", f"Main-Class: {main_class}", f"Class-Path: {jars}"]
with zipfile.ZipFile(jar + ".part", "w") as archive:
    archive.writestr("META-INF/MANIFEST.MF", "".join(map(folded, manifest)))
pathlib.Path(jar + ".part").rename(jar)
