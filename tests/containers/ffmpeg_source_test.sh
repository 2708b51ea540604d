#!/usr/bin/env bash
# ffmpeg_source_test.sh WORK_DIR: what make_ffmpeg.sh says where there is no source, by the reason. The archives are
# folders of this machine.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
rm -rf "$1"
mkdir -p "$1"
work=$(cd "$1" && pwd)
version=$(dpkg-query -W -f='${source:Version}' libavcodec-dev)

failed=0
# expect WHAT_IT_SAYS LIST: with these lines as apt's list of archives.
expect() {
  local said
  rm -rf "$work/apt" "$work/made"
  mkdir -p "$work/apt"
  [[ -z $2 ]] || echo "$2" >"$work/apt/sources.list"
  if said=$(APT_ARCHIVES=$work/apt "$root/containers/make_ffmpeg.sh" "$work/made" 2>&1); then
    echo "expected '$1', and FFmpeg was made"
  elif [[ $(tail -n1 <<<"$said") == "error: the source of ffmpeg $version, whose libraries are installed, is not to be had: $1"* ]]; then
    return
  else
    echo "expected '$1': $said"
  fi
  failed=1
}

# archive NAME: a folder of packages, with what stands in the standard input as its list of sources.
archive() {
  mkdir -p "$work/$1"
  local index=Sources
  cat >"$work/$1/Sources"
  if [[ ! -s $work/$1/Sources ]]; then
    index=Packages
    mv "$work/$1/Sources" "$work/$1/$index"
  fi
  printf 'Date: %s\nSHA256:\n %s %s %s\n' "$(date -uR)" "$(sha256sum <"$work/$1/$index" | cut -d' ' -f1)" \
    "$(stat -c %s "$work/$1/$index")" "$index" >"$work/$1/Release"
}
source_package() {
  printf 'Package: ffmpeg\nBinary: ffmpeg\nFormat: 3.0 (quilt)\nDirectory: .\nVersion: %s\n' "$1"
  printf 'Files:\n d41d8cd98f00b204e9800998ecf8427e 1 ffmpeg.dsc\nChecksums-Sha256:\n %064d 1 ffmpeg.dsc\n' 0
}

archive without_sources </dev/null
source_package 0.1-1 | archive of_another_version
source_package "$version" | archive without_files

expect "apt knows no archive: there is none in $work/apt/sources.list" ""
expect "no archive of $work/apt could be reached: check the network" "deb [trusted=yes] file:$work/nowhere ./"
expect "the archives of $work/apt have packages and no sources: name one" "deb [trusted=yes] file:$work/without_sources ./"
expect "the archives of $work/apt have 0.1-1 by now: apt-get update, and upgrade libavcodec-dev" \
  "deb [trusted=yes] file:$work/of_another_version ./"
expect "its files could not be fetched, for the reason above" "deb [trusted=yes] file:$work/without_files ./"
exit $failed
