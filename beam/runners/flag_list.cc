#include "beam/runners/flag_list.h"

#include <sstream>

namespace beam {

std::vector<std::string> ListItems(const std::vector<std::string>& values) {
  std::vector<std::string> items;
  for (const std::string& value : values) {
    std::istringstream parts(value);
    for (std::string item; std::getline(parts, item, ',');) {
      if (!item.empty()) items.push_back(item);
    }
  }
  return items;
}

}  // namespace beam
