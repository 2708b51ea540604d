// Output<T, "tag">: a parameter of ProcessElement through which a DoFn emits. The tag is part of the type, so adding an
// output does not rename the others; the first output is the main one and needs no tag.
#pragma once

#include <cstddef>
#include <string_view>
#include <utility>

#include "beam/model/receiver.h"

namespace beam {

// A string as a template argument.
template <std::size_t N>
struct Tag {
  char text[N]{};
  constexpr Tag(const char (&literal)[N]) {  // NOLINT(google-explicit-constructor): a literal is a tag
    for (std::size_t i = 0; i < N; ++i) text[i] = literal[i];
  }
  constexpr std::string_view view() const { return {text, N - 1}; }
};

template <class T, Tag kTag = "out">
class Output {
 public:
  using Element = T;
  static constexpr std::string_view kName = kTag.view();

  // `receiver` may be null: nobody reads this output.
  Output(Receiver<T>* receiver, const ElementMeta* meta) : receiver_(receiver), meta_(meta) {}

  // Emits with the timestamp and window of the element being processed.
  void Emit(T&& element) const {
    if (receiver_ != nullptr) receiver_->Receive(std::move(element), *meta_);
  }
  void Emit(const T& element) const {
    if (receiver_ != nullptr) receiver_->ReceiveShared(element, *meta_);
  }

  // Emits with a timestamp of its own, in the window of the element being processed.
  void EmitAt(T element, Timestamp timestamp) const {
    ElementMeta meta = *meta_;
    meta.timestamp = timestamp;
    EmitWith(std::move(element), meta);
  }

  // Emits with everything given; what FinishBundle needs outside the global window.
  void EmitWith(T element, const ElementMeta& meta) const {
    if (receiver_ != nullptr) receiver_->Receive(std::move(element), meta);
  }

  // Whether anybody reads this output, so that costly values need not be made for nobody.
  bool HasReader() const { return receiver_ != nullptr; }

 private:
  Receiver<T>* receiver_;
  const ElementMeta* meta_;
};

}  // namespace beam
