#include "beam/runners/direct/group_chunk.h"

#include <string>
#include <utility>

namespace beam {
namespace {

// What the two kinds have in common: a list of groups, and how a group's key and window are told.
class GroupChunk : public Chunk {
 public:
  GroupChunk(const KvType* type, bool is_global) : type_(type), is_global_(is_global) {}

  std::size_t size() const final { return roots_.size(); }

  void Feed(std::size_t begin, std::size_t end, AnyReceiver to, StageCursor& cursor) const final {
    for (std::size_t i = begin; i < end; ++i) {
      cursor.root = roots_[i];
      std::string key_bytes;
      auto values = Group(i, key_bytes);
      std::string_view key = key_bytes;
      ElementMeta meta;
      if (!is_global_) {
        meta.window = DecodeWindowKey(key.substr(key.size() - kWindowKeyBytes));
        key.remove_suffix(kWindowKeyBytes);
      }
      meta.timestamp = meta.window.max_timestamp();
      type_->feed_group(key, std::move(values), meta, to);
    }
  }

 protected:
  void NoteGroup(std::uint64_t hash) {
    // Keys of one hash are numbered, so that no two groups share a root.
    repeats_ = !roots_.empty() && hash == last_hash_ ? repeats_ + 1 : 0;
    last_hash_ = hash;
    roots_.push_back(RootOf({hash, repeats_}));
  }

 private:
  virtual std::shared_ptr<const EncodedValues> Group(std::size_t i, std::string& key) const = 0;

  const KvType* type_;
  const bool is_global_;
  std::vector<std::uint64_t> roots_;
  std::uint64_t last_hash_ = 0;
  std::uint64_t repeats_ = 0;
};

struct MemoryRecords {
  std::vector<ShuffleRecord> records;
  std::vector<std::shared_ptr<const void>> owners;
};

class MemoryValues final : public EncodedValues {
 public:
  MemoryValues(std::shared_ptr<const MemoryRecords> records, std::size_t begin, std::size_t end)
      : records_(std::move(records)), begin_(begin), end_(end) {}

  std::size_t size() const override { return end_ - begin_; }
  std::unique_ptr<Cursor> Open() const override {
    class MemoryCursor final : public Cursor {
     public:
      MemoryCursor(const ShuffleRecord* next, const ShuffleRecord* end) : next_(next), end_(end) {}
      bool Next(std::string_view& bytes) override {
        if (next_ == end_) return false;
        bytes = (next_++)->value();
        return true;
      }

     private:
      const ShuffleRecord* next_;
      const ShuffleRecord* end_;
    };
    return std::make_unique<MemoryCursor>(records_->records.data() + begin_, records_->records.data() + end_);
  }

 private:
  std::shared_ptr<const MemoryRecords> records_;
  std::size_t begin_;
  std::size_t end_;
};

class MemoryGroupChunk final : public GroupChunk {
 public:
  MemoryGroupChunk(const KvType* type, bool is_global, std::shared_ptr<const MemoryRecords> records)
      : GroupChunk(type, is_global), records_(std::move(records)) {
    const std::vector<ShuffleRecord>& all = records_->records;
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (i > 0 && all[i].hash == all[i - 1].hash && all[i].key() == all[i - 1].key()) continue;
      NoteGroup(all[i].hash);
      starts_.push_back(i);
    }
    starts_.push_back(all.size());
  }

 private:
  std::shared_ptr<const EncodedValues> Group(std::size_t i, std::string& key) const override {
    key = records_->records[starts_[i]].key();
    return std::make_shared<MemoryValues>(records_, starts_[i], starts_[i + 1]);
  }

  std::shared_ptr<const MemoryRecords> records_;
  std::vector<std::size_t> starts_;
};

class DiskValues final : public EncodedValues {
 public:
  DiskValues(std::shared_ptr<const TempRegion> region, std::uint64_t begin, std::uint64_t end, std::size_t size)
      : region_(std::move(region)), begin_(begin), end_(end), size_(size) {}

  std::size_t size() const override { return size_; }
  std::unique_ptr<Cursor> Open() const override {
    class DiskCursor final : public Cursor {
     public:
      DiskCursor(const TempRegion& region, std::uint64_t begin, std::uint64_t end) : reader_(region, begin, end) {}
      bool Next(std::string_view& bytes) override {
        ShuffleRecord record;
        if (!reader_.Next(record)) return false;
        bytes = record.value();
        return true;
      }

     private:
      DiskRecordReader reader_;
    };
    return std::make_unique<DiskCursor>(*region_, begin_, end_);
  }

 private:
  std::shared_ptr<const TempRegion> region_;
  std::uint64_t begin_;
  std::uint64_t end_;
  std::size_t size_;
};

class DiskGroupChunk final : public GroupChunk {
 public:
  DiskGroupChunk(const KvType* type, bool is_global, std::shared_ptr<const TempRegion> region)
      : GroupChunk(type, is_global), region_(std::move(region)) {
    DiskRecordReader reader(*region_, 0, region_->size());
    std::string key;
    ShuffleRecord record;
    std::uint64_t hash = 0;
    for (std::uint64_t start = 0; reader.Next(record); start = reader.position()) {
      if (groups_.empty() || record.hash != hash || record.key() != key) {
        hash = record.hash;
        key = record.key();
        NoteGroup(hash);
        groups_.push_back({start, 0});
      }
      ++groups_.back().size;
    }
  }

 private:
  struct Place {
    std::uint64_t start;
    std::size_t size;
  };

  std::shared_ptr<const EncodedValues> Group(std::size_t i, std::string& key) const override {
    const std::uint64_t end = i + 1 < groups_.size() ? groups_[i + 1].start : region_->size();
    DiskRecordReader reader(*region_, groups_[i].start, end);
    ShuffleRecord first;
    reader.Next(first);
    key = first.key();
    return std::make_shared<DiskValues>(region_, groups_[i].start, end, groups_[i].size);
  }

  std::shared_ptr<const TempRegion> region_;
  std::vector<Place> groups_;
};

}  // namespace

std::shared_ptr<const Chunk> MakeGroupChunk(const KvType* type, bool is_global, std::vector<ShuffleRecord> records,
                                            std::vector<std::shared_ptr<const void>> owners) {
  auto shared = std::make_shared<const MemoryRecords>(MemoryRecords{std::move(records), std::move(owners)});
  return std::make_shared<MemoryGroupChunk>(type, is_global, std::move(shared));
}

std::shared_ptr<const Chunk> MakeGroupChunk(const KvType* type, bool is_global,
                                            std::shared_ptr<const TempRegion> region) {
  return std::make_shared<DiskGroupChunk>(type, is_global, std::move(region));
}

}  // namespace beam
