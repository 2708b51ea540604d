// WindowInto: assigns each element to a window by its timestamp; what is grouped or combined later is so per window.
//
//   events | WindowInto("By Minute", FixedWindows(60'000))
#pragma once

#include <string>
#include <utility>

#include "beam/model/pcollection.h"
#include "beam/model/window_fn.h"

namespace beam {
namespace internal {

struct WindowIntoTransform {
  WindowingStrategy windowing;

  template <class T>
  PCollection<T> ExpandPrimitive(const PCollection<T>& in, const std::string& label) const {
    TransformNode& node = in.graph().Add(TransformKind::kWindowInto, label);
    node.inputs = {in.id()};
    return {&in.graph(), in.graph().AddOutput(node.id, "out", &kElementType<T>, windowing)};
  }
};

}  // namespace internal

inline internal::Labelled<internal::WindowIntoTransform> WindowInto(std::string label, WindowingStrategy windowing) {
  return {std::move(label), {windowing}};
}

}  // namespace beam
