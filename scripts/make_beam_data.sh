#!/usr/bin/env bash
# make_beam_data.sh DIR: what Beam publishes about its protocol, from the wheel of beam_wheel.txt. DIR/protos.binpb is a
# FileDescriptorSet of the portability API, which the build makes C++ of; DIR/standard_coders.yaml is the table of coder
# cases that tests read. Made once for each version of the scripts.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
mkdir -p "$1"
data=$(cd "$1" && pwd)
exec 9>"$data/.lock"
flock 9

scripts=("$root"/scripts/{beam_wheel.txt,make_beam_data.sh,make_beam_data.py})
made_by=$(cat "${scripts[@]}" | sha256sum)
if [[ -f $data/protos.binpb && -f $data/.made_by && $(<"$data/.made_by") == "$made_by" ]]; then
  # A fresh checkout of the same scripts: for the build's sake the result must be newer than what it was made by.
  [[ -z $(find "${scripts[@]}" -newer "$data/protos.binpb") ]] || touch "$data/protos.binpb"
  exit
fi
"$root/scripts/python_tools.sh"
rm -rf "$data/wheel"
# One wheel for all machines: what is read from it is the same in every one.
"$root/build/tools/bin/pip" download -q --disable-pip-version-check --no-deps --only-binary=:all: --require-hashes \
  --implementation cp --python-version 3.11 --platform manylinux_2_28_x86_64 --dest "$data/wheel" -r "$root/scripts/beam_wheel.txt"
"$root/build/tools/bin/python" "$root/scripts/make_beam_data.py" "$data"/wheel/*.whl "$data"
rm -rf "$data/wheel"
echo "$made_by" >"$data/.made_by"
