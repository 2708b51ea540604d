// One line of a ledger: what became of an input (ledger.h says what a ledger is).
//
//   {"input":"rock/a.mp3","key":"9f0c61c27d3a51e8","size":4711,"time":1764119999.25,"parameters":"51e8...",
//    "version":"0.1.0","outcome":"done","reason":"","targets":["out/rock/a.wav"],"recorded":1764120007.5}
//
// `input`, `reason` and `targets` are for people: bytes of a name that are not UTF-8 appear as U+FFFD. `key` is the
// hash of the exact name and decides what input is meant. `time` and `recorded` are seconds since 1970; of two lines
// with one key, the one that was recorded last counts.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace klay {

enum class FileResult {
  kDone,
  kSkipped,  // it rightly has no output
  kFailed,
};

}  // namespace klay

namespace klay::internal {

struct LedgerRecord {
  std::string input;
  std::int64_t size = 0;
  double time = 0;
  std::string parameters;
  std::string version;
  FileResult outcome = FileResult::kDone;
  std::string reason;
  struct Target {
    std::string path;
    double time = 0;  // when it was written, by its store; 0 if it could not be seen
  };
  std::vector<Target> targets;
  double recorded = 0;
};

// What the reader of a ledger needs of a line.
struct LedgerEntry {
  std::uint64_t key = 0;
  // Of the input's size and time, of the parameters and the version; its last two bits are the outcome instead.
  std::uint64_t state = 0;
  std::uint64_t targets = 0;  // of the times of the targets, in their order (AddTargetTime)
  double recorded = 0;

  FileResult outcome() const { return static_cast<FileResult>(state & 3); }
};

// 16 of them.
std::string HexDigits(std::uint64_t value);

std::uint64_t LedgerKey(std::string_view input);
std::uint64_t LedgerState(std::int64_t size, double time, std::string_view parameters, std::string_view version,
                          FileResult outcome);

// What `targets` of an entry is with one more; 0 with none.
std::uint64_t AddTargetTime(std::uint64_t targets, double time);

// Whether both are of the same input in the same state, whatever came of it.
inline bool SameState(std::uint64_t a, std::uint64_t b) { return (a | 3) == (b | 3); }

// With its newline.
std::string LedgerLine(const LedgerRecord& record);

// Nothing for a line that is no record. Fields may come in any order; those that are not known are left alone.
std::optional<LedgerEntry> ParseLedgerLine(std::string_view line);

}  // namespace klay::internal
