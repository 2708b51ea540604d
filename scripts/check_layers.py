#!/usr/bin/env python3
"""Holds the layer table: fails with the file, line and include that go against cmake/layers.txt.

Protobuf and gRPC (`protos` in the table) and Apache Arrow (`arrow`) are for the folders that name them. No header of
another folder reaches a header of those, so users see none of them. Includes of our files are written from the repository
root.
`check_layers.py [ROOT]` prints one line an offence, and exits with 1 on any.
"""
import re
import sys
from pathlib import Path

INCLUDE = re.compile(r'\s*#\s*include\s*([<"])([^>"]+)[>"]')
HEAVY = {
    "protos": re.compile(r"(google/protobuf|grpc|grpcpp|absl)/|.*\.pb\.h$"),
    "arrow": re.compile(r"(arrow|parquet)/"),
}
OUR_FOLDERS = ("beam", "klay", "tests", "bench", "fuzz", "examples")


def is_of_tests(path):
    return path.endswith("_test.cc") or Path(path).name.startswith("test_")


def read_table(text):
    """Returns {folder: folders it may include, itself among them}, the same for what tests may use besides, and {key of
    HEAVY: the folders that name it}."""
    direct, for_tests = {}, {}
    for line in text.splitlines():
        if line and not line.startswith("#"):
            folder, allowed = line.split(":")
            table = for_tests if folder.startswith("tests ") else direct
            table[folder.removeprefix("tests ")] = allowed.split()

    heavy = {key: {folder for folder, allowed in direct.items() if key in allowed} for key in HEAVY}
    for key, folders in heavy.items():
        for folder in folders:
            direct[folder].remove(key)

    def closure(folder):
        return {folder}.union(*(closure(below) for below in direct[folder]))

    def closure_of_tests(folder):
        return set().union(*(closure(below) for below in for_tests.get(folder, [])))

    return ({folder: closure(folder) for folder in direct}, {folder: closure_of_tests(folder) for folder in direct},
            heavy)


def layer_of(path, table):
    """The longest folder of the table that holds `path`, or None if only beam/ or klay/ as a whole does."""
    holders = [folder for folder in table if path.startswith(folder + "/")]
    layer = max(holders, key=len, default=None)
    if layer is not None and "/" not in layer and path.count("/") > 1:
        return None
    return layer


def includes(file):
    """Yields (line number, whether in quotes, path) of each include."""
    for number, line in enumerate(file.read_text(errors="replace").splitlines(), start=1):
        match = INCLUDE.match(line)
        if match:
            yield number, match[1] == '"', match[2]


def offences(root):
    allowed, allowed_in_tests, heavy = read_table((root / "cmake/layers.txt").read_text())
    for file in sorted(path for top in ("beam", "klay") for path in (root / top).rglob("*.*")):
        path = file.relative_to(root).as_posix()
        if file.suffix not in (".h", ".cc"):
            continue
        layer = layer_of(path, allowed)
        if layer is None:
            yield f"{path}:1: the folder is not in cmake/layers.txt"
            continue
        may_include = allowed[layer] | (allowed_in_tests[layer] if is_of_tests(path) else set())
        for number, quoted, target in includes(file):
            ours = target.split("/")[0] in OUR_FOLDERS
            here = f'{path}:{number}: #include "{target}"'
            if external := next((key for key in HEAVY if HEAVY[key].match(target)), None):
                if layer not in heavy[external]:
                    yield f"{path}:{number}: #include <{target}>: {layer} may not include {external}"
            elif quoted and not ours:
                yield f"{here} is not written from the repository root"
            elif ours and layer_of(target, allowed) not in may_include:
                yield f'{here}: {layer} may not include {target.rpartition("/")[0]}'
            elif file.suffix == ".h":
                for key, folders in heavy.items():
                    if layer not in folders and layer_of(target, allowed) in folders:
                        yield f"{here}: a header that users may include reaches {key}"


def main():
    root = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent.parent
    found = list(offences(root))
    print(*found, sep="\n", end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
