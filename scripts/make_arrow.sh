#!/usr/bin/env bash
# make_arrow.sh DIR: Apache Arrow for builds that find none installed, from the wheel of arrow_wheel.txt: DIR/include, and
# in DIR/lib the two libraries that reach object stores. Made once for each version of the scripts.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
mkdir -p "$1"
data=$(cd "$1" && pwd)
exec 9>"$data/.lock"
flock 9

made_by=$(cat "$root"/scripts/{arrow_wheel.txt,make_arrow.sh} | sha256sum)
[[ -f $data/.made_by && $(<"$data/.made_by") == "$made_by" ]] && exit
if [[ $(uname -m) != x86_64 ]]; then
  echo "error: Arrow is pinned for x86_64 alone: install libarrow-dev, or configure with -DKLAY_BEAM_ARROW=OFF" >&2
  exit 1
fi
"$root/scripts/python_tools.sh"
rm -rf "$data/wheel" "$data/include" "$data/lib"
"$root/build/tools/bin/pip" download -q --disable-pip-version-check --no-deps --only-binary=:all: --require-hashes \
  --implementation cp --python-version 3.11 --platform manylinux_2_28_x86_64 --dest "$data/wheel" -r "$root/scripts/arrow_wheel.txt"
"$root/build/tools/bin/python" -m zipfile -e "$data"/wheel/*.whl "$data/wheel"
mkdir "$data/lib"
mv "$data/wheel/pyarrow/include" "$data/include"
mv "$data"/wheel/pyarrow/libarrow{,_s3}.so.* "$data/lib"
rm -rf "$data/wheel"
echo "$made_by" >"$data/.made_by"
