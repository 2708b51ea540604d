#!/usr/bin/env bash
# make_corpus.sh: the seeds in fuzz/corpus/decode, a fraction of a second in every format. Needs ffmpeg, flac, lame and oggenc.
# They are kept in the repository; this is how they were made, and how a new format gets one.
set -euo pipefail
cd "$(dirname "$0")/corpus/decode"
tone=(-f lavfi -i "sine=frequency=1000:sample_rate=16000:duration=0.06")
make() { # NAME OPTIONS...
  local name=$1
  shift
  ffmpeg -v error -nostdin -y "${tone[@]}" -map_metadata -1 -fflags +bitexact -flags:a +bitexact "$@" "$name"
}
make s16.wav -c:a pcm_s16le -ac 2 -t 0.005
make f64.wav -c:a pcm_f64le -t 0.005
make u8-rf64.wav -c:a pcm_u8 -rf64 always -t 0.005
make adpcm.wav -c:a adpcm_ms
make s24.aiff -c:a pcm_s24be -t 0.005
make s16.caf -c:a pcm_s16le -t 0.005
make s16.au -c:a pcm_s16be -t 0.005
make s16.w64 -c:a pcm_s16le -t 0.005
make tone-flac.ogg -c:a flac -f ogg
make tone-vorbis.webm -c:a libvorbis -ac 1
make tone-opus.webm -c:a libopus -b:a 8k
make tone.opus -c:a libopus -b:a 8k
make tone-aac.m4a -c:a aac -b:a 16k
make tone-alac.m4a -c:a alac
make tone-fragments.mp4 -c:a aac -b:a 16k -movflags frag_keyframe+empty_moov
make tone.aac -c:a aac -b:a 16k
make tone.wma -c:a wmav2 -b:a 24k
make tone.mp2 -c:a mp2 -b:a 16k
make tone.ac3 -c:a ac3 -b:a 32k -ar 32000
make tone.wv -c:a wavpack
make tone.tta -c:a tta
make tone-ffmpeg.mp3 -c:a libmp3lame -b:a 16k
make source.wav -c:a pcm_s16le
flac --silent --force --no-padding --no-seektable -o tone.flac source.wav
lame --quiet -b 16 --tt Title --add-id3v2 source.wav tone-id3.mp3
lame --quiet -b 16 -t -p source.wav tone-no-header.mp3
oggenc -Q -s 1 -q -1 -o tone-vorbis.ogg source.wav
cat tone.opus tone.opus >chained.opus
rm source.wav
