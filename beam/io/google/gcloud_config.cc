#include "beam/io/google/gcloud_config.h"

#include <algorithm>
#include <cstddef>
#include <fstream>
#include <string_view>

#include "beam/base/environment.h"

namespace beam {
namespace {

using internal::Environment;

std::string Trimmed(std::string_view text) {
  const std::size_t begin = std::min(text.find_first_not_of(" \t\r"), text.size());
  const std::size_t end = text.find_last_not_of(" \t\r");
  return begin == text.size() ? "" : std::string(text.substr(begin, end + 1 - begin));
}

// CLOUDSDK_COMPUTE_REGION of compute/region.
std::string VariableOf(const std::string& property) {
  std::string name = "CLOUDSDK_";
  for (const char c : property) {
    if (c == '/') {
      name += '_';
    } else {
      name += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    }
  }
  return name;
}

std::string ActiveConfiguration(const std::string& folder) {
  std::string name = Environment("CLOUDSDK_ACTIVE_CONFIG_NAME");
  if (name.empty()) std::getline(std::ifstream(folder + "/active_config") >> std::ws, name);
  name = Trimmed(name);
  return folder + "/configurations/config_" + (name.empty() ? "default" : name);
}

}  // namespace

std::string GcloudProperty(const std::string& property) {
  if (std::string value = Environment(VariableOf(property).c_str()); !value.empty()) return value;
  std::string folder = Environment("CLOUDSDK_CONFIG");
  if (folder.empty()) folder = Environment("HOME") + "/.config/gcloud";
  // An INI file: sections in brackets, NAME = VALUE.
  std::ifstream file(ActiveConfiguration(folder));
  const std::size_t slash = property.find('/');
  const std::string section = "[" + property.substr(0, slash) + "]";
  bool is_in_section = false;
  for (std::string line; std::getline(file, line);) {
    const std::string text = Trimmed(line);
    if (text.starts_with('[')) is_in_section = text == section;
    const std::size_t equals = text.find('=');
    if (is_in_section && equals != std::string::npos
        && Trimmed(std::string_view(text).substr(0, equals)) == property.substr(slash + 1)) {
      return Trimmed(std::string_view(text).substr(equals + 1));
    }
  }
  return "";
}

}  // namespace beam
