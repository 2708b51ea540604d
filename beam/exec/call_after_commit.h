// What a DoFn left to its BundleFinalizer is called when the bundle counts, whatever comes of the call.
#pragma once

#include <functional>

namespace beam {

// What `call` throws is logged as a warning.
void CallAfterCommit(const std::function<void()>& call);

}  // namespace beam
