// SideInputStore: a PCollection that is kept whole, for the steps that have it as a side input.
//
// Add is thread-safe. After the last Add, all of it is: the first to ask for a window builds its view, the others
// share it.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "beam/model/element_type.h"
#include "beam/model/side_input.h"
#include "beam/model/window_fn.h"

namespace beam {

class SideInputStore {
 public:
  explicit SideInputStore(const WindowingStrategy& windowing) : windowing_(windowing) {}

  void Add(std::shared_ptr<const ElementChunk> chunk);
  std::shared_ptr<const void> Get(const Window& main_window, const SideInputBuilder& builder);
  // The elements in `window`, one of the side input's own, as they cross to engines, one behind the other.
  std::shared_ptr<const std::string> GetEncoded(const Window& window);
  // Of pairs: the values of `key`, which is encoded by `key_coder`, likewise.
  std::shared_ptr<const std::string> GetEncodedValues(const Window& window, const std::string& key,
                                                      const CoderSpec& key_coder);

 private:
  struct View {
    Window window;
    SideInputBuilder builder;
    std::shared_ptr<const void> value;
  };

  using EncodeElement = void (ElementChunk::*)(std::size_t, Writer&) const;
  // In an order that does not depend on threads.
  std::vector<std::pair<ElementOrder, std::string>> ElementsLocked(const Window& window, EncodeElement encode) const;

  std::mutex mutex_;
  WindowingStrategy windowing_;
  std::vector<std::shared_ptr<const ElementChunk>> chunks_;
  std::vector<View> views_;
  std::vector<std::pair<Window, std::shared_ptr<const std::string>>> encoded_;
  using ValuesByKey = std::map<std::string, std::string>;
  std::vector<std::pair<Window, ValuesByKey>> encoded_values_;
};

}  // namespace beam
