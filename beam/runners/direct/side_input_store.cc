#include "beam/runners/direct/side_input_store.h"

#include <algorithm>

#include "beam/coder/dynamic_coder.h"

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

std::shared_ptr<const void> SideInputStore::Get(const Window& main_window, const SideInputBuilder& builder) {
  const Window window = windowing_.MapSideInput(main_window);
  const std::lock_guard lock(mutex_);
  for (const View& view : views_) {
    if (view.window == window && view.builder == builder) return view.value;
  }
  std::vector<std::string> values;
  for (auto& [order, bytes] : ElementsLocked(window, &ElementChunk::Encode)) values.push_back(std::move(bytes));
  views_.push_back({window, builder, builder.from_elements(PlainValues(std::move(values)))});
  return views_.back().value;
}

std::shared_ptr<const std::string> SideInputStore::GetEncoded(const Window& window) {
  const std::lock_guard lock(mutex_);
  for (const auto& [known, bytes] : encoded_) {
    if (known == window) return bytes;
  }
  std::string all;
  for (const auto& [order, bytes] : ElementsLocked(window, &ElementChunk::EncodeWire)) all += bytes;
  encoded_.emplace_back(window, std::make_shared<const std::string>(std::move(all)));
  return encoded_.back().second;
}

std::shared_ptr<const std::string> SideInputStore::GetEncodedValues(const Window& window, const std::string& key,
                                                                    const CoderSpec& key_coder) {
  const std::lock_guard lock(mutex_);
  auto known = std::find_if(encoded_values_.begin(), encoded_values_.end(),
                            [&](const auto& values) { return values.first == window; });
  if (known == encoded_values_.end()) {
    const DynamicCoder coder(key_coder);
    ValuesByKey values;
    for (const auto& [order, bytes] : ElementsLocked(window, &ElementChunk::EncodeWire)) {
      Reader in(bytes);
      coder.Decode(in);
      const std::size_t key_size = bytes.size() - in.remaining();
      values[bytes.substr(0, key_size)] += bytes.substr(key_size);
    }
    known = encoded_values_.emplace(encoded_values_.end(), window, std::move(values));
  }
  const auto found = known->second.find(key);
  return std::make_shared<const std::string>(found == known->second.end() ? "" : found->second);
}

std::vector<std::pair<ElementOrder, std::string>> SideInputStore::ElementsLocked(const Window& window,
                                                                                 EncodeElement encode) const {
  std::vector<std::pair<ElementOrder, std::string>> elements;
  Writer out;
  for (const auto& chunk : chunks_) {
    for (std::size_t i = 0; i < chunk->size(); ++i) {
      if (!(chunk->meta(i).window == window)) continue;
      out.Clear();
      (*chunk.*encode)(i, out);
      elements.emplace_back(chunk->order(i), out.view());
    }
  }
  std::sort(elements.begin(), elements.end());
  return elements;
}

}  // namespace beam
