// Iterable<T>: the values of a group or of a side input; read as often as wanted, decoded while it is read.
//
// Cheap to copy: it shares the bytes, which may lie in memory or on disk. Each iteration may be on another thread; one
// iterator belongs to one thread.
#pragma once

#include <cstddef>
#include <deque>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "beam/coder/wire_coder.h"

namespace beam {

// A sequence of encoded values that can be read from the start any number of times. Thread-safe.
class EncodedValues {
 public:
  // Reads on; not thread-safe. The bytes given are valid until the next call.
  class Cursor {
   public:
    virtual ~Cursor() = default;
    virtual bool Next(std::string_view& bytes) = 0;
  };

  virtual ~EncodedValues() = default;
  virtual std::unique_ptr<Cursor> Open() const = 0;
  virtual std::size_t size() const = 0;
};

// Encoded values in memory.
class EncodedVector final : public EncodedValues {
 public:
  explicit EncodedVector(std::vector<std::string> values) : values_(std::move(values)) {}
  std::size_t size() const override { return values_.size(); }
  std::unique_ptr<Cursor> Open() const override { return std::make_unique<VectorCursor>(values_); }

 private:
  class VectorCursor final : public Cursor {
   public:
    explicit VectorCursor(const std::vector<std::string>& values) : values_(values) {}
    bool Next(std::string_view& bytes) override {
      if (next_ == values_.size()) return false;
      bytes = values_[next_++];
      return true;
    }

   private:
    const std::vector<std::string>& values_;
    std::size_t next_ = 0;
  };

  std::vector<std::string> values_;
};

template <class T>
class Iterable {
 public:
  using value_type = T;

  class Iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = T;
    using difference_type = std::ptrdiff_t;
    using pointer = const T*;
    using reference = const T&;

    Iterator() = default;
    explicit Iterator(std::unique_ptr<EncodedValues::Cursor> cursor) : cursor_(std::move(cursor)) { ++*this; }
    explicit Iterator(typename std::deque<T>::const_iterator plain) : is_plain_(true), plain_(plain) {}

    reference operator*() const { return is_plain_ ? *plain_ : *value_; }
    pointer operator->() const { return &**this; }
    Iterator& operator++() {
      if (is_plain_) {
        ++plain_;
        return *this;
      }
      std::string_view bytes;
      if (cursor_->Next(bytes)) {
        Reader in(bytes);
        value_.emplace(Coder<T>::Decode(in));
      } else {
        cursor_.reset();
      }
      return *this;
    }
    void operator++(int) { ++*this; }
    // Only good for the comparison with end().
    friend bool operator==(const Iterator& a, const Iterator& b) {
      return a.plain_ == b.plain_ && (a.cursor_ == nullptr) == (b.cursor_ == nullptr);
    }

   private:
    bool is_plain_ = false;
    typename std::deque<T>::const_iterator plain_;
    std::shared_ptr<EncodedValues::Cursor> cursor_;
    std::optional<T> value_;
  };

  Iterable() = default;
  explicit Iterable(std::shared_ptr<const EncodedValues> encoded) : encoded_(std::move(encoded)) {}
  // From plain values, for tests of DoFns that take groups.
  explicit Iterable(const std::vector<T>& values)
      : plain_(std::make_shared<const std::deque<T>>(values.begin(), values.end())) {}
  explicit Iterable(std::shared_ptr<const std::deque<T>> values) : plain_(std::move(values)) {}

  Iterator begin() const {
    if (plain_) return Iterator(plain_->begin());
    return encoded_ ? Iterator(encoded_->Open()) : Iterator();
  }
  Iterator end() const { return plain_ ? Iterator(plain_->end()) : Iterator(); }
  std::size_t size() const { return plain_ ? plain_->size() : encoded_ ? encoded_->size() : 0; }
  bool empty() const { return size() == 0; }

  // The values as they are encoded, never null.
  std::shared_ptr<const EncodedValues> Encoded() const {
    if (encoded_) return encoded_;
    std::vector<std::string> values;
    Writer out;
    for (const T& value : *this) {
      out.Clear();
      Coder<T>::Encode(value, out);
      values.emplace_back(out.view());
    }
    return std::make_shared<const EncodedVector>(std::move(values));
  }

  std::vector<T> ToVector() const {
    std::vector<T> values;
    values.reserve(size());
    for (const T& value : *this) values.push_back(value);
    return values;
  }

 private:
  std::shared_ptr<const EncodedValues> encoded_;
  std::shared_ptr<const std::deque<T>> plain_;  // a deque, as a vector of bool has no references to give
};

// Encoded as Beam's iterable: the count, then the values.
template <class T>
struct Coder<Iterable<T>> {
  static void Encode(const Iterable<T>& values, Writer& out, Context = Context::kNested) {
    out.BigEndian(static_cast<std::uint32_t>(values.size()));
    for (const T& value : values) Coder<T>::Encode(value, out);
  }
  static Iterable<T> Decode(Reader& in, Context context = Context::kNested) {
    // Moved, as values may have no copies.
    std::vector<T> values = Coder<std::vector<T>>::Decode(in, context);
    return Iterable<T>(std::make_shared<const std::deque<T>>(std::make_move_iterator(values.begin()),
                                                             std::make_move_iterator(values.end())));
  }
  static std::size_t ByteSize(const Iterable<T>& values) {
    std::size_t size = 4;
    for (const T& value : values) size += Coder<T>::ByteSize(value);
    return size;
  }
  static CoderSpec Spec() { return Coder<std::vector<T>>::Spec(); }
};

// Crosses to engines as an iterable of what its values cross as; its rest may lie in the engine's state.
template <class T>
struct WireCoder<Iterable<T>> {
  static void Encode(const Iterable<T>& values, Writer& out) {
    internal::WriteCount(values.size(), out);
    for (const T& value : values) WireCoder<T>::Encode(value, out);
  }
  static Iterable<T> Decode(Reader& in, WireState* state) {
    auto values = std::make_shared<std::deque<T>>();
    internal::ReadIterable(
        in, [](std::size_t) {}, [&] { values->push_back(WireCoder<T>::Decode(in, state)); },
        [&](std::string_view token) {
          if (state == nullptr) internal::ThrowMalformed("an iterable's rest lies in a state that is not there");
          const std::string bytes = state->Fetch(token);
          internal::ReadStoredElements(bytes,
                                       [&](Reader& stored) { values->push_back(WireCoder<T>::Decode(stored, state)); });
        });
    return Iterable<T>(std::shared_ptr<const std::deque<T>>(std::move(values)));
  }
  static CoderSpec Spec() { return {.urn = "beam:coder:iterable:v1", .components = {WireCoder<T>::Spec()}}; }
};

}  // namespace beam
