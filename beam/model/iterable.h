// Iterable<T>: the values of a group or of a side input; read as often as wanted, decoded while it is read.
//
// Cheap to copy: it shares the bytes, which may lie in memory, on disk, or, page by page, with an engine. Each
// iteration may be on another thread; one iterator belongs to one thread.
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
#include "beam/model/wire_cursor.h"

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
    explicit Iterator(internal::WireCursor<T> wire) : wire_(std::move(wire)) { ++*this; }
    explicit Iterator(typename std::deque<T>::const_iterator plain) : is_plain_(true), plain_(plain) {}

    reference operator*() const { return is_plain_ ? *plain_ : *value_; }
    pointer operator->() const { return &**this; }
    Iterator& operator++() {
      if (wire_) {
        if (!wire_->Next(value_)) wire_.reset();
        return *this;
      }
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
      return a.plain_ == b.plain_ && a.IsReading() == b.IsReading();
    }

   private:
    bool IsReading() const { return cursor_ != nullptr || wire_.has_value(); }

    bool is_plain_ = false;
    typename std::deque<T>::const_iterator plain_;
    std::shared_ptr<EncodedValues::Cursor> cursor_;
    std::optional<internal::WireCursor<T>> wire_;
    std::optional<T> value_;
  };

  Iterable() = default;
  explicit Iterable(std::shared_ptr<const EncodedValues> encoded) : encoded_(std::move(encoded)) {}
  // From plain values, for tests of DoFns that take groups.
  explicit Iterable(const std::vector<T>& values)
      : plain_(std::make_shared<const std::deque<T>>(values.begin(), values.end())) {}
  explicit Iterable(std::shared_ptr<const std::deque<T>> values) : plain_(std::move(values)) {}

  // As an engine sent them: `values` is an encoded iterable of WireCoder<T> that lies in origin->bytes, `count` how
  // many there are, or nothing where the engine keeps the rest.
  Iterable(WireOrigin origin, std::string_view values, std::optional<std::size_t> count)
      : wire_(std::move(origin)), wire_values_(values), wire_count_(count) {}

  Iterator begin() const {
    if (plain_) return Iterator(plain_->begin());
    if (wire_) return Iterator(internal::WireCursor<T>(wire_, wire_values_));
    return encoded_ ? Iterator(encoded_->Open()) : Iterator();
  }
  Iterator end() const { return plain_ ? Iterator(plain_->end()) : Iterator(); }
  // Of a group that is so large that an engine keeps the rest of it, the number is known only by reading it all.
  std::size_t size() const {
    if (plain_) return plain_->size();
    if (encoded_) return encoded_->size();
    if (!wire_) return 0;
    if (wire_count_) return *wire_count_;
    // Not std::distance, which copies iterators: values may have no copies.
    std::size_t count = 0;
    for (auto next = begin(); !(next == end()); ++next) ++count;
    return count;
  }
  bool empty() const { return wire_ && !wire_count_ ? begin() == end() : size() == 0; }

  // The values as Coder<T> encodes them, never null.
  std::shared_ptr<const EncodedValues> Encoded() const {
    if (encoded_) return encoded_;
    return std::make_shared<const EncodedAnew>(*this);
  }

  std::vector<T> ToVector() const {
    std::vector<T> values;
    values.reserve(size());
    for (const T& value : *this) values.push_back(value);
    return values;
  }

 private:
  // Encodes one value after the other, while it is read.
  class EncodedAnew final : public EncodedValues {
   public:
    explicit EncodedAnew(Iterable values) : values_(std::move(values)) {}
    std::size_t size() const override { return values_.size(); }
    std::unique_ptr<Cursor> Open() const override { return std::make_unique<EncodingCursor>(values_); }

   private:
    class EncodingCursor final : public Cursor {
     public:
      explicit EncodingCursor(const Iterable& values) : next_(values.begin()), end_(values.end()) {}
      bool Next(std::string_view& bytes) override {
        if (has_given_) ++next_;
        has_given_ = !(next_ == end_);
        if (!has_given_) return false;
        out_.Clear();
        Coder<T>::Encode(*next_, out_);
        bytes = out_.view();
        return true;
      }

     private:
      Iterator next_;
      Iterator end_;
      bool has_given_ = false;  // the value that next_ is at
      Writer out_;
    };

    const Iterable values_;
  };

  // One of these is set, or none: then there are no values.
  std::shared_ptr<const EncodedValues> encoded_;
  std::shared_ptr<const std::deque<T>> plain_;  // a deque, as a vector of bool has no references to give
  WireOrigin wire_;
  std::string_view wire_values_;
  std::optional<std::size_t> wire_count_;
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
  static Iterable<T> Decode(Reader& in, const WireOrigin& origin) {
    const Reader start = in;
    const std::optional<std::size_t> count = SkipAndCount(in);
    const std::string_view values = Reader(start).Raw(start.remaining() - in.remaining());
    if (origin != nullptr) {
      if (!count && origin->state == nullptr) {
        internal::ThrowMalformed("an iterable's rest lies in a state that is not there");
      }
      return Iterable<T>(origin, values, count);
    }
    if (!count) internal::ThrowMalformed("an iterable's rest lies in a state that is not there");
    auto copy = std::make_shared<const WirePiece>(WirePiece{std::string(values), nullptr});
    const std::string_view copied = copy->bytes;
    return Iterable<T>(std::move(copy), copied, count);
  }
  static void Skip(Reader& in) { static_cast<void>(SkipAndCount(in)); }
  static CoderSpec Spec() { return {.urn = "beam:coder:iterable:v1", .components = {WireCoder<T>::Spec()}}; }

 private:
  // How many values there are; nothing where some lie elsewhere.
  static std::optional<std::size_t> SkipAndCount(Reader& in) {
    std::size_t count = 0;
    bool has_all = true;
    internal::ReadIterable(
        in, [](std::size_t) {},
        [&] {
          WireCoder<T>::Skip(in);
          ++count;
        },
        [&](std::string_view) { has_all = false; });
    return has_all ? std::optional<std::size_t>(count) : std::nullopt;
  }
};

}  // namespace beam
