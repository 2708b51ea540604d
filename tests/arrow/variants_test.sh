#!/usr/bin/env bash
# variants_test.sh BUILD_DIR WORK_DIR: the two other ways to configure object stores than with the pinned Arrow: with one
# that is installed somewhere, and without any. Of an installed klay-beam, the library of stores is taken away, as it is
# built with -DKLAY_BEAM_ARROW=OFF, and then put back as it is built with the installed Arrow.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
build=$(cd "$1" && pwd)
mkdir -p "$2"
work=$(cd "$2" && pwd)

fail() {
  echo "error: $*" >&2
  exit 1
}

# configure FOLDER OPTION...: as far as a build of that folder goes without tests.
configure() {
  local folder=$1
  shift
  cmake -S "$root" -B "$folder" -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_CXX_FLAGS_RELEASE=-O0 -DKLAY_BEAM_TESTS=OFF \
    "$@" >"$folder.log" || fail "cannot configure $folder, see $folder.log"
}

# expect TEXT: klay-beam fails, and says so in one line.
expect() {
  local said
  if said=$(AWS_ENDPOINT_URL=http://127.0.0.1:1 AWS_ACCESS_KEY_ID=klay AWS_SECRET_ACCESS_KEY=beam \
    "$work/prefix/bin/klay-beam" ls s3://klay/music/ 2>&1); then
    fail "klay-beam found a store where there is none"
  fi
  [[ $said == *"$1"* && $said != *$'\n'* ]] || fail "klay-beam does not say '$1' but: $said"
}

rm -rf "$work"/{prefix,found,off}
cmake --install "$build" --prefix "$work/prefix" >"$work/install.log"
rm -r "$work"/prefix/lib*/klay-beam

# Without Arrow there is nothing of it to build or to install, and s3:// says what to build with.
configure "$work/off" -DKLAY_BEAM_ARROW=OFF
! grep -q klay_beam_arrow "$work/off/build.ninja" "$work/off/cmake_install.cmake" || fail "Arrow is built though it is OFF"
expect 'build with -DKLAY_BEAM_ARROW=ON'

# An installed Arrow, at a place outside of the checkout that the loader does not know.
arrow=$(mktemp -d)
trap 'rm -rf "$arrow"' EXIT
mkdir -p "$arrow/lib/cmake/Arrow"
ln -s "$root/build/arrow/include" "$arrow/include"
cp "$root"/build/arrow/lib/libarrow*.so.* "$arrow/lib"
cat >"$arrow/lib/cmake/Arrow/ArrowConfig.cmake" <<'END'
get_filename_component(prefix "${CMAKE_CURRENT_LIST_DIR}/../../.." ABSOLUTE)
foreach(name arrow arrow_s3)
  file(GLOB library "${prefix}/lib/lib${name}.so.*")
  add_library(Arrow::${name}_shared SHARED IMPORTED)
  set_target_properties(Arrow::${name}_shared PROPERTIES IMPORTED_LOCATION "${library}"
    INTERFACE_INCLUDE_DIRECTORIES "${prefix}/include")
endforeach()
END
configure "$work/found" -DCMAKE_PREFIX_PATH="$arrow"
cmake --build "$work/found" --target klay_beam_arrow
cmake --install "$work/found" --prefix "$work/prefix" --component stores >>"$work/install.log"
[[ -z $(find "$work/prefix" -name 'libarrow*') ]] || fail "an Arrow that is installed is installed once more"
[[ $(readelf -d "$work"/prefix/lib*/klay-beam/libklay_beam_arrow.so) == *"$arrow/lib"* ]] ||
  fail "the library of stores does not know where Arrow is installed"
expect 'the store cannot be reached'
