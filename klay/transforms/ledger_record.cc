#include "klay/transforms/ledger_record.h"

#include <array>
#include <bit>
#include <charconv>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "beam/base/hash.h"

namespace klay::internal {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::array<std::string_view, 3> kOutcomes = {"done", "skipped", "failed"};

// The fields of one line, as they come.
class LineReader final : public nlohmann::json_sax<Json> {
 public:
  std::optional<LedgerEntry> entry() const {
    constexpr unsigned kAll = (1U << kFields.size()) - 1;
    if (seen_ != kAll) return std::nullopt;
    return LedgerEntry{key_, LedgerState(size_, time_, parameters_, version_, outcome_), targets_, recorded_};
  }

  bool key(string_t& name) override {
    is_target_time_ = depth_ == 3 && field_ == kTargets && name == "time";
    if (depth_ > 1) return true;
    field_ = kFields.size();
    for (std::size_t i = 0; i < kFields.size(); ++i) {
      if (name == kFields[i]) field_ = i;
    }
    return true;
  }
  bool string(string_t& text) override {
    switch (Field()) {
      case kKey: {
        const char* const end = text.data() + text.size();
        return Seen(text.size() == 16 && std::from_chars(text.data(), end, key_, 16).ptr == end);
      }
      case kParameters: parameters_ = std::move(text); return Seen(true);
      case kVersion: version_ = std::move(text); return Seen(true);
      case kOutcome:
        for (std::size_t i = 0; i < kOutcomes.size(); ++i) {
          if (text != kOutcomes[i]) continue;
          outcome_ = static_cast<FileResult>(i);
          return Seen(true);
        }
        return false;
      default: return IsUnknown();
    }
  }
  bool number_integer(number_integer_t number) override { return Number(number, static_cast<double>(number)); }
  bool number_unsigned(number_unsigned_t number) override {
    return Number(static_cast<std::int64_t>(number), static_cast<double>(number));
  }
  bool number_float(number_float_t number, const string_t&) override { return Field() != kSize && Number(0, number); }
  bool null() override { return IsUnknown(); }
  bool boolean(bool) override { return IsUnknown(); }
  bool binary(binary_t&) override { return IsUnknown(); }
  bool start_object(std::size_t) override { return (++depth_ == 1) || IsUnknown(); }
  bool end_object() override {
    --depth_;
    return true;
  }
  bool start_array(std::size_t) override {
    if (Field() == kTargets) Seen(true);
    return ++depth_ > 1 && IsUnknown();
  }
  bool end_array() override {
    --depth_;
    return true;
  }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override { return false; }

 private:
  enum : std::size_t { kKey, kSize, kTime, kParameters, kVersion, kOutcome, kRecorded, kTargets };
  static constexpr std::array<std::string_view, 8> kFields = {"key",     "size",    "time",     "parameters",
                                                              "version", "outcome", "recorded", "targets"};

  std::size_t Field() const { return depth_ == 1 ? field_ : kFields.size(); }
  bool IsUnknown() const { return Field() == kFields.size() || depth_ > 1; }
  bool Seen(bool valid) {
    seen_ |= 1U << field_;
    return valid;
  }
  bool Number(std::int64_t whole, double number) {
    if (is_target_time_ && depth_ == 3) targets_ = AddTargetTime(targets_, number);
    switch (Field()) {
      case kSize: size_ = whole; return Seen(true);
      case kTime: time_ = number; return Seen(true);
      case kRecorded: recorded_ = number; return Seen(true);
      default: return IsUnknown();
    }
  }

  int depth_ = 0;
  std::size_t field_ = kFields.size();
  bool is_target_time_ = false;
  unsigned seen_ = 0;
  std::uint64_t key_ = 0;
  std::int64_t size_ = 0;
  double time_ = 0;
  std::string parameters_;
  std::string version_;
  FileResult outcome_ = FileResult::kDone;
  std::uint64_t targets_ = 0;
  double recorded_ = 0;
};

}  // namespace

std::string HexDigits(std::uint64_t value) {
  char digits[17];
  std::snprintf(digits, sizeof digits, "%016llx", static_cast<unsigned long long>(value));
  return digits;
}

std::uint64_t LedgerKey(std::string_view input) { return beam::HashBytes(input); }

std::uint64_t LedgerState(std::int64_t size, double time, std::string_view parameters, std::string_view version,
                          FileResult outcome) {
  std::uint64_t state = beam::MixBits(static_cast<std::uint64_t>(size));
  state = beam::MixBits(state ^ std::bit_cast<std::uint64_t>(time));
  state = beam::MixBits(state ^ beam::HashBytes(parameters));
  state = beam::MixBits(state ^ beam::HashBytes(version));
  return (state & ~std::uint64_t{3}) | static_cast<std::uint64_t>(outcome);
}

std::uint64_t AddTargetTime(std::uint64_t targets, double time) {
  return beam::MixBits(targets ^ std::bit_cast<std::uint64_t>(time));
}

std::string LedgerLine(const LedgerRecord& record) {
  Json targets = Json::array();
  for (const LedgerRecord::Target& target : record.targets) {
    targets.push_back({{"path", target.path}, {"time", target.time}});
  }
  const Json json{{"input", record.input},
                  {"key", HexDigits(LedgerKey(record.input))},
                  {"size", record.size},
                  {"time", record.time},
                  {"parameters", record.parameters},
                  {"version", record.version},
                  {"outcome", kOutcomes[static_cast<std::size_t>(record.outcome)]},
                  {"reason", record.reason},
                  {"targets", targets},
                  {"recorded", record.recorded}};
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + '\n';
}

std::optional<LedgerEntry> ParseLedgerLine(std::string_view line) {
  LineReader reader;
  if (!Json::sax_parse(line, &reader)) return std::nullopt;
  return reader.entry();
}

}  // namespace klay::internal
