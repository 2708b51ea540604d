// Objects as other programs make them: of names that this SDK makes none of.
#pragma once

#include <string>
#include <string_view>

#include "tests/storage/store.h"

namespace beam::testing_storage {

// Makes store.root + name by one plain request of the store's protocol. Throws std::runtime_error with what the
// emulator says where it does not take it.
void PutRaw(const Store& store, const std::string& name, std::string_view bytes);

}  // namespace beam::testing_storage
