#include "beam/io/gcs/gcs_answers.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <nlohmann/json.hpp>
#include <utility>

#include "beam/base/base64.h"

namespace beam::internal {
namespace {

using Json = nlohmann::json;

template <class Number>
std::optional<Number> NumberOf(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// The members of an object that are looked for. Listings are long, so they are read without being kept as a whole: see
// PageReader.
void Set(GcsObject& object, std::string_view name, std::string& value) {
  if (name == "name") {
    object.name = std::move(value);
  } else if (name == "size") {
    object.size_in_bytes = std::max<std::int64_t>(NumberOf<std::int64_t>(value).value_or(0), 0);
  } else if (name == "updated") {
    object.last_updated_in_seconds = ParseTime(value).value_or(0);
  } else if (name == "generation") {
    object.generation = ParseGeneration(value);
  } else if (name == "crc32c") {
    object.crc32c = ParseCrc32c(value);
  }
}

// Reads {"items": [{"name": ...}, ...], "prefixes": ["..."], "nextPageToken": "..."} as it is parsed.
class PageReader {
 public:
  PageReader(GcsPage& page, std::string_view bucket) : page_(page), bucket_(bucket) {}

  bool null() { return true; }
  bool boolean(bool) { return true; }
  bool number_integer(Json::number_integer_t) { return true; }
  bool number_unsigned(Json::number_unsigned_t) { return true; }
  bool number_float(Json::number_float_t, const std::string&) { return true; }
  bool binary(Json::binary_t&) { return true; }

  bool string(std::string& value) {
    if (depth_ == 1 && member_ == "nextPageToken") {
      page_.next_page_token = std::move(value);
    } else if (depth_ == 2 && in_array_ && member_ == "prefixes") {
      page_.entries.push_back({.name = bucket_ + value});
    } else if (depth_ == 3 && in_array_ && member_ == "items") {
      Set(object_, item_member_, value);
    }
    return true;
  }
  bool key(std::string& name) {
    if (depth_ == 1) std::swap(member_, name);
    if (depth_ == 3) std::swap(item_member_, name);
    return true;
  }
  bool start_object(std::size_t) {
    if (++depth_ == 3) object_ = {};
    return true;
  }
  bool end_object() {
    if (depth_-- != 3 || !in_array_ || member_ != "items" || object_.name.empty()) return true;
    if (object_.name.ends_with('/')) {
      page_.has_markers = true;
      return true;
    }
    page_.entries.push_back({.name = bucket_ + object_.name,
                             .size_in_bytes = object_.size_in_bytes,
                             .last_updated_in_seconds = object_.last_updated_in_seconds,
                             .version = object_.generation});
    return true;
  }
  bool start_array(std::size_t) {
    if (++depth_ == 2) in_array_ = true;
    return true;
  }
  bool end_array() {
    if (depth_-- == 2) in_array_ = false;
    return true;
  }
  template <class Exception>
  bool parse_error(std::size_t, const std::string&, const Exception&) {
    return false;
  }

 private:
  GcsPage& page_;
  const std::string bucket_;
  int depth_ = 0;
  bool in_array_ = false;    // that of a member of the whole
  std::string member_;       // of the whole
  std::string item_member_;  // of the item
  GcsObject object_;
};

std::optional<Json> ParseObject(std::string_view json) {
  Json parsed = Json::parse(json, nullptr, /*allow_exceptions=*/false);
  if (!parsed.is_object()) return std::nullopt;
  return parsed;
}

std::string TextOf(const Json& json, const char* name) {
  const auto found = json.find(name);
  return found != json.end() && found->is_string() ? found->get<std::string>() : "";
}

}  // namespace

std::optional<GcsObject> ParseGcsObject(std::string_view json) {
  const std::optional<Json> parsed = ParseObject(json);
  if (!parsed) return std::nullopt;
  GcsObject object;
  for (const char* name : {"name", "size", "updated", "generation", "crc32c"}) {
    std::string value = TextOf(*parsed, name);
    Set(object, name, value);
  }
  if (object.name.empty()) return std::nullopt;
  return object;
}

std::optional<GcsPage> ParseGcsPage(std::string_view json, std::string_view bucket) {
  GcsPage page;
  PageReader reader(page, bucket);
  if (!json.starts_with('{') || !Json::sax_parse(json, &reader)) return std::nullopt;
  // Folders are listed apart from objects.
  const auto by_name = [](const ObjectInfo& a, const ObjectInfo& b) { return a.name < b.name; };
  if (!std::is_sorted(page.entries.begin(), page.entries.end(), by_name)) {
    std::sort(page.entries.begin(), page.entries.end(), by_name);
  }
  return page;
}

std::optional<GcsRewrite> ParseGcsRewrite(std::string_view json) {
  const std::optional<Json> parsed = ParseObject(json);
  if (!parsed) return std::nullopt;
  const auto done = parsed->find("done");
  GcsRewrite rewrite{.done = done != parsed->end() && done->is_boolean() && done->get<bool>(),
                     .token = TextOf(*parsed, "rewriteToken"),
                     .bytes = NumberOf<std::uint64_t>(TextOf(*parsed, "totalBytesRewritten")).value_or(0)};
  if (!rewrite.done && rewrite.token.empty()) return std::nullopt;
  return rewrite;
}

GcsError ParseGcsError(std::string_view body) {
  GcsError result{.text = std::string(body), .reason = {}};
  const std::optional<Json> parsed = ParseObject(body);
  if (!parsed) return result;
  const auto error = parsed->find("error");
  if (error == parsed->end() || !error->is_object()) return result;
  if (std::string message = TextOf(*error, "message"); !message.empty()) result.text = std::move(message);
  const auto causes = error->find("errors");
  if (causes != error->end() && causes->is_array() && !causes->empty() && causes->front().is_object()) {
    result.reason = TextOf(causes->front(), "reason");
  }
  return result;
}

std::int64_t ParseGeneration(std::string_view text) {
  return std::max<std::int64_t>(NumberOf<std::int64_t>(text).value_or(0), 0);
}

std::optional<std::uint32_t> ParseCrc32c(std::string_view base64) {
  const std::optional<std::string> bytes = FromBase64(base64);
  if (!bytes || bytes->size() != 4) return std::nullopt;
  std::uint32_t crc = 0;
  for (const char byte : *bytes) crc = crc << 8 | static_cast<unsigned char>(byte);
  return crc;
}

std::string Crc32cText(std::uint32_t crc) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(crc >> shift & 255);
  return Base64(bytes);
}

std::optional<std::uint32_t> ParseGcsHash(std::string_view header) {
  constexpr std::string_view kName = "crc32c=";
  const std::size_t begin = header.find(kName);
  if (begin == std::string_view::npos) return std::nullopt;
  header.remove_prefix(begin + kName.size());
  return ParseCrc32c(header.substr(0, header.find(',')));
}

std::optional<double> ParseTime(std::string_view text) {
  constexpr std::string_view kForm = "0000-00-00T00:00:00";
  if (text.size() <= kForm.size()) return std::nullopt;
  for (std::size_t i = 0; i < kForm.size(); ++i) {
    const bool digit = text[i] >= '0' && text[i] <= '9';
    if (kForm[i] == '0' ? !digit : text[i] != kForm[i]) return std::nullopt;
  }
  const auto number = [&](std::size_t at, std::size_t size) {
    return NumberOf<unsigned>(text.substr(at, size)).value_or(0);
  };
  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(number(0, 4))),
                                         std::chrono::month(number(5, 2)), std::chrono::day(number(8, 2))};
  if (!date.ok()) return std::nullopt;
  double seconds = static_cast<double>(
      std::chrono::duration_cast<std::chrono::seconds>(std::chrono::sys_days(date).time_since_epoch()).count()
      + number(11, 2) * 3600 + number(14, 2) * 60 + number(17, 2));
  text.remove_prefix(kForm.size());
  if (text.starts_with('.')) {
    double place = 0.1;
    for (text.remove_prefix(1); !text.empty() && text[0] >= '0' && text[0] <= '9'; text.remove_prefix(1)) {
      seconds += (text[0] - '0') * place;
      place /= 10;
    }
  }
  if (text == "Z") return seconds;
  // "+01:00"
  if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':') return std::nullopt;
  const std::optional<unsigned> hours = NumberOf<unsigned>(text.substr(1, 2));
  const std::optional<unsigned> minutes = NumberOf<unsigned>(text.substr(4, 2));
  if (!hours || !minutes) return std::nullopt;
  const double offset = *hours * 3600.0 + *minutes * 60.0;
  return text[0] == '+' ? seconds - offset : seconds + offset;
}

std::optional<std::uint64_t> ParseTotalSize(std::string_view content_range) {
  const std::size_t slash = content_range.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  return NumberOf<std::uint64_t>(content_range.substr(slash + 1));
}

std::optional<std::uint64_t> ParseReceived(const std::optional<std::string>& range) {
  if (!range) return 0;
  const std::string_view text = *range;
  const std::size_t dash = text.find('-');
  if (!text.starts_with("bytes=0-")) return std::nullopt;
  const std::optional<std::uint64_t> last = NumberOf<std::uint64_t>(text.substr(dash + 1));
  if (!last || *last == UINT64_MAX) return std::nullopt;
  return *last + 1;
}

}  // namespace beam::internal
