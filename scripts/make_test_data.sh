#!/usr/bin/env bash
# make_test_data.sh DIR: what the tests read and the repository does not keep. DIR/fixtures are audio files and DIR/npy
# NumPy's files, made by tests/fixtures/; DIR/standard_coders.yaml is Beam's published table of coder cases. Each is made
# once.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
mkdir -p "$1"
data=$(cd "$1" && pwd)
exec 9>"$data/.lock"
flock 9

beam_version=2.77.0
yaml_in_wheel=apache_beam/portability/api/standard_coders.yaml
yaml_sha256=d06e8fbc5e8c46b7b6ba1c6130b43c5392bcc03e86d597b7c9f31f9a1af3e289

fetch_standard_coders() {
  local wheel_dir=$data/wheel
  "$root/scripts/python_tools.sh"
  rm -rf "$wheel_dir"
  "$root/build/tools/bin/pip" download -q --disable-pip-version-check --no-deps --only-binary=:all: \
    --dest "$wheel_dir" "apache-beam==$beam_version"
  "$root/build/tools/bin/python" -m zipfile -e "$wheel_dir"/*.whl "$wheel_dir/unpacked"
  echo "$yaml_sha256  $wheel_dir/unpacked/$yaml_in_wheel" | sha256sum --check --quiet
  mv "$wheel_dir/unpacked/$yaml_in_wheel" "$data/standard_coders.yaml"
  rm -rf "$wheel_dir"
}

# make FOLDER SCRIPT COMMAND...: runs `COMMAND... SCRIPT DIR/FOLDER` if the folder is not of this SCRIPT.
make() {
  local folder=$data/$1 script=$root/tests/fixtures/$2 made_by
  local stamp=$folder/.made_by
  made_by=$(sha256sum <"$script")
  [[ -f $stamp && $(<"$stamp") == "$made_by" ]] && return
  rm -rf "$folder"
  mkdir -p "$folder"
  "${@:3}" "$script" "$folder"
  echo "$made_by" >"$stamp"
}

[[ -f $data/standard_coders.yaml ]] || fetch_standard_coders
make fixtures make_fixtures.py python3
"$root/scripts/python_tools.sh"
make npy make_npy_fixtures.py "$root/build/tools/bin/python"
