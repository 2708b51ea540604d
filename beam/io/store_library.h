// The library that has the object stores (beam/io/arrow/, a file of its own), loaded when a store is first opened.
// Thread-safe.
#pragma once

#include <memory>

#include "beam/io/object_store.h"

namespace beam::internal {

// Opens the store of options.scheme. kNoLibrary, telling what to do, if the library is not there or cannot be loaded.
// It is looked for where the program's run path says (beside the program, then where it is installed) and in
// LD_LIBRARY_PATH, and is never unloaded.
StoreAnswer OpenFromLibrary(const ObjectStoreOptions& options, std::unique_ptr<ObjectStore>& store);

}  // namespace beam::internal
