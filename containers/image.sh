#!/usr/bin/env bash
# image.sh build IMAGE [STORES] | cuda IMAGE WORKER | push IMAGE: builds an image of the Dockerfiles of this folder, or
# sends one to its registry, with docker, podman or buildah, whichever is installed (and, for docker, runs).
#
#   build  the plain worker's, and IMAGE-build, its build stage, in which images of other jobs are made. Its program is
#          put at build/container/klay-beam: what launches jobs with --sdk_location container, being the same build.
#          STORES are those that it reaches besides gs:// and hdfs://, of s3, abfs and az, with commas
#   cuda   the one with ONNX Runtime and CUDA, on the plain one called WORKER
set -euo pipefail
cd "$(dirname "$0")/.."

fail() {
  echo "error: $*" >&2
  exit 2
}

verb=${1-}
image=${2-}
stores=${3-}
worker=${3-}
[[ $verb =~ ^(build|cuda|push)$ ]] || fail "image.sh needs build, cuda or push, and the name of an image"
[[ -n $image ]] || fail 'no image is named: give IMAGE=REGISTRY/NAME:VERSION, such as europe-docker.pkg.dev/PROJECT/REPOSITORY/klay-beam:0.1.0'
[[ $image =~ :[^:/]+$ ]] || fail "the image $image has no version: give IMAGE=$image:VERSION"
[[ $verb != build || $stores =~ ^((s3|abfs|az)(,(s3|abfs|az))*)?$ ]] ||
  fail "there are no stores STORES=$stores: give any of s3, abfs and az, such as STORES=s3,abfs; gs and hdfs are there without"
[[ $verb != cuda || -n $worker ]] || fail 'no plain image is named: give WORKER=, the image that `make container` has made'

engine=
for candidate in docker podman buildah; do
  command -v $candidate >/dev/null || continue
  [[ $candidate != docker ]] || docker info >/dev/null 2>&1 || continue
  engine=$candidate
  break
done
[[ -n $engine ]] || fail 'images are made by docker, podman or buildah, and none of them is installed and runs here: apt-get install podman'

# program IMAGE: copies the program out of the image.
program() {
  local container folder=build/container
  mkdir -p $folder
  if [[ $engine == buildah ]]; then
    container=$(buildah from "$1")
    buildah unshare sh -c "cp \"\$(buildah mount $container)/opt/apache/beam/boot\" $folder/klay-beam"
    buildah rm "$container" >/dev/null
  else
    container=$($engine create "$1")
    $engine cp "$container:/opt/apache/beam/boot" $folder/klay-beam
    $engine rm "$container" >/dev/null
  fi
  echo "the program of the image: $folder/klay-beam"
}

case $verb in
  build)
    $engine build -f containers/Dockerfile --build-arg "STORES=$stores" --target build -t "$image-build" .
    $engine build -f containers/Dockerfile --build-arg "STORES=$stores" -t "$image" .
    program "$image"
    ;;
  cuda) $engine build -f containers/cuda.Dockerfile --build-arg "WORKER=$worker" -t "$image" . ;;
  push) $engine push "$image" ;;
esac
