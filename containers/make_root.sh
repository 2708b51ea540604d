#!/usr/bin/env bash
# make_root.sh [--libraries DIR] PROGRAM ROOT [LIBRARY...]: lays out in ROOT the whole file system of a worker's image: the
# program as /opt/apache/beam/boot, the shared libraries that it needs and no others, the certificates of well-known
# authorities, and the few files that C libraries look for. There is no shell and no package manager in it. LIBRARY is one
# that programs load while they run: it comes along, with what it needs itself. Where DIR has a library, it is that one, and
# not this machine's (make_ffmpeg.sh makes such a folder).
#
# The Dockerfiles of this folder do this in their build stage, and copy the result into an empty image; the tests do
# it without Docker, and run the program in ROOT (tests/containers).
set -euo pipefail

libraries=
if [[ $1 == --libraries ]]; then
  libraries=$(realpath "$2")
  shift 2
fi
program=$(realpath "$1")
name=$(basename "$1")
root=$2
shift 2
[[ ! -e $root ]] || { rm -rf "$root.old"; mv "$root" "$root.old"; rm -rf "$root.old"; }
mkdir -p "$root"/{etc/ssl/certs,opt/apache/beam,usr/bin,usr/lib,lib64,proc,dev,sys}
install -d -m 1777 "$root/tmp"
ln -s usr/lib "$root/lib"

# Without names of functions, but with its build id, by which launcher and worker know that they are the same build.
strip --strip-unneeded -o "$root/opt/apache/beam/boot" "$program"
chmod 755 "$root/opt/apache/beam/boot"
# Under its own name it is the command line: a job may be launched from the image of its workers.
ln -s ../../opt/apache/beam/boot "$root/usr/bin/$name"

# Where the loader looks by itself, so that programs that a pipeline brings find them, too. /lib is /usr/lib on Debian 12.
system=/usr/lib/x86_64-linux-gnu
mkdir -p "$root$system"
add_library() {
  strip --strip-unneeded -o "$root$system/$(basename "$1")" "$1"
  chmod 644 "$root$system/$(basename "$1")"
}
needed=$(LD_LIBRARY_PATH=$libraries ldd "$program" "$@")
if missing=$(grep 'not found' <<<"$needed"); then
  echo "error: libraries that $name needs are not installed here:" >&2
  echo "$missing" >&2
  exit 1
fi
# Where there is a library of the right name and of another version, programs end at the first call of what it has not.
# Of a LIBRARY the program itself has some.
own=$(nm --dynamic --defined-only "$program" | sed 's/^.* //; s/@.*//')
undefined=$({ LD_LIBRARY_PATH=$libraries ldd -r "$program" "$@" 2>&1 || true; } |
  sed -nE '/undefined symbol: |, version .* not defined/p' |
  while IFS= read -r line; do
    symbol=${line#*symbol[: ]}
    symbol=${symbol# }
    grep -qxF -- "${symbol%%[ ,$'\t']*}" <<<"$own" || echo "$line"
  done)
if [[ -n $undefined ]]; then
  echo "error: $name needs what the libraries that are here do not have: build it with these, or take those that it was built with" >&2
  sort -u <<<"$undefined" | head -n 20 >&2
  exit 1
fi
for library in "$@" $(sed -n 's/^.* => \(\/[^ ]*\) (.*/\1/p' <<<"$needed" | sort -u); do
  add_library "$library"
done
# Parts of the C library that are empty by now, but that CUDA's libraries, and other older ones, still ask for.
for library in libdl.so.2 librt.so.1 libpthread.so.0 libutil.so.1; do
  add_library "$system/$library"
done
install -m 755 /lib64/ld-linux-x86-64.so.2 "$root/lib64/"

install -m 644 /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"
# By the name that OpenSSL itself has for them, which Arrow's libraries have linked in.
ln -s certs/ca-certificates.crt "$root/etc/ssl/cert.pem"
echo 'root:x:0:0:root:/tmp:/sbin/nologin' >"$root/etc/passwd"
echo 'root:x:0:' >"$root/etc/group"
echo 'hosts: files dns' >"$root/etc/nsswitch.conf"
# Engines on the same machine call themselves localhost. Docker puts a file of its own here.
echo '127.0.0.1 localhost' >"$root/etc/hosts"

echo "$root: $(du -s --block-size=1MB "$root" | cut -f1) MB, in $(find "$root" -type f | wc -l) files"
