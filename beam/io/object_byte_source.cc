#include "beam/io/object_byte_source.h"

#include <algorithm>
#include <cstring>
#include <deque>
#include <future>
#include <utility>

#include "beam/io/object_names.h"

namespace beam::internal {
namespace {

constexpr std::uint64_t kFirstPart = std::uint64_t{1} << 20;
constexpr std::uint64_t kLargestPart = std::uint64_t{4} << 20;
constexpr std::size_t kPartsAhead = 4;  // of the largest size; the memory of a source is five such parts

struct Part {
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
  std::unique_ptr<char[]> bytes;

  bool Has(std::uint64_t position) const { return position >= offset && position - offset < size; }
};

class ObjectByteSource final : public ByteSource {
 public:
  ObjectByteSource(std::shared_ptr<ObjectRequests> requests, std::string path, std::shared_ptr<ObjectReader> reader)
      : requests_(std::move(requests)), path_(std::move(path)), reader_(std::move(reader)), size_(reader_->size()) {}

  std::size_t Read(void* out, std::size_t size) override {
    if (position_ >= size_) return 0;
    if (!part_.Has(position_)) part_ = Take(position_);
    const std::uint64_t at = position_ - part_.offset;
    const std::size_t count = static_cast<std::size_t>(std::min<std::uint64_t>(size, part_.size - at));
    std::memcpy(out, part_.bytes.get() + at, count);
    position_ += count;
    return count;
  }

  void Seek(std::uint64_t offset) override { position_ = offset; }
  std::optional<std::uint64_t> Size() const override { return size_; }
  const std::string& path() const override { return path_; }

 private:
  struct Ahead {
    std::uint64_t offset;
    std::future<Part> part;
  };

  Part Take(std::uint64_t position) {
    const bool read_on = position == part_.offset + part_.size && part_.size > 0;
    part_ = {};
    if (!read_on || ahead_.empty() || ahead_.front().offset != position) {
      // The destructor of what std::async gives waits, so what was fetched in vain is waited for here.
      ahead_.clear();
      part_size_ = read_on ? std::min(4 * part_size_, kLargestPart) : kFirstPart;
      const std::uint64_t rest = size_ - position;
      // Not worth a request of its own: a tail that is no longer than the part before it.
      Part part = Fetch(position, rest <= 2 * part_size_ ? rest : part_size_);
      if (read_on) FetchAhead(part.offset + part.size);
      return part;
    }
    std::future<Part> first = std::move(ahead_.front().part);
    ahead_.pop_front();
    Part part = first.get();
    FetchAhead(ahead_.empty() ? part.offset + part.size : next_ahead_);
    return part;
  }

  void FetchAhead(std::uint64_t offset) {
    part_size_ = std::min(4 * part_size_, kLargestPart);
    while (ahead_.size() < kPartsAhead && offset < size_) {
      const std::uint64_t size = std::min(part_size_, size_ - offset);
      ahead_.push_back({offset, std::async(std::launch::async, [this, offset, size] { return Fetch(offset, size); })});
      offset += size;
    }
    next_ahead_ = offset;
  }

  Part Fetch(std::uint64_t offset, std::uint64_t size) {
    Part part{offset, size, std::make_unique_for_overwrite<char[]>(size)};
    requests_->Run(StoreVerb::kRead, path_,
                   [&](ObjectStore&) { return reader_->Read(offset, part.bytes.get(), size); });
    // One request never gives a mix, so the first part, which often is all, needs no check.
    if (part_fetched_.exchange(true) && !reader_->pinned()) {
      requests_->Run(StoreVerb::kCheck, path_, [&](ObjectStore&) { return reader_->CheckUnchanged(); });
    }
    return part;
  }

  const std::shared_ptr<ObjectRequests> requests_;
  const std::string path_;
  const std::shared_ptr<ObjectReader> reader_;
  const std::uint64_t size_;
  std::uint64_t position_ = 0;
  std::uint64_t part_size_ = kFirstPart;
  std::uint64_t next_ahead_ = 0;
  std::atomic<bool> part_fetched_ = false;
  Part part_;
  std::deque<Ahead> ahead_;  // last: what is on its way uses the others
};

}  // namespace

std::unique_ptr<ByteSource> OpenObject(const std::shared_ptr<ObjectRequests>& requests, const std::string& path) {
  const std::string name = ParseObjectPath(path).name;
  std::unique_ptr<ObjectReader> reader;
  requests->Run(StoreVerb::kOpen, path, [&](ObjectStore& store) { return store.Open(name, reader); });
  return std::make_unique<ObjectByteSource>(requests, path, std::move(reader));
}

}  // namespace beam::internal
