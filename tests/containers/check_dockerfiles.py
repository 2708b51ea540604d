#!/usr/bin/env python3
"""Checks the Dockerfiles without Docker: base images have versions, files that are copied or run exist, images that
begin empty are filled by make_root.sh, and all have the same entry point, which the tests run."""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
ENTRY_POINT = 'ENTRYPOINT ["/opt/apache/beam/boot"]'


def faults(path: pathlib.Path):
    lines = re.sub(r"\\\n", " ", path.read_text()).splitlines()
    instructions = [line for line in lines if line and not line.startswith("#")]
    stages = set()
    for line in instructions:
        word, *rest = line.split()
        if word == "FROM":
            base = rest[0]
            if base != "scratch" and base not in stages and not base.startswith("${") and not re.search(r":\d", base):
                yield f"{line}: the base image has no version"
            if "AS" in rest:
                stages.add(rest[rest.index("AS") + 1])
        elif word == "COPY" and not rest[0].startswith("--from"):
            context = ROOT if path.name == "Dockerfile" else ROOT / "examples/custom_job"
            for source in rest[:-1]:
                if not (context / source).exists() and not (ROOT / source).exists():
                    yield f"{line}: there is no {source}"
        elif word == "COPY":
            stage = rest[0].removeprefix("--from=")
            if stage not in stages:
                yield f"{line}: there is no stage {stage}"
        for script in re.findall(r"(?:scripts|containers)/[\w/]+\.sh", line):
            if not (ROOT / script).exists():
                yield f"{line}: there is no {script}"
    last = instructions[max(i for i, line in enumerate(instructions) if line.startswith("FROM ")):]
    if last[0] == "FROM scratch" and not any("containers/make_root.sh" in line for line in instructions):
        yield "the image begins empty, and make_root.sh does not fill it"
    if last[-1] != ENTRY_POINT:
        yield f"the last line must be {ENTRY_POINT}"


def main():
    files = sorted((ROOT / "containers").glob("*Dockerfile"))
    failed = False
    for path in files:
        for fault in faults(path):
            failed = True
            print(f"{path.relative_to(ROOT)}: {fault}")
    print(f"{len(files)} Dockerfiles looked at")
    return 1 if failed or len(files) < 3 else 0


sys.exit(main())
