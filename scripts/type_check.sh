#!/usr/bin/env bash
# clang-tidy over the source files of the project (tests are left to the warnings of both compilers). Arguments: regular
# expressions of the files to look at instead.
set -euo pipefail
cd "$(dirname "$0")/.."
mkdir -p build
cmake --preset debug >build/debug.configure.log 2>&1 || { cat build/debug.configure.log; exit 1; }
run-clang-tidy-16 -quiet -p build/debug -j "$(nproc)" "${@:-$PWD/(beam|klay|bench|fuzz)/(?!.*_test[.]cc)}"
