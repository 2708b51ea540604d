#include "klay/jobs/gpu_report.h"

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "klay/jobs/printable.h"

namespace klay {
namespace {

using Json = nlohmann::ordered_json;

std::string Join(const std::vector<std::string>& texts) {
  std::string joined;
  for (const std::string& text : texts) joined += (joined.empty() ? "" : ", ") + text;
  return joined;
}

std::string Gibibytes(std::uint64_t bytes) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f GiB", static_cast<double>(bytes) / (1 << 30));
  return text;
}

std::string OrNone(const std::string& text) { return text.empty() ? "none" : text; }

const GpuLibrary* FindLibrary(const GpuReport& report, const std::string& name) {
  const auto found = std::ranges::find(report.libraries, name, &GpuLibrary::name);
  return found == report.libraries.end() ? nullptr : &*found;
}

// Where a folder holds the library although the loader does not find it.
std::string FolderWith(const GpuReport& report, const std::string& library) {
  for (const GpuFolder& folder : report.folders) {
    if (std::ranges::find(folder.entries, library) != folder.entries.end()) return folder.path;
  }
  return {};
}

std::string WhyNoGpu(const GpuReport& report) {
  const std::string wanted = "libcuda.so.1";
  const GpuLibrary* const library = FindLibrary(report, wanted);
  if (library != nullptr && library->path.empty()) {
    if (const std::string folder = FolderWith(report, wanted); !folder.empty()) {
      return wanted + " is in " + folder + ", but cannot be loaded (" + library->error + "): add the folder to "
          "LD_LIBRARY_PATH of the image";
    }
    if (report.kernel_driver.empty()) return "the machine has no NVIDIA driver: ask for one, and for a GPU";
    return "the kernel has driver " + report.kernel_driver + ", but " + wanted
        + " is not there: the container was started without the driver's libraries";
  }
  if (!report.cuda.error.empty()) return "CUDA says: " + report.cuda.error;
  return "CUDA knows of none";
}

Json TextOrNull(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

Json TextsOf(const std::vector<std::string>& texts) {
  Json json = Json::array();
  for (const std::string& text : texts) json.push_back(text);
  return json;
}

Json InterfaceJson(const GpuInterface& interface) {
  Json devices = Json::array();
  for (const GpuDevice& device : interface.devices) {
    devices.push_back({{"name", TextOrNull(device.name)},
                       {"uuid", TextOrNull(device.uuid)},
                       {"compute_capability", TextOrNull(device.compute_capability)},
                       {"memory_bytes", device.memory_bytes},
                       {"error", TextOrNull(device.error)}});
  }
  return {{"version", TextOrNull(interface.version)}, {"error", TextOrNull(interface.error)}, {"devices", devices}};
}

}  // namespace

std::string GpuVerdict(const GpuReport& report) {
  if (report.cuda.devices.empty()) return "no GPU: " + WhyNoGpu(report);
  std::string text;
  for (const GpuDevice& device : report.cuda.devices) {
    text += (text.empty() ? "" : ", ") + device.name + " (" + Gibibytes(device.memory_bytes)
        + (device.error.empty() ? ")" : ", does not work: " + device.error + ")");
  }
  const std::size_t count = report.cuda.devices.size();
  return std::to_string(count) + (count == 1 ? " GPU: " : " GPUs: ") + text;
}

std::string GpuReportText(const GpuReport& report) {
  std::string text = "worker " + report.worker + ": " + GpuVerdict(report) + "\n";
  const auto line = [&](const std::string& name, const std::string& value) {
    text += "  " + name + std::string(name.size() < 16 ? 16 - name.size() : 1, ' ') + Printable(value) + "\n";
  };
  line("kernel driver", OrNone(report.kernel_driver));
  line("kernel's GPUs", OrNone(Join(report.kernel_gpus)));
  line("device files", OrNone(Join(report.device_files)));
  for (const auto& [name, interface] : {std::pair("NVML", &report.nvml), {"CUDA", &report.cuda}}) {
    line(name, interface->error.empty() ? "version " + interface->version : interface->error);
    for (const GpuDevice& device : interface->devices) {
      line("",
           device.name + ", " + Gibibytes(device.memory_bytes) + (device.uuid.empty() ? "" : ", " + device.uuid)
               + (device.compute_capability.empty() ? "" : ", compute capability " + device.compute_capability)
               + (device.error.empty() ? "" : ", does not work: " + device.error));
    }
  }
  for (const GpuLibrary& library : report.libraries) {
    line(library.name, library.path.empty() ? library.error : library.path);
  }
  line("LD_LIBRARY_PATH", OrNone(report.library_path));
  for (const GpuFolder& folder : report.folders) {
    line(folder.path, folder.is_there ? Join(folder.entries) : "not there");
  }
  return text;
}

std::string GpuReportsJson(const std::vector<GpuReport>& reports) {
  Json json = Json::array();
  for (const GpuReport& report : reports) {
    Json libraries = Json::array();
    for (const GpuLibrary& library : report.libraries) {
      libraries.push_back(
          {{"name", library.name}, {"path", TextOrNull(library.path)}, {"error", TextOrNull(library.error)}});
    }
    Json folders = Json::array();
    for (const GpuFolder& folder : report.folders) {
      folders.push_back({{"path", folder.path}, {"is_there", folder.is_there}, {"entries", TextsOf(folder.entries)}});
    }
    json.push_back({{"worker", report.worker},
                    {"verdict", GpuVerdict(report)},
                    {"kernel_driver", TextOrNull(report.kernel_driver)},
                    {"kernel_gpus", TextsOf(report.kernel_gpus)},
                    {"device_files", TextsOf(report.device_files)},
                    {"library_path", TextOrNull(report.library_path)},
                    {"nvml", InterfaceJson(report.nvml)},
                    {"cuda", InterfaceJson(report.cuda)},
                    {"libraries", libraries},
                    {"folders", folders}});
  }
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

}  // namespace klay
