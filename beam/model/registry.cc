#include "beam/model/registry.h"

#include <cxxabi.h>

#include <cstdio>
#include <cstdlib>
#include <map>

namespace beam {
namespace {

// Filled before main(), read-only after.
std::map<std::string_view, const FnEntry*>& Entries() {
  static auto* entries = new std::map<std::string_view, const FnEntry*>;
  return *entries;
}

}  // namespace

std::string_view RegisterFn(const FnEntry* entry) {
  const auto [found, is_new] = Entries().emplace(entry->key, entry);
  if (!is_new && found->second != entry) {
    std::fprintf(stderr,
                 "two functions of this program share the name %s, so a worker could not tell them apart: types in "
                 "anonymous namespaces of two files do; give one of them another name\n",
                 ReadableName(entry->key).c_str());
    std::abort();
  }
  return entry->key;
}

const FnEntry& FindFn(std::string_view key) {
  const auto found = Entries().find(key);
  if (found == Entries().end()) {
    throw Error("this program has no function named " + ReadableName(key)
                + ": launcher and worker must be the same build of the same program");
  }
  return *found->second;
}

std::string ReadableName(std::string_view key) {
  int status = 0;
  char* const name = abi::__cxa_demangle(std::string(key).c_str(), nullptr, nullptr, &status);
  std::string readable = status == 0 ? name : std::string(key);
  std::free(name);
  return readable;
}

}  // namespace beam
