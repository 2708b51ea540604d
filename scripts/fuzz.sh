#!/usr/bin/env bash
# Runs every fuzzer for FUZZ_SECONDS (default 60) on the kept corpus in fuzz/corpus/NAME; what it finds goes to
# build/fuzz/found/NAME, so that the kept corpus only changes by hand.
set -euo pipefail
cd "$(dirname "$0")/.."
mkdir -p build
cmake --preset fuzz >build/fuzz.configure.log 2>&1 || { cat build/fuzz.configure.log; exit 1; }
cmake --build --preset fuzz

for program in build/fuzz/fuzz_*; do
  [[ -x $program && -f $program ]] || continue
  name=${program##*/fuzz_}
  echo "== $name"
  mkdir -p "build/fuzz/found/$name" "fuzz/corpus/$name"
  "$program" -max_total_time="${FUZZ_SECONDS:-60}" -timeout=25 -rss_limit_mb=2048 -print_final_stats=1 \
    -artifact_prefix="build/fuzz/found/$name-" "build/fuzz/found/$name" "fuzz/corpus/$name"
done
