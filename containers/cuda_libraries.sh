#!/usr/bin/env bash
# cuda_libraries.sh FOLDER: fetches the packages of cuda_packages.txt and keeps of them the shared libraries that programs
# load, in FOLDER.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check --no-deps --no-compile --target "$work/packages" \
  -r "$here/cuda_packages.txt"
mkdir -p "$1"
find "$work/packages" -name '*.so*' -not -name '*.cpython-*' -not -name '*_tensorrt.so' -exec mv -t "$1" {} +
# By the name that programs ask for.
for library in "$1"/libonnxruntime.so.*; do
  ln -sf "$(basename "$library")" "$1/libonnxruntime.so.1"
done
