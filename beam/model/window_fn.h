// How a PCollection is windowed, and the functions that assign windows.
#pragma once

#include <cstdint>

#include "beam/coder/window.h"

namespace beam {

enum class WindowKind { kGlobal, kFixed };

// Aggregate: travels with the pipeline. Sizes in milliseconds. Windows never merge, and panes fire once, at the end of
// the window, as batch pipelines do.
struct WindowingStrategy {
  WindowKind kind = WindowKind::kGlobal;
  std::int64_t size_millis = 0;
  std::int64_t offset_millis = 0;

  bool operator==(const WindowingStrategy&) const = default;

  bool IsGlobal() const { return kind == WindowKind::kGlobal; }

  // How its windows travel.
  WindowCoding coding() const { return IsGlobal() ? WindowCoding::kGlobal : WindowCoding::kInterval; }

  // The window that an element of this timestamp belongs to.
  Window Assign(Timestamp timestamp) const;

  // The window of a side input with this strategy that an element of `main` window sees: the one in which the main
  // window ends.
  Window MapSideInput(const Window& main) const;
};

// Arguments of WindowInto.
WindowingStrategy GlobalWindows();
WindowingStrategy FixedWindows(std::int64_t size_millis, std::int64_t offset_millis = 0);

}  // namespace beam
