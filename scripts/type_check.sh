#!/usr/bin/env bash
# clang-tidy over every source file of the project. Arguments: regular expressions of the files to look at (all of them
# by default).
set -euo pipefail
cd "$(dirname "$0")/.."
mkdir -p build
cmake --preset clang >build/clang.configure.log 2>&1 || { cat build/clang.configure.log; exit 1; }
run-clang-tidy-16 -quiet -p build/clang -j "$(nproc)" "${@:-$PWD/(beam|klay|tests|bench|fuzz)/}"
