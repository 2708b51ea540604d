// What a DoFn sees of other PCollections: SideInput<T> (one value), SideIterable<T> (all), SideMap<K, V> (by key).
//
//   auto gain = ...;                                                   // PCollection<double>
//   audio | ParDo("Amplify", Amplify{}, AsSingleton(gain))
//   void ProcessElement(const AudioFile& file, const SideInput<double>& gain, Output<AudioFile> out) const;
//
// Read-only and shared by all threads of a process: decoded once a window, kept while the run lasts.
#pragma once

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "beam/base/error.h"
#include "beam/coder/kv.h"
#include "beam/model/iterable.h"

namespace beam {

// Builds the decoded form of a side input from its elements, encoded.
using SideInputBuilder = std::shared_ptr<const void> (*)(const EncodedValues& elements);

// Where side inputs come from: the stores of the embedded runner, or the State API of an engine. Thread-safe.
class SideInputReader {
 public:
  virtual ~SideInputReader() = default;

  // The view of side input `index` of the step for an element in `main_window`, built by `build` at its first use.
  virtual std::shared_ptr<const void> Get(std::size_t index, const Window& main_window, SideInputBuilder build) = 0;
};

template <class T>
class SideInput {
 public:
  using View = T;
  explicit SideInput(const T* value) : value_(value) {}
  const T& operator*() const { return *value_; }
  const T* operator->() const { return value_; }

  static std::shared_ptr<const void> Build(const EncodedValues& elements) {
    if (elements.size() != 1) {
      throw Error("a singleton side input must have exactly one element in the window, but it has "
                  + std::to_string(elements.size()));
    }
    const auto cursor = elements.Open();
    std::string_view bytes;
    cursor->Next(bytes);
    Reader in(bytes);
    return std::make_shared<const T>(Coder<T>::Decode(in));
  }

 private:
  const T* value_;
};

template <class T>
class SideIterable {
 public:
  using View = std::vector<T>;
  explicit SideIterable(const View* values) : values_(values) {}
  auto begin() const { return values_->begin(); }
  auto end() const { return values_->end(); }
  std::size_t size() const { return values_->size(); }
  bool empty() const { return values_->empty(); }
  const std::vector<T>& values() const { return *values_; }

  static std::shared_ptr<const void> Build(const EncodedValues& elements) {
    auto values = std::make_shared<View>();
    values->reserve(elements.size());
    const auto cursor = elements.Open();
    for (std::string_view bytes; cursor->Next(bytes);) {
      Reader in(bytes);
      values->push_back(Coder<T>::Decode(in));
    }
    return values;
  }

 private:
  const View* values_;
};

// Keys are compared by their encoding, as Beam compares keys. Of several values for a key, all are kept.
template <class K, class V>
class SideMap {
 public:
  using View = std::unordered_map<std::string, std::vector<V>>;
  explicit SideMap(const View* values) : values_(values) {}

  // The values of `key`, none if it is absent. The reference is good for as long as the element is processed.
  const std::vector<V>& All(const K& key) const {
    static const std::vector<V> none;
    const auto found = values_->find(Encoded(key));
    return found == values_->end() ? none : found->second;
  }
  bool Contains(const K& key) const { return !All(key).empty(); }
  // The value of `key`, or null. Throws Error where the key has more than one.
  const V* Find(const K& key) const {
    const std::vector<V>& all = All(key);
    if (all.size() > 1) throw Error("a map side input has " + std::to_string(all.size()) + " values for one key");
    return all.empty() ? nullptr : &all.front();
  }
  std::size_t size() const { return values_->size(); }  // of keys

  static std::shared_ptr<const void> Build(const EncodedValues& elements) {
    auto values = std::make_shared<View>();
    const auto cursor = elements.Open();
    for (std::string_view bytes; cursor->Next(bytes);) {
      Reader in(bytes);
      auto kv = Coder<KV<K, V>>::Decode(in);
      (*values)[Encoded(kv.key)].push_back(std::move(kv.value));
    }
    return values;
  }

 private:
  static std::string Encoded(const K& key) {
    Writer out;
    Coder<K>::Encode(key, out);
    return out.Take();
  }

  const View* values_;
};

}  // namespace beam
