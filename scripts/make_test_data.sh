#!/usr/bin/env bash
# make_test_data.sh DIR: what the tests read and the repository does not keep. DIR/fixtures are audio files and DIR/npy
# NumPy's files, made by tests/fixtures/; build/beam holds Beam's published table of coder cases. Each is made once.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
mkdir -p "$1"
data=$(cd "$1" && pwd)
exec 9>"$data/.lock"
flock 9

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

"$root/scripts/make_beam_data.sh" "$root/build/beam"
make fixtures make_fixtures.py python3
"$root/scripts/python_tools.sh"
make npy make_npy_fixtures.py "$root/build/tools/bin/python"
