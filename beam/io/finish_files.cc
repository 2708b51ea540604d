#include "beam/io/finish_files.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <thread>

#include "beam/base/error.h"

namespace beam::internal {

std::vector<std::string> FinishSideBySide(const std::vector<ByteSink*>& sinks, std::size_t threads) {
  std::vector<std::string> errors(sinks.size());
  std::atomic<std::size_t> next = 0;
  std::atomic<bool> cancelled = false;
  const auto finish = [&] {
    for (std::size_t i = next++; i < sinks.size() && !cancelled; i = next++) {
      try {
        sinks[i]->Finish();
      } catch (const Cancelled&) {
        cancelled = true;
      } catch (const std::exception& error) {
        errors[i] = error.what();
      }
    }
  };
  {
    std::vector<std::jthread> helpers;
    for (std::size_t i = 1; i < std::min(threads, sinks.size()); ++i) helpers.emplace_back(finish);
    finish();
  }
  if (cancelled) throw Cancelled();
  return errors;
}

}  // namespace beam::internal
