# The image of a worker with ONNX Runtime and CUDA: the plain worker's, and beside its program the libraries of
# cuda_packages.txt, which need NVIDIA's driver 525 or newer. The driver's own libraries are the machine's: Dataflow puts
# them at /usr/local/nvidia. WORKER is the plain image, by name and version:
#
#   docker build -f containers/cuda.Dockerfile --build-arg WORKER=europe-docker.pkg.dev/PROJECT/REPOSITORY/klay-beam:0.1.0 .
ARG WORKER
FROM debian:12.11 AS libraries
RUN apt-get update -q && apt-get install -q -y --no-install-recommends python3-venv ca-certificates
COPY containers/cuda_packages.txt containers/cuda_libraries.sh containers/
RUN containers/cuda_libraries.sh /libraries

FROM ${WORKER}
COPY --from=libraries /libraries /usr/local/cuda/lib64
ENTRYPOINT ["/opt/apache/beam/boot"]
