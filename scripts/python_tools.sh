#!/usr/bin/env bash
# Installs the pinned tools of requirements.txt into build/tools, once for each version of that file.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
requirements=$root/scripts/requirements.txt
tools=$root/build/tools

mkdir -p "$root/build"
exec 9>"$root/build/.tools.lock"
flock 9
if ! cmp -s "$requirements" "$tools/installed.txt"; then
  rm -rf "$tools"
  /usr/bin/python3 -m venv "$tools"
  "$tools/bin/pip" install -q --disable-pip-version-check -r "$requirements"
  cp "$requirements" "$tools/installed.txt"
fi
