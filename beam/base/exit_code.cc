#include "beam/base/exit_code.h"

#include <cstdio>
#include <exception>

#include "beam/base/error.h"

namespace beam {

int ExitCodeOf(const std::string& who, const std::function<int()>& work) {
  const auto complain = [&](const std::exception& error) {
    std::fprintf(stderr, "%s: %s\n", who.c_str(), error.what());
  };
  try {
    return work();
  } catch (const UsageError& error) {
    complain(error);
    return kExitUsage;
  } catch (const std::exception& error) {
    complain(error);
    return kExitRunFailed;
  }
}

}  // namespace beam
