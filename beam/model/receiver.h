// Receiver<T>: where elements go. The steps of a fused stage hand elements to each other through it, never encoded.
//
// One thread at a time calls a receiver. The timestamp, window and pane travel beside the element, by reference: a step
// that keeps them passes the very reference on, so that a chain of steps copies nothing.
#pragma once

#include <cassert>
#include <type_traits>
#include <utility>

#include "beam/base/bytes.h"
#include "beam/coder/coder.h"
#include "beam/coder/window.h"

namespace beam {

template <class T>
class Receiver {
 public:
  // Takes the element over; the caller's object is moved from.
  virtual void Receive(T&& element, const ElementMeta& meta) = 0;

  // Looks at the element during the call only. A receiver that needs one of its own copies it.
  virtual void ReceiveShared(const T& element, const ElementMeta& meta) = 0;

 protected:
  ~Receiver() = default;  // owned as what else it is: an operator, a collector
};

// A Receiver<T> whose T is known to the graph only. `As<T>()` gives it back; a wrong T is a bug of the SDK.
class AnyReceiver {
 public:
  AnyReceiver() = default;
  template <class T>
  explicit AnyReceiver(Receiver<T>* receiver) : receiver_(receiver), type_(&kTypeTag<T>) {}

  template <class T>
  Receiver<T>* As() const {
    assert(receiver_ == nullptr || type_ == &kTypeTag<T>);
    return static_cast<Receiver<T>*>(receiver_);
  }

  explicit operator bool() const { return receiver_ != nullptr; }

 private:
  template <class T>
  static constexpr char kTypeTag = 0;

  void* receiver_ = nullptr;
  const char* type_ = nullptr;
};

namespace internal {

// A copy of an element: by its copy constructor, or through its coder where it has none (types that only move).
template <class T>
T CopyElement(const T& element) {
  if constexpr (std::is_copy_constructible_v<T>) {
    return element;
  } else {
    Writer out;
    Coder<T>::Encode(element, out);
    Reader in(out.view());
    return Coder<T>::Decode(in);
  }
}

}  // namespace internal
}  // namespace beam
