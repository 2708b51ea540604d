#!/usr/bin/env bash
# The example job on real music that Debian ships, then on a folder with damaged copies, where the job finishes, names
# the damaged files and exits with 3.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
program=$root/build/release/klay-beam

run() {  # run EXPECTED_EXIT_CODE SUFFIX FOLDER
  local expected=$1 status=0
  shift
  printf '\n$ klay-beam run-example --runner Direct --source_audio_suffix %s --source_audio_path %s\n' "$@"
  "$program" run-example --runner Direct --source_audio_suffix "$1" --source_audio_path "$2" || status=$?
  if ((status != expected)); then
    echo "error: the example ended with exit code $status, not $expected" >&2
    exit 1
  fi
}

folder_of() {  # folder_of PACKAGE SUFFIX: where a Debian package put its first file of that suffix
  local file
  file=$(dpkg-query -L "$1" | grep -m1 -F "$2")
  dirname "$file"
}

mp3_music=$(folder_of asc-music .mp3)
ogg_music=$(folder_of frozen-bubble-data .ogg)
run 0 .mp3 "$mp3_music"
run 0 .ogg "$ogg_music"

damaged=$root/build/example
rm -rf "$damaged"
mkdir -p "$damaged"
whole=$(find "$mp3_music" -name '*.mp3' | sort | head -n 1)
cp "$whole" "$damaged/whole.mp3"
head -c "$(($(stat -c %s "$whole") / 2))" "$whole" >"$damaged/cut in half.mp3"
echo 'This is a letter, not music.' >"$damaged/letter.mp3"
run 3 .mp3 "$damaged"
printf '\nExit code 3: the job finished, and two of its three inputs failed by name.\n'
