// The value of an option as a runner is told it, and tells its workers.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <variant>
#include <vector>

namespace beam {

using JobOptionValue = std::variant<bool, std::int64_t, double, std::string, std::vector<std::string>>;
using JobOptionValues = std::map<std::string, JobOptionValue>;  // by the options' names

}  // namespace beam
