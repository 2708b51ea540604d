#include "beam/runners/job/job_options.h"

#include <sstream>

namespace beam {

std::string SecondsText(std::chrono::milliseconds time) {
  std::ostringstream text;
  text << std::chrono::duration<double>(time).count() << " s";
  return text.str();
}

}  // namespace beam
