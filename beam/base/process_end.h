// How long this process lives, for what is worth collecting before it is written.
#pragma once

#include <atomic>

namespace beam {

namespace internal {
inline std::atomic<bool> may_end_behind_any_bundle = false;
}

// Whether it may be ended, and not be asked to end, as soon as it has answered a bundle: it is a worker that an engine
// has started. What must not be lost is then written when a bundle ends. Thread-safe.
inline bool MayEndBehindAnyBundle() { return internal::may_end_behind_any_bundle; }

inline void SetMayEndBehindAnyBundle(bool may) { internal::may_end_behind_any_bundle = may; }

}  // namespace beam
