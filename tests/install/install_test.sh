#!/usr/bin/env bash
# install_test.sh BUILD_DIR WORK_DIR: installs a finished build under a fresh prefix and does there what a user does:
# builds examples/custom_job with find_package(KlayBeam) and runs it, and runs the installed klay-beam.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
build=$(cd "$1" && pwd)
mkdir -p "$2"
work=$(cd "$2" && pwd)

rm -rf "$work/prefix" "$work/project" "$work/project_build"
cmake --install "$build" --prefix "$work/prefix" >"$work/install.log"

# A copy outside the repository, so that the project can only find what is installed.
cp -r "$root/examples/custom_job" "$work/project"
cmake -S "$work/project" -B "$work/project_build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_PREFIX_PATH="$work/prefix"
cmake --build "$work/project_build"
ctest --test-dir "$work/project_build" --output-on-failure

# On real music: all 21 files of the package are listened to, and the limit lies between them.
music=$(dirname "$(dpkg-query -L frozen-bubble-data | grep -m1 -F .ogg)")
"$work/project_build/loudness_report" --music "$music" --limit_lufs -15 | tee "$work/report.txt"
grep -q '^too loud: -[0-9.]* LUFS  .*[.]ogg$' "$work/report.txt"
within=$(sed -n 's/^within the limit: \([0-9]*\) files$/\1/p' "$work/report.txt")
((within > 0 && within + $(grep -c '^too loud: ' "$work/report.txt") == 21))

"$work/prefix/bin/klay-beam" --help >"$work/help.txt"
grep -q run-example "$work/help.txt"
