#include "beam/runners/direct/side_input_store.h"

#include <algorithm>

namespace beam {
namespace {

class PlainValues final : public EncodedValues {
 public:
  explicit PlainValues(std::vector<std::string> values) : values_(std::move(values)) {}
  std::size_t size() const override { return values_.size(); }
  std::unique_ptr<Cursor> Open() const override {
    class PlainCursor final : public Cursor {
     public:
      explicit PlainCursor(const std::vector<std::string>& values) : values_(values) {}
      bool Next(std::string_view& bytes) override {
        if (next_ == values_.size()) return false;
        bytes = values_[next_++];
        return true;
      }

     private:
      const std::vector<std::string>& values_;
      std::size_t next_ = 0;
    };
    return std::make_unique<PlainCursor>(values_);
  }

 private:
  std::vector<std::string> values_;
};

}  // namespace

void SideInputStore::Add(std::shared_ptr<const ElementChunk> chunk) {
  const std::lock_guard lock(mutex_);
  chunks_.push_back(std::move(chunk));
}

std::shared_ptr<const void> SideInputStore::Get(const Window& main_window, SideInputBuilder build) {
  const Window window = windowing_.MapSideInput(main_window);
  const std::lock_guard lock(mutex_);
  for (const View& view : views_) {
    if (view.window == window && view.build == build) return view.value;
  }
  // In an order that does not depend on threads.
  std::vector<std::pair<ElementOrder, std::string>> elements;
  Writer out;
  for (const auto& chunk : chunks_) {
    for (std::size_t i = 0; i < chunk->size(); ++i) {
      if (!(chunk->meta(i).window == window)) continue;
      out.Clear();
      chunk->Encode(i, out);
      elements.emplace_back(chunk->order(i), out.view());
    }
  }
  std::sort(elements.begin(), elements.end());
  std::vector<std::string> values;
  values.reserve(elements.size());
  for (auto& [order, bytes] : elements) values.push_back(std::move(bytes));
  views_.push_back({window, build, build(PlainValues(std::move(values)))});
  return views_.back().value;
}

}  // namespace beam
