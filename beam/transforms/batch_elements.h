// BatchElements: gathers elements into std::vectors, for steps that are faster on many at once (a model on a GPU).
//
//   blocks | BatchElements("Batch", {.min_size = 8, .max_size = 64}) | ParDo("Detect", DetectVoice{})
//
// Batches begin at min_size and double up to max_size as long as what follows in the same stage is done with one within
// the target time, and halve where it takes longer than twice that. The last batches of a bundle and of a window may be
// smaller than min_size. Elements of a batch are of one window, whose end is the batch's timestamp.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "beam/base/error.h"
#include "beam/transforms/par_do.h"

namespace beam {

struct BatchSizes {
  std::int64_t min_size = 1;
  std::int64_t max_size = 1000;
  double target_seconds = 1;
};

namespace internal {

template <class T>
class Batches {
 public:
  explicit Batches(const BatchSizes& sizes) : sizes_(sizes), wanted_(sizes.min_size) {}

  void Clear() { open_.clear(); }

  void Add(T element, const Window& window, const Output<std::vector<T>>& out) {
    auto batch = std::find_if(open_.begin(), open_.end(), [&](const Batch& b) { return b.window == window; });
    if (batch == open_.end()) batch = open_.insert(batch, Batch{window, {}});
    batch->elements.push_back(std::move(element));
    if (std::ssize(batch->elements) < wanted_) return;
    Batch full = std::move(*batch);
    open_.erase(batch);
    const auto start = std::chrono::steady_clock::now();
    Emit(std::move(full), out);
    Adapt(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }

  void EmitAll(const Output<std::vector<T>>& out) {
    for (Batch& batch : open_) Emit(std::move(batch), out);
    open_.clear();
  }

 private:
  struct Batch {
    Window window;
    std::vector<T> elements;
  };

  static void Emit(Batch batch, const Output<std::vector<T>>& out) {
    ElementMeta meta;
    meta.window = batch.window;
    meta.timestamp = batch.window.max_timestamp();
    out.EmitWith(std::move(batch.elements), meta);
  }

  void Adapt(double seconds) {
    if (seconds < sizes_.target_seconds / 2) {
      wanted_ = std::min(wanted_ * 2, sizes_.max_size);
    } else if (seconds > sizes_.target_seconds * 2) {
      wanted_ = std::max(wanted_ / 2, sizes_.min_size);
    }
  }

  BatchSizes sizes_;
  std::int64_t wanted_;
  std::vector<Batch> open_;  // few: elements come window after window
};

template <class T>
struct BatchElementsFn {
  BatchSizes sizes;

  Batches<T> Setup() const { return Batches<T>(sizes); }
  void StartBundle(Batches<T>& batches) const { batches.Clear(); }
  void ProcessElement(Batches<T>& batches, T element, const Window& window, Output<std::vector<T>> out) const {
    batches.Add(std::move(element), window, out);
  }
  void FinishBundle(Batches<T>& batches, Output<std::vector<T>> out) const { batches.EmitAll(out); }
};

struct BatchElementsTransform {
  BatchSizes sizes;

  template <class T>
  PCollection<std::vector<T>> ExpandPrimitive(const PCollection<T>& in, const std::string& label) const {
    return ParDoTransform<BatchElementsFn<T>>{{sizes}, {}}.ExpandPrimitive(in, label);
  }
};

}  // namespace internal

inline internal::Labelled<internal::BatchElementsTransform> BatchElements(std::string label, BatchSizes sizes) {
  if (sizes.min_size < 1 || sizes.max_size < sizes.min_size) {
    throw UsageError("BatchElements '" + label + "' needs 1 <= min_size <= max_size");
  }
  return {std::move(label), {sizes}};
}

}  // namespace beam
