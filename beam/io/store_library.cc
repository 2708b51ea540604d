#include "beam/io/store_library.h"

#include <dlfcn.h>

#include <string>

namespace beam::internal {
namespace {

constexpr const char* kLibrary = "libklay_beam_arrow.so";

struct Library {
  OpenObjectStore open = nullptr;
  std::string error;

  Library() {
    void* const handle = ::dlopen(kLibrary, RTLD_NOW | RTLD_LOCAL);
    if (handle != nullptr) open = reinterpret_cast<OpenObjectStore>(::dlsym(handle, kOpenObjectStore));
    if (open != nullptr) return;
    const char* const text = ::dlerror();
    error = std::string("build with -DKLAY_BEAM_ARROW=ON, and put ") + kLibrary
        + " and Arrow's libraries beside the program or into LD_LIBRARY_PATH; an image of workers has them that was "
          "made with `make container STORES=s3,abfs` ("
        + (text == nullptr ? "it has no such function" : text) + ")";
  }
};

}  // namespace

StoreAnswer OpenFromLibrary(const ObjectStoreOptions& options, std::unique_ptr<ObjectStore>& store) {
  static const Library library;
  if (library.open == nullptr) return {StoreAnswer::Kind::kNoLibrary, library.error};
  StoreAnswer answer;
  library.open(options, store, answer);
  return answer;
}

}  // namespace beam::internal
