#!/usr/bin/env bash
# in_root.sh ARGUMENT...: runs the entry point of an image as a container would: in the image's file system ($IMAGE_ROOT,
# made by containers/make_root.sh), with the variables of its Dockerfile ($IMAGE_DOCKERFILE, a file of containers/; the
# plain worker's where nothing is said) and no others, and with /proc, /dev and an empty /tmp. $IMAGE_VOLUMES are folders of this machine below /tmp, separated by colons, that are
# seen in it; $IMAGE_VARIABLES, NAME=VALUE separated by blanks, are variables of its own. All of it is gone when the program
# ends, whose process is this one.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
dockerfile=$here/../../containers/${IMAGE_DOCKERFILE-Dockerfile}

if [[ -z ${IN_NAMESPACE-} ]]; then
  as_root=()
  ((EUID == 0)) || as_root=(--map-root-user)
  if ! unshare "${as_root[@]}" --mount true 2>/dev/null; then
    echo 'error: the image needs a file system of its own, and this user may make none: be root, or permit user namespaces' >&2
    exit 90
  fi
  IN_NAMESPACE=1 exec unshare "${as_root[@]}" --mount "$0" "$@"
fi

mount --rbind /proc "$IMAGE_ROOT/proc"
mount --rbind /dev "$IMAGE_ROOT/dev"
volumes=()
IFS=: read -r -a volumes <<<"${IMAGE_VOLUMES-}"
mount -t tmpfs tmpfs "$IMAGE_ROOT/tmp"
for volume in "${volumes[@]}"; do
  mkdir -p "$IMAGE_ROOT$volume"
  mount --bind "$volume" "$IMAGE_ROOT$volume"
done

# Of the last stage alone.
last_stage=$(tac "$dockerfile" | sed '/^FROM /q')
mapfile -t variables < <(sed -n 's/^ENV //p' <<<"$last_stage")
entry_point=$(sed -n 's/^ENTRYPOINT \["\(.*\)"\]$/\1/p' <<<"$last_stage")
read -r -a of_its_own <<<"${IMAGE_VARIABLES-}"
exec env -i "${variables[@]}" "${of_its_own[@]}" "$(PATH=$PATH:/usr/sbin command -v chroot)" "$IMAGE_ROOT" "$entry_point" "$@"
