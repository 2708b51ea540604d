// What a DoFn sees of other PCollections: SideInput<T> (one value), SideIterable<T> (all), SideMap<K, V> (by key).
//
//   auto gain = ...;                                                   // PCollection<double>
//   audio | ParDo("Amplify", Amplify{}, AsSingleton(gain))
//   void ProcessElement(const AudioFile& file, const SideInput<double>& gain, Output<AudioFile> out) const;
//
// Read-only. The embedded runner decodes them once a window, for all threads. On an engine each worker's stage does so
// when it first looks; of a map it asks for the keys that are looked up and for no others, each once. That is why a
// SideMap has neither a size nor an iterator: who wants all of it takes it by AsIterable.
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
#include "beam/coder/wire_coder.h"
#include "beam/model/iterable.h"

namespace beam {

// A side input that is kept elsewhere, of KV<K, V>, and asked for one key at a time. One thread.
class SideInputLookup {
 public:
  virtual ~SideInputLookup() = default;

  // The values of `key`, which is encoded by WireCoder<K>: one encoding by WireCoder<V> behind another. Throws Error.
  virtual WireOrigin Fetch(std::string_view key) = 0;
};

// How the decoded form of a side input, its view, is made.
struct SideInputBuilder {
  // Of all of its elements, encoded.
  std::shared_ptr<const void> (*from_elements)(const EncodedValues& elements);
  // Of its keys and values as they are asked for; null where a view needs all elements. Such a view is for one thread.
  std::shared_ptr<const void> (*from_lookup)(std::unique_ptr<SideInputLookup> lookup) = nullptr;

  bool operator==(const SideInputBuilder&) const = default;
};

// Where side inputs come from: the stores of the embedded runner, or the State API of an engine. Thread-safe.
class SideInputReader {
 public:
  virtual ~SideInputReader() = default;

  // The view of side input `index` of the step for an element in `main_window`, built at its first use.
  virtual std::shared_ptr<const void> Get(std::size_t index, const Window& main_window,
                                          const SideInputBuilder& builder) = 0;
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
  static constexpr SideInputBuilder kBuilder{&Build};

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
  static constexpr SideInputBuilder kBuilder{&Build};

 private:
  const View* values_;
};

// Keys are compared by their encoding, as Beam compares keys. Of several values for a key, all are kept: this is both
// the map and the multimap of Beam's other SDKs.
template <class K, class V>
class SideMap {
 public:
  class View {
   public:
    explicit View(std::unique_ptr<SideInputLookup> lookup) : lookup_(std::move(lookup)) {}

    void Add(const K& key, V value) { values_[Encoded(key)].push_back(std::move(value)); }

    const std::vector<V>& All(const K& key) const {
      static const std::vector<V> none;
      const std::string bytes = Encoded(key);
      if (const auto found = values_.find(bytes); found != values_.end()) return found->second;
      return lookup_ == nullptr ? none : values_.emplace(bytes, Fetch(bytes)).first->second;
    }

   private:
    static std::string Encoded(const K& key) {
      Writer out;
      WireCoder<K>::Encode(key, out);
      return out.Take();
    }

    std::vector<V> Fetch(const std::string& key) const {
      const WireOrigin origin = lookup_->Fetch(key);
      std::vector<V> values;
      for (Reader in(origin->bytes); !in.empty();) values.push_back(WireCoder<V>::Decode(in, origin));
      return values;
    }

    std::unique_ptr<SideInputLookup> lookup_;  // null where all values are here
    mutable std::unordered_map<std::string, std::vector<V>> values_;
  };

  explicit SideMap(const View* view) : view_(view) {}

  // The values of `key`, none if it is absent. The reference is good for as long as the element is processed.
  const std::vector<V>& All(const K& key) const { return view_->All(key); }
  bool Contains(const K& key) const { return !All(key).empty(); }
  // The value of `key`, or null. Throws Error where the key has more than one.
  const V* Find(const K& key) const {
    const std::vector<V>& all = All(key);
    if (all.size() > 1) throw Error("a map side input has " + std::to_string(all.size()) + " values for one key");
    return all.empty() ? nullptr : &all.front();
  }

  static std::shared_ptr<const void> Build(const EncodedValues& elements) {
    auto view = std::make_shared<View>(nullptr);
    const auto cursor = elements.Open();
    for (std::string_view bytes; cursor->Next(bytes);) {
      Reader in(bytes);
      auto kv = Coder<KV<K, V>>::Decode(in);
      view->Add(kv.key, std::move(kv.value));
    }
    return view;
  }
  static std::shared_ptr<const void> BuildByKey(std::unique_ptr<SideInputLookup> lookup) {
    return std::make_shared<View>(std::move(lookup));
  }
  static constexpr SideInputBuilder kBuilder{&Build, &BuildByKey};

 private:
  const View* view_;
};

}  // namespace beam
