#include "klay/jobs/look_at_gpus.h"

#include <dlfcn.h>
#include <link.h>
#include <unistd.h>

#include <algorithm>
#include <climits>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <system_error>
#include <utility>

namespace klay {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostEntries = 100;
constexpr std::size_t kNameSize = 256;

std::string HostName() {
  char name[HOST_NAME_MAX + 1] = {};
  return gethostname(name, sizeof name - 1) == 0 ? name : "unknown";
}

std::vector<std::string> NamesIn(const std::string& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    names.push_back(at->path().filename());
  }
  std::ranges::sort(names);
  return names;
}

// /proc/driver/nvidia/version: "NVRM version: NVIDIA UNIX x86_64 Kernel Module  550.54.15  Tue Mar ...": the first word
// of digits and dots. With the open modules the words before it are others.
std::string KernelDriver(const std::string& folder) {
  std::ifstream file(folder + "/version");
  for (std::string word; file >> word;) {
    const bool has_dot = word.find('.') != std::string::npos;
    if (has_dot && word.find_first_not_of("0123456789.") == std::string::npos) return word;
  }
  return {};
}

// /proc/driver/nvidia/gpus/BUS/information: "Model: 		 NVIDIA L4".
std::vector<std::string> KernelGpus(const std::string& folder) {
  std::vector<std::string> models;
  for (const std::string& bus : NamesIn(folder + "/gpus")) {
    std::ifstream file(folder + "/gpus/" + bus + "/information");
    std::string model = "unknown";
    for (std::string line; std::getline(file, line);) {
      if (!line.starts_with("Model:")) continue;
      const std::size_t begin = line.find_first_not_of(" \t", 6);
      if (begin != std::string::npos) model = line.substr(begin);
    }
    models.push_back(model + " at " + bus);
  }
  return models;
}

std::vector<std::string> DeviceFiles(const std::string& folder) {
  std::vector<std::string> files;
  for (const std::string& name : NamesIn(folder)) {
    if (name.starts_with("nvidia")) files.push_back(folder + "/" + name);
  }
  return files;
}

GpuFolder LookInto(const std::string& path) {
  std::error_code error;
  GpuFolder folder{.path = path, .is_there = fs::is_directory(path, error), .entries = NamesIn(path)};
  if (folder.entries.size() > kMostEntries) folder.entries.resize(kMostEntries);
  return folder;
}

// A library by the loader's own search. It stays loaded: drivers do not like to be unloaded.
class Library {
 public:
  explicit Library(const std::string& name) : handle_(dlopen(name.c_str(), RTLD_NOW | RTLD_LOCAL)) {
    if (handle_ == nullptr) {
      const char* const error = dlerror();
      error_ = error == nullptr ? "it cannot be loaded" : error;
    }
  }

  std::string path() const {
    link_map* map = nullptr;
    return handle_ != nullptr && dlinfo(handle_, RTLD_DI_LINKMAP, &map) == 0 ? map->l_name : "";
  }
  const std::string& error() const { return error_; }

  // A function of it; false, and an error, where it has none of that name.
  template <class Function>
  bool Find(const char* name, Function*& function) {
    if (handle_ == nullptr) return false;
    function = reinterpret_cast<Function*>(dlsym(handle_, name));
    if (function == nullptr) error_ = path() + " has no " + name;
    return function != nullptr;
  }

 private:
  void* handle_;
  std::string error_;
};

GpuLibrary LookFor(const std::string& name) {
  const Library library(name);
  return {.name = name, .path = library.path(), .error = library.error()};
}

// NVML's C interface, as nvml.h of NVIDIA's driver has it: functions return 0 or an error.
GpuInterface AskNvml() {
  struct Memory {
    unsigned long long total, free, used;
  };
  GpuInterface nvml;
  Library library("libnvidia-ml.so.1");
  int (*init)() = nullptr;
  int (*shutdown)() = nullptr;
  int (*driver_version)(char*, unsigned) = nullptr;
  int (*count_devices)(unsigned*) = nullptr;
  int (*device_at)(unsigned, void**) = nullptr;
  int (*name_of)(void*, char*, unsigned) = nullptr;
  int (*uuid_of)(void*, char*, unsigned) = nullptr;
  int (*memory_of)(void*, Memory*) = nullptr;
  const char* (*error_text)(int) = nullptr;
  if (!library.Find("nvmlErrorString", error_text) || !library.Find("nvmlInit_v2", init)
      || !library.Find("nvmlShutdown", shutdown) || !library.Find("nvmlSystemGetDriverVersion", driver_version)
      || !library.Find("nvmlDeviceGetCount_v2", count_devices)
      || !library.Find("nvmlDeviceGetHandleByIndex_v2", device_at) || !library.Find("nvmlDeviceGetName", name_of)
      || !library.Find("nvmlDeviceGetUUID", uuid_of) || !library.Find("nvmlDeviceGetMemoryInfo", memory_of)) {
    nvml.error = library.error();
    return nvml;
  }
  if (const int result = init(); result != 0) {
    nvml.error = error_text(result);
    return nvml;
  }
  char text[kNameSize] = {};
  if (driver_version(text, sizeof text) == 0) nvml.version = text;
  unsigned count = 0;
  if (const int result = count_devices(&count); result != 0) nvml.error = error_text(result);
  for (unsigned i = 0; i < count; ++i) {
    GpuDevice& device = nvml.devices.emplace_back();
    void* handle = nullptr;
    if (const int result = device_at(i, &handle); result != 0) {
      device.error = error_text(result);
      continue;
    }
    if (name_of(handle, text, sizeof text) == 0) device.name = text;
    if (uuid_of(handle, text, sizeof text) == 0) device.uuid = text;
    Memory memory{};
    if (memory_of(handle, &memory) == 0) device.memory_bytes = memory.total;
  }
  shutdown();
  return nvml;
}

// CUDA's driver interface, as cuda.h has it: functions return 0 or an error, devices are numbers.
class Cuda {
 public:
  GpuInterface Ask() {
    GpuInterface cuda;
    cuda.error = AskAll(cuda);
    return cuda;
  }

 private:
  // Returns what went wrong, or nothing.
  std::string AskAll(GpuInterface& cuda) {
    if (!FindFunctions()) return library_.error();
    int version = 0;
    if (driver_version_(&version) == 0) {
      cuda.version = std::to_string(version / 1000) + "." + std::to_string(version % 1000 / 10);
    }
    if (const int result = init_(0); result != 0) return TextOf(result);
    int count = 0;
    if (const int result = count_devices_(&count); result != 0) return TextOf(result);
    for (int i = 0; i < count; ++i) {
      GpuDevice& device = cuda.devices.emplace_back();
      device.error = Describe(i, device);
    }
    return {};
  }

  std::string Describe(int index, GpuDevice& device) const {
    constexpr int kCapabilityMajor = 75;  // CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR, and _MINOR
    constexpr int kCapabilityMinor = 76;
    int number = 0;
    if (const int result = device_at_(&number, index); result != 0) return TextOf(result);
    char text[kNameSize] = {};
    if (name_of_(text, sizeof text, number) == 0) device.name = text;
    std::size_t bytes = 0;
    if (memory_of_(&bytes, number) == 0) device.memory_bytes = bytes;
    int major = 0;
    int minor = 0;
    if (attribute_of_(&major, kCapabilityMajor, number) == 0 && attribute_of_(&minor, kCapabilityMinor, number) == 0) {
      device.compute_capability = std::to_string(major) + "." + std::to_string(minor);
    }
    return TryMemory(number);
  }

  // Brings four bytes to the device and back.
  std::string TryMemory(int device) const {
    void* context = nullptr;
    if (const int result = create_context_(&context, 0, device); result != 0) return TextOf(result);
    std::string error;
    std::uint64_t there = 0;
    std::uint32_t value = 0x600DF00D;
    const std::uint32_t sent = value;
    int result = allocate_(&there, sizeof value);
    if (result == 0) {
      result = copy_there_(there, &value, sizeof value);
      value = 0;
      if (result == 0) result = copy_back_(&value, there, sizeof value);
      free_(there);
    }
    if (result != 0) {
      error = TextOf(result);
    } else if (value != sent) {
      error = "what came back from its memory is not what went there";
    }
    destroy_context_(context);
    return error;
  }

  bool FindFunctions() {
    return library_.Find("cuGetErrorString", error_text_) && library_.Find("cuInit", init_)
        && library_.Find("cuDriverGetVersion", driver_version_) && library_.Find("cuDeviceGetCount", count_devices_)
        && library_.Find("cuDeviceGet", device_at_) && library_.Find("cuDeviceGetName", name_of_)
        && library_.Find("cuDeviceTotalMem_v2", memory_of_) && library_.Find("cuDeviceGetAttribute", attribute_of_)
        && library_.Find("cuCtxCreate_v2", create_context_) && library_.Find("cuCtxDestroy_v2", destroy_context_)
        && library_.Find("cuMemAlloc_v2", allocate_) && library_.Find("cuMemFree_v2", free_)
        && library_.Find("cuMemcpyHtoD_v2", copy_there_) && library_.Find("cuMemcpyDtoH_v2", copy_back_);
  }

  std::string TextOf(int result) const {
    const char* text = nullptr;
    if (error_text_(result, &text) == 0 && text != nullptr) return text;
    return "error " + std::to_string(result);
  }

  Library library_{"libcuda.so.1"};
  int (*error_text_)(int, const char**) = nullptr;
  int (*init_)(unsigned) = nullptr;
  int (*driver_version_)(int*) = nullptr;
  int (*count_devices_)(int*) = nullptr;
  int (*device_at_)(int*, int) = nullptr;
  int (*name_of_)(char*, int, int) = nullptr;
  int (*memory_of_)(std::size_t*, int) = nullptr;
  int (*attribute_of_)(int*, int, int) = nullptr;
  int (*create_context_)(void**, unsigned, int) = nullptr;
  int (*destroy_context_)(void*) = nullptr;
  int (*allocate_)(std::uint64_t*, std::size_t) = nullptr;
  int (*free_)(std::uint64_t) = nullptr;
  int (*copy_there_)(std::uint64_t, const void*, std::size_t) = nullptr;
  int (*copy_back_)(void*, std::uint64_t, std::size_t) = nullptr;
};

}  // namespace

GpuReport LookAtGpus(const GpuPlaces& places) {
  GpuReport report;
  report.worker = HostName() + "/" + std::to_string(getpid());
  report.kernel_driver = KernelDriver(places.driver);
  report.kernel_gpus = KernelGpus(places.driver);
  report.device_files = DeviceFiles(places.devices);
  if (const char* const path = std::getenv("LD_LIBRARY_PATH")) report.library_path = path;
  for (const std::string& name : places.libraries) report.libraries.push_back(LookFor(name));
  for (const std::string& path : places.folders) report.folders.push_back(LookInto(path));
  report.nvml = AskNvml();
  report.cuda = Cuda().Ask();
  return report;
}

}  // namespace klay
