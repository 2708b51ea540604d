// ElementCounter: how many elements a PCollection has had, and how large some of them are.
//
// One thread counts, any other may read meanwhile. Counting costs an increment and a comparison; the size of an element
// is looked at more and more seldom (about 300 times in a million), as Beam's other SDKs do.
#pragma once

#include <cstdint>
#include <tuple>

#include "beam/base/hash.h"
#include "beam/base/tally.h"
#include "beam/coder/coder.h"
#include "beam/coder/kv.h"
#include "beam/model/iterable.h"
#include "beam/model/metrics.h"

namespace beam {

namespace internal {

// Whether the size of a T can be told without reading what is behind it.
template <class T>
inline constexpr bool kHasCheapSize = true;
template <class V>
inline constexpr bool kHasCheapSize<Iterable<V>> = false;
template <class K, class V>
inline constexpr bool kHasCheapSize<KV<K, V>> = kHasCheapSize<K> && kHasCheapSize<V>;
template <class... T>
inline constexpr bool kHasCheapSize<std::tuple<T...>> = (kHasCheapSize<T> && ...);

}  // namespace internal

class ElementCounter {
 public:
  template <class T>
  void Count(const T& element) {
    const std::int64_t count = count_.value() + 1;
    count_.Set(count);
    if constexpr (internal::kHasCheapSize<T>) {
      if (count == next_sample_) [[unlikely]]
        Sample(element);
    }
  }
  void Reset() {
    count_.Set(0);
    next_sample_ = 1;
    sizes_.Store({});
  }

  // By any thread.
  std::int64_t count() const { return count_.value(); }
  // A distribution of bytes, of the elements that were looked at.
  MetricCell sizes() const { return sizes_.Read(); }

 private:
  template <class T>
  [[gnu::noinline, gnu::cold]] void Sample(const T& element) {
    const std::int64_t count = count_.value();
    const auto most = static_cast<std::uint64_t>(count / 10 + 1);
    next_sample_ = count + 1 + static_cast<std::int64_t>(MixBits(static_cast<std::uint64_t>(count)) % most);
    sizes_.Update(static_cast<std::int64_t>(Coder<T>::ByteSize(element)));
  }

  Tally count_;
  std::int64_t next_sample_ = 1;
  LiveMetricCell sizes_;
};

}  // namespace beam
