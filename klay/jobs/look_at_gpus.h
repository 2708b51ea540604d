// Looks for NVIDIA's GPUs, without a program or a library of theirs: what the kernel tells (/proc/driver/nvidia, device
// files), what libraries there are, and what NVML (libnvidia-ml.so.1) and CUDA (libcuda.so.1) say, which are loaded for
// it. A machine without any of it is no error.
#pragma once

#include <string>
#include <vector>

#include "klay/jobs/gpu_report.h"

namespace klay {

struct GpuPlaces {
  std::string driver = "/proc/driver/nvidia";
  std::string devices = "/dev";
  // The driver's libraries, and those that programs bring along: CUDA 12's and ONNX Runtime's.
  std::vector<std::string> libraries = {"libcuda.so.1",    "libnvidia-ml.so.1", "libcudart.so.12",
                                        "libcublas.so.12", "libcudnn.so.9",     "libonnxruntime.so.1"};
  // Where images and Dataflow's machines have them. Listed, and where the loader does not find a library, named.
  std::vector<std::string> folders = {"/usr/local/nvidia", "/usr/local/nvidia/lib64", "/usr/local/cuda/lib64",
                                      "/opt/apache/beam"};
};

// What this process sees. Loads the libraries, and leaves them loaded. Never throws for what is missing or broken
// there.
GpuReport LookAtGpus(const GpuPlaces& places = {});

}  // namespace klay
