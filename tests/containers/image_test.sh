#!/usr/bin/env bash
# image_test.sh WORK_DIR: what image.sh has an engine do, and what it says where something is missing. The engines are
# programs that only tell how they were called.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
mkdir -p "$1"
work=$(cd "$1" && pwd)
rm -rf "$work/bin"
mkdir "$work/bin"
for tool in bash dirname mkdir; do ln -s "$(command -v $tool)" "$work/bin/$tool"; done

# engine NAME [EXIT_CODE OF INFO]
engine() {
  cat >"$work/bin/$1" <<FAKE
#!$(command -v bash)
[[ \$1 != info ]] || exit ${2-0}
[[ \$1 != create ]] || echo container
echo "$1 \$*" >>"$work/calls"
FAKE
  chmod +x "$work/bin/$1"
}

failed=0
# expect WHAT_IT_SAYS_OR_CALLS ARGUMENT...
expect() {
  local expected=$1 code=0 said
  shift
  rm -f "$work/calls"
  said=$(PATH=$work/bin "$root/containers/image.sh" "$@" 2>&1) || code=$?
  if ((code != 0)); then
    [[ $code == 2 && $said == *"$expected"* ]] && return
  elif [[ $(<"$work/calls") == *"$expected"* ]]; then
    return
  fi
  failed=1
  echo "image.sh $*: expected '$expected', exit code $code: $said"
  [[ ! -e $work/calls ]] || cat "$work/calls"
}

expect 'error: image.sh needs build, cuda or push' ''
expect 'error: no image is named: give IMAGE=' build ''
expect 'error: the image registry:5000/x has no version' build registry:5000/x
expect 'error: no plain image is named: give WORKER=' cuda x:1
expect 'none of them is installed and runs here' build x:1
expect 'error: there are no stores STORES=ftp: give any of s3, abfs and az' build x:1 ftp
engine docker 1
expect 'none of them is installed and runs here' push x:1
engine podman
expect 'podman push x:1' push x:1
engine docker
expect 'docker build -f containers/Dockerfile --build-arg STORES= --target build -t x:1-build .' build x:1
expect 'docker build -f containers/Dockerfile --build-arg STORES= -t x:1 .' build x:1
expect 'docker build -f containers/Dockerfile --build-arg STORES=s3,abfs -t x:1 .' build x:1 s3,abfs
expect 'docker cp container:/opt/apache/beam/boot build/container/klay-beam' build x:1
expect 'docker build -f containers/cuda.Dockerfile --build-arg WORKER=x:1 -t y:1 .' cuda y:1 x:1
exit $failed
