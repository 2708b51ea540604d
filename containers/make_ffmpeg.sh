#!/usr/bin/env bash
# make_ffmpeg.sh DIR: FFmpeg's libraries for images, in DIR/lib: those of the Debian package that is installed, compiled
# from its own source, with Debian's patches, and with nothing but FFmpeg's own code. They have the same names and versions
# of symbols, and give the same samples, as Debian's, which link a hundred other libraries for video, devices and networks.
# Made once for each version of the package and of this script. $APT_ARCHIVES is the folder with apt's list of archives,
# /etc/apt otherwise.
#
# All demuxers, parsers and decoders stay; those of video, too, for FFmpeg looks by them how long it has to look for the
# streams of a file. Of encoders there are those that klay/audio uses. tests/containers/check_ffmpeg.py compares by name
# what both can do.
set -euo pipefail
script=$(realpath "$0")
mkdir -p "$1"
data=$(cd "$1" && pwd)
exec 9>"$data/.lock"
flock 9

version=$(dpkg-query -W -f='${source:Version}' libavcodec-dev)
made_by="$version $(sha256sum <"$script")"
[[ -f $data/.made_by && $(<"$data/.made_by") == "$made_by" ]] && exit
rm -rf "$data/build" "$data/lib" "$data/.made_by"
mkdir -p "$data"/build/{sources,lists/partial,cache/archives/partial}
cd "$data/build"

# The archives that this machine has packages from, for sources; apt's own lists stay as they are.
archives=${APT_ARCHIVES:-/etc/apt}
for list in "$archives"/sources.list "$archives"/sources.list.d/*.{list,sources}; do
  [[ ! -f $list ]] || sed -E 's/^deb /deb-src /; s/^Types:.*/Types: deb-src/' "$list" >"sources/${list##*/}"
done
cat >apt.conf <<CONFIG
#clear APT::Update;
APT::Sandbox::User "root";
Dir::Etc::sourcelist "/dev/null";
Dir::Etc::sourceparts "$PWD/sources";
Dir::State::lists "$PWD/lists";
Dir::Cache "$PWD/cache";
CONFIG
# Why there is no source, and what to do.
trouble() {
  local there
  if ! grep -qsE '^(deb-src |Types: deb-src)' sources/*; then
    echo "apt knows no archive: there is none in $archives/sources.list and $archives/sources.list.d"
  elif ! compgen -G 'lists/*Release' >/dev/null; then
    echo "no archive of $archives could be reached: check the network, and the proxies of apt"
  elif ! compgen -G 'lists/*Sources*' >/dev/null; then
    echo "the archives of $archives have packages and no sources: name one with sources there, as Debian's own are"
  else
    there=$(apt-cache -c apt.conf showsrc --only-source ffmpeg 2>/dev/null | sed -n 's/^Version: //p' | sort -u | paste -sd' ')
    if [[ " $there " == *" $version "* ]]; then
      echo "its files could not be fetched, for the reason above"
    else
      echo "the archives of $archives have ${there:-none} by now: apt-get update, and upgrade libavcodec-dev"
    fi
  fi
}
# An archive that gives no sources is nothing wrong: what counts is that the next command finds them.
apt-get -qq -c apt.conf update || true
if ! apt-get -qq -c apt.conf source --download-only "ffmpeg=$version"; then
  echo "error: the source of ffmpeg $version, whose libraries are installed, is not to be had: $(trouble)" >&2
  exit 1
fi
dpkg-source --no-check -x ffmpeg_*.dsc source >dpkg.log 2>&1 || { cat dpkg.log >&2; exit 1; }
cd source

# Hardened as Debian's is: they read what strangers have made.
if ! ./configure --prefix=/usr --libdir=/usr/lib/x86_64-linux-gnu --toolchain=hardened --cc='ccache gcc' --disable-debug \
  --enable-shared --disable-static --disable-programs --disable-doc --disable-autodetect --enable-zlib --enable-bzlib --enable-lzma \
  --disable-network --disable-avdevice --disable-avfilter --disable-swscale \
  --disable-encoders --enable-encoder=aac,flac --disable-muxers --disable-hwaccels >../log 2>&1 || ! make -j"$(nproc)" >>../log 2>&1; then
  tail -n 20 ../log >&2
  echo "error: FFmpeg could not be compiled: see above, and $data/build/log" >&2
  exit 1
fi

mkdir "$data/lib"
for library in lib*/lib*.so.*; do
  strip --strip-unneeded -o "$data/lib/${library##*/}" "$library"
done
cd "$data"
rm -rf build
echo "$made_by" >.made_by
echo "$data/lib: $(du -s --block-size=1K lib | cut -f1) KB of ffmpeg $version"
