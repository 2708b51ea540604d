#include "klay/transforms/ledger_segments.h"

#include <algorithm>
#include <atomic>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <exception>
#include <map>
#include <memory>
#include <optional>
#include <queue>
#include <random>
#include <set>
#include <utility>

#include "beam/base/cancel.h"
#include "beam/base/error.h"
#include "beam/base/log.h"
#include "beam/io/expected_requests.h"
#include "beam/io/file_systems.h"
#include "beam/io/path_text.h"

namespace klay::internal {
namespace {

constexpr std::string_view kSuffix = ".jsonl";
constexpr std::size_t kBlock = std::size_t{64} << 10;

// Another one each time: no two calls of a process have the same time, and no two processes the same writer.
std::string SegmentPath(const std::string& ledger_folder, const std::string& writer, int level) {
  static std::atomic<std::int64_t> last{0};
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const std::int64_t milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
  std::int64_t before = last;
  while (!last.compare_exchange_weak(before, std::max(milliseconds, before + 1))) {
  }
  return ledger_folder + std::to_string(std::max(milliseconds, before + 1)) + '-' + writer + '-' + std::to_string(level)
      + std::string(kSuffix);
}

struct Segment {
  std::string path;
  std::string writer;
  int level = 0;
  std::int64_t bytes = 0;
};

// A file that somebody has put there under another name is one of level 0, of nobody.
Segment ParseSegment(const beam::FileMetadata& file) {
  Segment segment{file.path, {}, 0, file.size_in_bytes};
  const std::string_view name = std::string_view(segment.path).substr(segment.path.rfind('/') + 1);
  const std::size_t first = name.find('-');
  const std::size_t last = name.rfind('-');
  if (first == std::string_view::npos || first == last) return segment;
  const char* const end = name.data() + name.size() - kSuffix.size();
  int level = 0;
  if (std::from_chars(name.data() + last + 1, end, level).ptr != end) return segment;
  segment.writer = name.substr(first + 1, last - first - 1);
  segment.level = std::clamp(level, 0, 100);
  return segment;
}

enum class Abandoned { kDelete, kLeave };  // what killed writers have left there

// In the order of their names, which begin with the time.
std::vector<Segment> ListSegments(const std::string& ledger_folder, Abandoned abandoned) {
  std::vector<Segment> segments;
  const auto files = beam::FileSystemFor(ledger_folder);
  beam::ListOptions options;
  options.recursive = false;
  options.keep = [&](std::string_view path) {
    const bool hidden = path.substr(ledger_folder.size(), 1) == ".";
    if (hidden && abandoned == Abandoned::kDelete) files->RemoveAbandoned(std::string(path));
    return !hidden && path.ends_with(kSuffix);
  };
  const auto listing = files->List(ledger_folder, options);
  for (beam::FileMetadata file; listing->Next(file);) segments.push_back(ParseSegment(file));
  return segments;
}

// One segment, record by record.
class SegmentReader {
 public:
  // Null if the segment is gone: another run has merged it.
  static std::unique_ptr<SegmentReader> Open(const std::string& path) {
    const auto files = beam::FileSystemFor(path);
    try {
      return std::unique_ptr<SegmentReader>(new SegmentReader(files->OpenRead(path)));
    } catch (const beam::Error&) {
      if (files->Status(path)) throw;
      return nullptr;
    }
  }

  ~SegmentReader() {
    if (damaged_ == 0) return;
    beam::LogWarning("the ledger " + beam::internal::Quoted(source_->path()) + " has " + std::to_string(damaged_)
                     + " lines that are no records; the inputs that they were of are done again");
  }

  // Goes to the next record. False at the end.
  bool Next() {
    while (NextLine()) {
      if (const auto entry = ParseLedgerLine(line_)) {
        entry_ = *entry;
        return true;
      }
      ++damaged_;
    }
    return false;
  }

  const LedgerEntry& entry() const { return entry_; }
  // Its text, without the newline; good until the next call of Next().
  std::string_view line() const { return line_; }

 private:
  explicit SegmentReader(std::unique_ptr<beam::ByteSource> source) : source_(std::move(source)) {}

  bool NextLine() {
    for (std::size_t searched = begin_;;) {
      const std::size_t end = buffer_.find('\n', searched);
      if (end != std::string::npos) return Take(end, end + 1);
      if (at_end_) return begin_ < buffer_.size() && Take(buffer_.size(), buffer_.size());
      beam::ThrowIfCancelled();
      buffer_.erase(0, std::exchange(begin_, 0));
      searched = buffer_.size();
      buffer_.resize(searched + kBlock);
      const std::size_t got = source_->Read(buffer_.data() + searched, kBlock);
      buffer_.resize(searched + got);
      at_end_ = got == 0;
    }
  }

  bool Take(std::size_t end, std::size_t next) {
    line_ = std::string_view(buffer_).substr(begin_, end - begin_);
    begin_ = next;
    return true;
  }

  std::unique_ptr<beam::ByteSource> source_;
  std::string buffer_;
  std::size_t begin_ = 0;  // of what was not read
  bool at_end_ = false;
  std::string_view line_;
  LedgerEntry entry_;
  std::int64_t damaged_ = 0;
};

// False if the segment is gone, or went while it was read.
bool ReadSegment(const std::string& path, const std::function<void(const LedgerEntry& entry)>& each) {
  const auto reader = SegmentReader::Open(path);
  if (reader == nullptr) return false;
  try {
    while (reader->Next()) each(reader->entry());
  } catch (const beam::Cancelled&) {
    throw;
  } catch (const beam::Error&) {
    if (beam::FileSystemFor(path)->Status(path)) throw;
    return false;
  }
  return true;
}

class SegmentWriter {
 public:
  explicit SegmentWriter(const std::string& path) : sink_(beam::FileSystemFor(path)->OpenWrite(path)) {}

  void Add(std::string_view text) {
    buffer_ += text;
    if (buffer_.size() >= kBlock) Flush();
  }
  void Finish() {
    Flush();
    sink_->Finish();
  }

 private:
  void Flush() {
    sink_->Write(buffer_.data(), buffer_.size());
    buffer_.clear();
  }

  std::unique_ptr<beam::ByteSink> sink_;
  std::string buffer_;
};

// Into one segment at `path`; then they are deleted. Memory: a block for each.
void Merge(const std::vector<Segment>& segments, const std::string& path) {
  std::vector<std::unique_ptr<SegmentReader>> readers;
  // By key, and of one key first what was recorded last.
  const auto later = [&](std::size_t a, std::size_t b) {
    const LedgerEntry& first = readers[a]->entry();
    const LedgerEntry& second = readers[b]->entry();
    return first.key != second.key ? first.key > second.key : first.recorded < second.recorded;
  };
  std::priority_queue<std::size_t, std::vector<std::size_t>, decltype(later)> heads(later);
  for (const Segment& segment : segments) {
    auto reader = SegmentReader::Open(segment.path);
    if (reader == nullptr || !reader->Next()) continue;
    readers.push_back(std::move(reader));
    heads.push(readers.size() - 1);
  }
  SegmentWriter out(path);
  std::optional<LedgerEntry> written;
  while (!heads.empty()) {
    const std::size_t head = heads.top();
    heads.pop();
    const LedgerEntry& entry = readers[head]->entry();
    // The time is looked at, too, as somebody may have edited a segment and put its lines in disorder.
    if (!written || written->key != entry.key || written->recorded < entry.recorded) {
      out.Add(readers[head]->line());
      out.Add("\n");
      written = entry;
    }
    if (readers[head]->Next()) heads.push(head);
  }
  out.Finish();
  for (const Segment& segment : segments) beam::FileSystemFor(segment.path)->Delete(segment.path);
}

}  // namespace

std::string LedgerFolder(const std::string& folder) {
  return folder + (folder.empty() || folder.ends_with('/') ? "" : "/") + ".klay-ledger/";
}

void ReadLedger(const std::string& ledger_folder, const std::function<void(const LedgerEntry& entry)>& each) {
  std::set<std::string> read;
  // A segment that is gone is in another one, which a new listing has.
  for (bool again = true; again;) {
    again = false;
    for (const Segment& segment : ListSegments(ledger_folder, Abandoned::kLeave)) {
      if (read.contains(segment.path)) continue;
      if (ReadSegment(segment.path, each)) {
        read.insert(segment.path);
      } else {
        again = true;
      }
    }
  }
}

std::int64_t LedgerBytes(const std::string& ledger_folder) {
  std::int64_t bytes = 0;
  for (const Segment& segment : ListSegments(ledger_folder, Abandoned::kLeave)) bytes += segment.bytes;
  return bytes;
}

std::int64_t ExpectedLedgerReads(const std::string& ledger_folder) {
  std::int64_t reads = 0;
  for (const Segment& segment : ListSegments(ledger_folder, Abandoned::kLeave)) {
    reads += beam::ExpectedReads(segment.bytes);
  }
  return reads;
}

std::string NewLedgerWriterName() {
  std::random_device random;
  return HexDigits(random() ^ std::uint64_t{random()} << 32);
}

void WriteLedgerSegment(const std::string& ledger_folder, const std::string& writer,
                        const std::vector<LedgerRecord>& records) {
  std::vector<std::pair<std::uint64_t, const LedgerRecord*>> sorted;
  sorted.reserve(records.size());
  for (const LedgerRecord& record : records) sorted.emplace_back(LedgerKey(record.input), &record);
  std::ranges::sort(sorted);
  SegmentWriter out(SegmentPath(ledger_folder, writer, 0));
  for (const auto& [key, record] : sorted) out.Add(LedgerLine(*record));
  out.Finish();
}

void CompactLedger(const std::string& ledger_folder, const std::string& writer, LedgerSegmentsOf whose) {
  std::map<int, std::vector<Segment>> by_level;
  for (Segment& segment : ListSegments(ledger_folder, Abandoned::kDelete)) {
    const bool counts = whose == LedgerSegmentsOf::kAll || segment.writer == writer;
    if (counts) by_level[segment.level].push_back(std::move(segment));
  }
  // From the bottom, as a merge adds to the level above.
  for (auto level = by_level.begin(); level != by_level.end(); ++level) {
    std::vector<Segment>& segments = level->second;
    while (segments.size() >= kLedgerSegmentsALevel) {
      const auto end = segments.begin() + kLedgerSegmentsALevel;
      const int above = level->first + 1;
      const Segment merged{SegmentPath(ledger_folder, writer, above), writer, above, 0};
      Merge({segments.begin(), end}, merged.path);
      segments.erase(segments.begin(), end);
      by_level[above].push_back(merged);
    }
  }
}

void CompactLedgerOrWarn(const std::string& ledger_folder, const std::string& writer) {
  try {
    CompactLedger(ledger_folder, writer, LedgerSegmentsOf::kAll);
  } catch (const beam::Cancelled&) {
    // The next run merges them.
  } catch (const std::exception& error) {
    beam::LogWarning(std::string("the segments of the ledger could not be merged, which changes nothing but speed: ")
                     + error.what());
  }
}

}  // namespace klay::internal
