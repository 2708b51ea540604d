#!/usr/bin/env python3
"""docs_test.py ROOT PROGRAM: what the pages for users say of the program, against the program.

Each message of the tables of docs/google_cloud.md that is said to be of Klay Beam must be one that it can say: what of it
stands between "..." must be in the texts of one source file. Each flag that the pages name must be one that the
program has, or one that it refuses by name; flags of other programs stand in commands of theirs."""
import pathlib
import re
import subprocess
import sys

root, program = pathlib.Path(sys.argv[1]), sys.argv[2]
failures = []
MESSAGES = root / "docs/google_cloud.md"
OURS = "Klay Beam"


def texts_of(source):
    """The string literals of a C++ file, those that stand behind each other as one; of a script, all of it."""
    text = source.read_text()
    if source.suffix not in (".cc", ".h"):
        return [text]
    literal = r'"((?:[^"\\\n]|\\.)*)"'
    runs = re.finditer(rf"{literal}(?:\s*{literal})*", text)
    return [re.sub(r"\\(.)", r"\1", "".join(re.findall(literal, run.group(0)))) for run in runs]


def sources():
    for folder in ("beam", "klay", "containers"):
        for path in sorted((root / folder).rglob("*")):
            is_test = "test" in path.stem
            if path.suffix in (".cc", ".h", ".sh") and not is_test:
                yield path


def said_by_us():
    """The messages in backticks of the rows whose second column has our name."""
    for line in MESSAGES.read_text().splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split(" | ")] if line.startswith("|") else []
        if len(cells) == 3 and cells[1] == OURS:
            yield from re.findall(r"`([^`]+)`", cells[0])


def is_made_of(words, of_file, whole):
    """Whether the words are texts one behind the other: parts of texts of one file, of two words at least, and texts
    that are whole, of any."""
    if not words:
        return True
    for count in range(len(words), 0, -1):
        piece = " ".join(words[:count])
        is_said = count > 1 and any(piece in text for text in of_file) or piece.removeprefix("--") in whole
        if is_said and is_made_of(words[count:], of_file, whole):
            return True
    return False


def check_messages():
    texts = [texts_of(path) for path in sources()]
    whole = {text.strip() for of_file in texts for text in of_file}
    messages = list(said_by_us())
    if len(messages) < 20:
        failures.append(f"{MESSAGES.name}: only {len(messages)} messages are {OURS}'s: the tables have another form")
    for message in messages:
        parts = [part.split() for part in message.split("...")]
        if not any(all(is_made_of(part, of_file, whole) for part in parts) for of_file in texts):
            failures.append(f"{MESSAGES.name}: no source file has the message '{message}'")


OTHER_PROGRAMS = ("gcloud", "docker", "podman", "make", "apt-get", "bench/", "scripts/", "dpkg", "ffmpeg", "xargs", "gzip", "du", "stop.sh", "bench/run.sh")


def flags_named(page):
    """Those outside of other programs' commands, which begin with their name and may go on behind a backslash."""
    text = re.sub(r"\\\n", " ", page.read_text())
    kept = [line for line in text.splitlines() if not line.strip().startswith(("```", *OTHER_PROGRAMS))]
    text = re.sub(r"`([^`\n]*\n?[^`\n]*)`", lambda code: "" if code.group(1).startswith(OTHER_PROGRAMS) else code.group(0),
                  "\n".join(kept))
    return set(re.findall(r"(?<![\w-])--([a-z][a-z0-9_-]*[a-z0-9])", text))


def flags_known():
    commands = re.findall(r"^  ([a-z-]+)  ", subprocess.run([program, "--help"], check=True, capture_output=True,
                                                            text=True).stdout, re.MULTILINE)
    known = {"help", "version", "worker_pool"}
    for command in commands:
        said = subprocess.run([program, command, "--help"], check=True, capture_output=True, text=True).stdout
        known.update(re.findall(r"--([a-z0-9_]+)", said))
    table = (root / "beam/runners/refused_flags.cc").read_text()
    return known | set(re.findall(r'^    \{"([a-z0-9_]+)",', table, re.MULTILINE))


def check_flags():
    known = flags_known()
    for page in (root / "README.md", root / "DESIGN.md", *sorted((root / "docs").glob("*.md"))):
        for flag in sorted(flags_named(page) - known):
            failures.append(f"{page.name}: there is no flag --{flag}")


check_messages()
check_flags()
print("\n".join(failures) if failures else "the pages say what the program says")
sys.exit(1 if failures else 0)
