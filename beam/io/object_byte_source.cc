#include "beam/io/object_byte_source.h"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstring>
#include <deque>
#include <future>
#include <optional>
#include <string_view>
#include <utility>

#include "beam/base/crc32c.h"
#include "beam/io/object_names.h"

namespace beam::internal {
namespace {

constexpr std::uint64_t kFirstPart = std::uint64_t{1} << 20;
// Of kObjectPartBytes, so that the memory of a source is five such parts, or its head. Of one that is read on and on
// more of them are fetched, then longer ones; for what that takes, all sources of the process have 256 MiB.
constexpr std::size_t kPartsAhead = 4;
constexpr std::size_t kMostPartsAhead = 8;
constexpr std::uint64_t kLongestPart = 4 * kObjectPartBytes;
constexpr std::int64_t kExtraBytes = std::int64_t{256} << 20;

// What of a beginning that is coming is waited for rather than asked for by itself.
constexpr std::uint64_t kWorthWaiting = std::uint64_t{4} << 20;

// A share of them.
class ExtraBytes {
 public:
  ExtraBytes() = default;
  ExtraBytes(ExtraBytes&& other) noexcept : taken_(std::exchange(other.taken_, 0)) {}
  ExtraBytes& operator=(ExtraBytes&& other) noexcept {
    left_.fetch_add(std::exchange(taken_, std::exchange(other.taken_, 0)));
    return *this;
  }
  ~ExtraBytes() { left_.fetch_add(taken_); }

  bool TryTake(std::uint64_t size) {
    const auto bytes = static_cast<std::int64_t>(size);
    if (left_.fetch_sub(bytes) < bytes) {
      left_.fetch_add(bytes);
      return false;
    }
    taken_ += bytes;
    return true;
  }

 private:
  static inline std::atomic<std::int64_t> left_ = kExtraBytes;
  std::int64_t taken_ = 0;
};

struct Part {
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
  std::unique_ptr<char[]> bytes;
  std::uint64_t capacity = 0;

  bool Has(std::uint64_t position) const { return position >= offset && position - offset < size; }
};

// The beginning of an object that comes with its opening, kept as it comes: who looks at the end of a small file and
// goes back makes no request for that.
class Head {
 public:
  Head(std::shared_ptr<ObjectRequests> requests, const std::string& path, std::shared_ptr<ObjectReader> reader)
      : requests_(std::move(requests)), path_(path), reader_(std::move(reader)), stream_(reader_->TakeStream()) {
    if (!stream_) return;
    size_ = std::min(stream_->size(), reader_->size());
    bytes_ = std::make_unique_for_overwrite<char[]>(size_);
  }

  std::uint64_t size() const { return size_; }
  bool IsNear(std::uint64_t position) const {
    return position < size_ && (position < filled_ || position - filled_ <= kWorthWaiting);
  }

  // The bytes that are there from `position` on, which is near: one at least.
  std::string_view From(std::uint64_t position) {
    while (filled_ <= position) Fill();
    return {bytes_.get() + position, static_cast<std::size_t>(filled_ - position)};
  }

  void Drop() {
    size_ = filled_ = 0;
    stream_ = nullptr;
    bytes_ = nullptr;
  }

 private:
  void Fill() {
    std::size_t count = 0;
    if (stream_ && stream_->Read(bytes_.get() + filled_, size_ - filled_, count).ok()) {
      filled_ += count;
      if (filled_ == size_) stream_ = nullptr;
      return;
    }
    stream_ = nullptr;
    requests_->Run(StoreVerb::kRead, path_,
                   [&](ObjectStore&) { return reader_->Read(filled_, bytes_.get() + filled_, size_ - filled_); });
    filled_ = size_;
  }

  const std::shared_ptr<ObjectRequests> requests_;
  const std::string path_;
  const std::shared_ptr<ObjectReader> reader_;
  std::unique_ptr<ObjectStream> stream_;
  std::unique_ptr<char[]> bytes_;
  std::uint64_t size_ = 0;
  std::uint64_t filled_ = 0;
};

class ObjectByteSource final : public ByteSource {
 public:
  ObjectByteSource(std::shared_ptr<ObjectRequests> requests, std::string path, std::shared_ptr<ObjectReader> reader)
      : requests_(std::move(requests)),
        path_(std::move(path)),
        reader_(std::move(reader)),
        size_(reader_->size()),
        head_(requests_, path_, reader_) {}

  std::size_t Read(void* out, std::size_t size) override {
    if (position_ >= size_ || size == 0) return 0;
    const std::string_view bytes = BytesAt(position_).substr(0, size);
    std::memcpy(out, bytes.data(), bytes.size());
    Verify(bytes);
    position_ += bytes.size();
    return bytes.size();
  }

  void Seek(std::uint64_t offset) override { position_ = offset; }
  std::optional<std::uint64_t> Size() const override { return size_; }
  std::int64_t Version() const override { return reader_->version(); }
  const std::string& path() const override { return path_; }

 private:
  struct Ahead {
    std::uint64_t offset;
    ExtraBytes extra;
    std::future<Part> part;
  };

  std::string_view BytesAt(std::uint64_t position) {
    if (!part_.Has(position)) {
      if (head_.IsNear(position)) return head_.From(position);
      part_ = Take(position);
    }
    return std::string_view(part_.bytes.get(), part_.size).substr(position - part_.offset);
  }

  // Whoever reads an object from its first byte to its last, in any steps, gets what the store says that it has.
  void Verify(std::string_view bytes) {
    if (position_ > verified_ || position_ + bytes.size() <= verified_) return;
    const std::optional<std::uint32_t> expected = reader_->crc32c();
    if (!expected) return;
    bytes.remove_prefix(verified_ - position_);
    crc32c_ = ExtendCrc32c(crc32c_, bytes);
    verified_ += bytes.size();
    if (verified_ < size_ || crc32c_ == *expected) return;
    ThrowStoreError(
        NameOf(StoreVerb::kRead), path_,
        {StoreAnswer::Kind::kDamaged,
         "CRC32C " + std::to_string(crc32c_) + " of its bytes, " + std::to_string(*expected) + " of the store"});
  }

  Part Take(std::uint64_t position) {
    const bool behind_head = position == head_.size() && position > 0;
    const bool read_on = behind_head || (position == part_.offset + part_.size && part_.size > 0);
    if (behind_head) {
      head_.Drop();
      part_size_ = kObjectPartBytes;
    }
    spare_ = std::exchange(part_, {});
    part_extra_ = {};
    if (!read_on || ahead_.empty() || ahead_.front().offset != position) {
      // The destructor of what std::async gives waits, so what was fetched in vain is waited for here.
      ahead_.clear();
      most_ahead_ = kPartsAhead;
      longest_part_ = kObjectPartBytes;
      part_size_ = read_on ? std::min(4 * part_size_, kObjectPartBytes) : kFirstPart;
      const std::uint64_t rest = size_ - position;
      // Not worth a request of its own: a tail that is no longer than the part before it.
      Part room = Room(position, rest <= 2 * part_size_ ? rest : part_size_);
      if (read_on) FetchAhead(room.offset + room.size);
      return Fetch(std::move(room));
    }
    std::future<Part> first = std::move(ahead_.front().part);
    part_extra_ = std::move(ahead_.front().extra);
    ahead_.pop_front();
    Part part = first.get();
    FetchMore();
    FetchAhead(ahead_.empty() ? part.offset + part.size : next_ahead_);
    return part;
  }

  void FetchMore() {
    if (most_ahead_ < kMostPartsAhead) {
      ++most_ahead_;
    } else {
      longest_part_ = std::min(2 * longest_part_, kLongestPart);
    }
  }

  void FetchAhead(std::uint64_t offset) {
    part_size_ = std::min(4 * part_size_, longest_part_);
    while (ahead_.size() < most_ahead_ && offset < size_) {
      ExtraBytes extra;
      const std::uint64_t own = ahead_.size() < kPartsAhead ? kObjectPartBytes : 0;
      std::uint64_t size = std::min(part_size_, size_ - offset);
      if (size > own && !extra.TryTake(size - own)) size = own;
      if (size == 0) break;
      ahead_.push_back({offset, std::move(extra),
                        std::async(std::launch::async,
                                   [this, room = Room(offset, size)]() mutable { return Fetch(std::move(room)); })});
      offset += size;
    }
    next_ahead_ = offset;
  }

  // For a part, of which nothing has come: that of the part before, whose memory the system need not make anew.
  Part Room(std::uint64_t offset, std::uint64_t size) {
    Part part = std::exchange(spare_, {});
    if (part.capacity < size) part = {0, 0, std::make_unique_for_overwrite<char[]>(size), size};
    part.offset = offset;
    part.size = size;
    return part;
  }

  Part Fetch(Part part) {
    requests_->Run(StoreVerb::kRead, path_,
                   [&](ObjectStore&) { return reader_->Read(part.offset, part.bytes.get(), part.size); });
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
  Head head_;
  std::uint64_t verified_ = 0;  // bytes from the first on that crc32c_ is of
  std::uint32_t crc32c_ = 0;
  std::uint64_t position_ = 0;
  std::uint64_t part_size_ = kFirstPart;
  std::uint64_t next_ahead_ = 0;
  std::size_t most_ahead_ = kPartsAhead;
  std::uint64_t longest_part_ = kObjectPartBytes;
  std::atomic<bool> part_fetched_ = false;
  Part part_;
  ExtraBytes part_extra_;
  Part spare_;
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
