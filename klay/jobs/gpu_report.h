// GpuReport: what one worker sees of NVIDIA's GPUs; as a table for people, and as JSON.
//
// GpuReportsJson: an array of objects, one for each worker, in the order of their names, with the fields of GpuReport
// by their names. What is not there is null, or an empty list; sizes are in bytes.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace klay {

// A library that programs need for GPUs.
struct GpuLibrary {
  std::string name;   // "libcuda.so.1"
  std::string path;   // where it was loaded from; empty: it could not be
  std::string error;  // why not, in the loader's words
};

struct GpuDevice {
  std::string name;
  std::string uuid;                // of NVML, else empty
  std::string compute_capability;  // of CUDA, "7.5", else empty
  std::uint64_t memory_bytes = 0;
  std::string error;  // of CUDA: why four bytes could not be brought there and back; empty: they were
};

// What one of the driver's two interfaces tells.
struct GpuInterface {
  std::string version;  // NVML: of the driver, "550.54.15"; CUDA: the newest that the driver can do, "12.4"
  std::string error;    // why it tells nothing, or empty
  std::vector<GpuDevice> devices;
};

struct GpuFolder {
  std::string path;
  bool is_there = false;
  std::vector<std::string> entries;  // the first hundred names
};

struct GpuReport {
  std::string worker;                    // HOST/PID
  std::string kernel_driver;             // the version of the module in the kernel; empty: there is none
  std::vector<std::string> kernel_gpus;  // the models that it knows
  std::vector<std::string> device_files;
  std::string library_path;  // LD_LIBRARY_PATH
  GpuInterface nvml;
  GpuInterface cuda;
  std::vector<GpuLibrary> libraries;
  std::vector<GpuFolder> folders;
};

// In one line: "no GPU: ...", "2 GPUs: ...". What is wrong, and what to do about it.
std::string GpuVerdict(const GpuReport& report);

// Several lines, the verdict first.
std::string GpuReportText(const GpuReport& report);

std::string GpuReportsJson(const std::vector<GpuReport>& reports);

}  // namespace klay
