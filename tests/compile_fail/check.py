#!/usr/bin/env python3
"""check.py COMPILER ROOT FILE: a program with a mistake in it must fail with one error, the sentence that explains it.

FILE holds the mistake and, under #ifdef FIXED, the program without it; its line `// error: SENTENCE` is what the
compiler's only error must contain. With -DFIXED the file must compile, so that nothing else in it is the reason.
"""
import re
import subprocess
import sys
from pathlib import Path

ERROR = re.compile(r"^[^\s].*?: (?:fatal )?error: (.*)$", re.MULTILINE)


def compile_with(*arguments):
    flags = ["-std=c++20", "-Wall", "-Wextra", "-fsyntax-only", "-fno-diagnostics-color"]
    return subprocess.run([compiler, *flags, "-I", root, *arguments, str(file)], capture_output=True, text=True)


def complaints():
    sentence = re.search(r"^// error: (.+)$", file.read_text(), re.MULTILINE)
    if not sentence:
        yield "it has no line `// error: SENTENCE`"
        return
    wrong = compile_with()
    errors = ERROR.findall(wrong.stderr)
    if wrong.returncode == 0:
        yield "it compiles, though it must not"
    elif len(errors) != 1:
        yield f"{len(errors)} errors instead of one:\n{wrong.stderr}"
    elif sentence[1] not in errors[0]:
        yield f"the error does not say `{sentence[1]}`:\n{errors[0]}"
    fixed = compile_with("-DFIXED", "-Werror")
    if fixed.returncode != 0:
        yield f"it does not compile with -DFIXED either:\n{fixed.stderr}"


compiler, root, file = sys.argv[1], sys.argv[2], Path(sys.argv[3])
found = list(complaints())
for complaint in found:
    print(f"{file.name}: {complaint}")
sys.exit(1 if found else 0)
