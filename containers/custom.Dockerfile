# The image of a job of your own: copy this file beside its CMakeLists.txt (examples/custom_job has one), and name the
# packages and the program. BUILD is the stage `build` of the plain worker's image, which `make container` has tagged:
#
#   docker build -f custom.Dockerfile --build-arg BUILD=europe-docker.pkg.dev/PROJECT/REPOSITORY/klay-beam:0.1.0-build .
ARG BUILD
FROM ${BUILD} AS build
# What the job needs besides, by version.
RUN apt-get update -q && apt-get install -q -y --no-install-recommends libebur128-dev=1.2.6-1+b1
WORKDIR /job
COPY . .
RUN cmake -S . -B build -G Ninja -DCMAKE_BUILD_TYPE=Release && cmake --build build
# A job that reads s3:// or abfs:// takes /src/build/release/libklay_beam_arrow.so along: name it behind /image. One that
# needs more of FFmpeg than its demuxers and its own decoders (filters, scaling, devices, other libraries' decoders) leaves
# --libraries out, and has all of Debian's.
RUN /src/containers/make_root.sh --libraries /src/build/ffmpeg/lib build/loudness_report /image

FROM scratch
COPY --from=build /image /
ENV LD_LIBRARY_PATH=/usr/local/nvidia/lib64:/usr/local/cuda/lib64
ENTRYPOINT ["/opt/apache/beam/boot"]
