# The libraries that beam and klay stand on. Used by the build and, installed, by find_package(KlayBeam), which both set
# KLAY_BEAM_PORTABLE before.
find_package(Threads REQUIRED)
find_package(BZip2 REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(KLAY_BEAM_COMPRESSION REQUIRED IMPORTED_TARGET GLOBAL zlib liblzma libzstd)
pkg_check_modules(KLAY_BEAM_FFMPEG REQUIRED IMPORTED_TARGET GLOBAL libavformat libavcodec libavutil libswresample)
pkg_check_modules(KLAY_BEAM_CODECS REQUIRED IMPORTED_TARGET GLOBAL lame vorbisenc vorbis ogg opus)
pkg_check_modules(KLAY_BEAM_LOUDNESS REQUIRED IMPORTED_TARGET GLOBAL libebur128)
if(KLAY_BEAM_PORTABLE)
  pkg_check_modules(KLAY_BEAM_GRPC REQUIRED IMPORTED_TARGET GLOBAL grpc++ protobuf libcrypto)
endif()
