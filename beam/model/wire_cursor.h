// WireCursor<T>: reads the values of a group as an engine sent them, one after the other: those that came with the
// group, then, where there are more, page by page what lies in the engine's state. One page is in memory at a time.
//
// One thread. Throws Error where the bytes are malformed, or where the state does not answer; states answer for the
// bundle that the group came in, so groups cannot be kept beyond that.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "beam/coder/wire_coder.h"

namespace beam::internal {

template <class T>
class WireCursor {
 public:
  // `values` is an encoded iterable (beam/coder/formats.h) that lies in origin->bytes.
  WireCursor(WireOrigin origin, std::string_view values) : origin_(std::move(origin)), in_(values) {
    const auto count = static_cast<std::int32_t>(in_.BigEndian<std::uint32_t>());
    is_in_chunks_ = count < 0;
    left_ = is_in_chunks_ ? 0 : static_cast<std::uint64_t>(count);
  }

  // False, with `value` as it was, at the end.
  bool Next(std::optional<T>& value) {
    if (left_ == 0 && !BeginChunk()) return is_in_state_ && NextStored(value);
    --left_;
    value.emplace(WireCoder<T>::Decode(in_, origin_));
    return true;
  }

 private:
  // False if no more values came with the group.
  bool BeginChunk() {
    if (!is_in_chunks_) return false;
    left_ = in_.VarInt();
    if (static_cast<std::int64_t>(left_) == -1) {
      left_ = 0;
      is_in_state_ = true;
      token_ = ReadBytes(in_, Context::kNested);
      in_ = Reader({});
      TurnPage();
    }
    is_in_chunks_ = left_ > 0;
    return is_in_chunks_;
  }

  bool NextStored(std::optional<T>& value) {
    // Of all pages but the last the end may be in the midst of a value.
    while (!next_page_.empty() && (in_.empty() || !HasWholeValue(in_))) TurnPage();
    if (in_.empty()) return false;
    const std::size_t before = in_.remaining();
    value.emplace(WireCoder<T>::Decode(in_, origin_));
    if (in_.remaining() == before) ThrowMalformed("elements that take no bytes are followed by some");
    return true;
  }

  static bool HasWholeValue(Reader in) {
    try {
      WireCoder<T>::Skip(in);
      return true;
    } catch (const EndOfBytes&) {
      return false;
    }
  }

  // What is left of the present page stands before the next one.
  void TurnPage() {
    WireState::Page page = origin_->state->Fetch(token_, next_page_);
    next_page_ = std::move(page.next);
    if (!in_.empty()) page.bytes.insert(0, in_.Rest());
    origin_ = std::make_shared<const WirePiece>(WirePiece{std::move(page.bytes), origin_->state});
    in_ = Reader(origin_->bytes);
  }

  WireOrigin origin_;  // of what `in_` reads
  Reader in_;
  std::uint64_t left_ = 0;  // of the values that came with the group, in this chunk
  bool is_in_chunks_ = false;
  bool is_in_state_ = false;
  std::string token_;
  std::string next_page_;
};

}  // namespace beam::internal
