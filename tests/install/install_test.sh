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

"$work/prefix/bin/klay-beam" --help >"$work/help.txt"
grep -q run-example "$work/help.txt"
