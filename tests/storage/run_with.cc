#include "tests/storage/run_with.h"

#include <unistd.h>

#include <cstdlib>
#include <string_view>

namespace klay {

ProgramResult RunWith(const std::vector<std::string>& environment, const std::vector<std::string>& unset,
                      const std::vector<std::string>& arguments) {
  std::vector<std::string> all;
  for (const std::string& name : unset) all.insert(all.end(), {"-u", name});
  all.insert(all.end(), environment.begin(), environment.end());
  all.emplace_back(std::getenv("KLAY_BEAM_PROGRAM"));
  all.insert(all.end(), arguments.begin(), arguments.end());
  return RunKlayBeam(all, {.program = "/usr/bin/env"});
}

std::vector<std::string> StoreVariables() {
  std::vector<std::string> names;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string_view text = *variable;
    for (const std::string_view prefix : {"AWS_", "AZURE_", "IDENTITY_", "IMDS_", "MSI_"}) {
      if (text.starts_with(prefix)) names.emplace_back(text.substr(0, text.find('=')));
    }
  }
  return names;
}

}  // namespace klay
