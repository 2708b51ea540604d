#include "beam/harness/worker_options.h"

#include <charconv>
#include <cmath>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "beam/base/error.h"

namespace beam {
namespace {

using google::protobuf::Struct;
using google::protobuf::Value;

// The names of Python and Java; the levels between ours belong to the next more severe one.
constexpr std::pair<const char*, Severity> kLevels[] = {{"DEBUG", Severity::kDebug},    {"INFO", Severity::kInfo},
                                                        {"WARN", Severity::kWarning},   {"ERROR", Severity::kError},
                                                        {"TRACE", Severity::kDebug},    {"WARNING", Severity::kWarning},
                                                        {"CRITICAL", Severity::kError}, {"OFF", Severity::kError}};

// Null where the option is not there, or says nothing.
const Value* Find(const Struct& options, const std::string& name) {
  const auto& fields = options.fields();
  auto found = fields.find("beam:option:" + name + ":v1");
  if (found == fields.end()) {
    const auto nested = fields.find("options");
    if (nested == fields.end() || !nested->second.has_struct_value()) return nullptr;
    found = nested->second.struct_value().fields().find(name);
    if (found == nested->second.struct_value().fields().end()) return nullptr;
  }
  return found->second.has_null_value() ? nullptr : &found->second;
}

// None for what is neither a text nor a whole number.
std::optional<std::string> PlainText(const Value& value) {
  if (value.has_string_value()) return value.string_value();
  const double number = value.number_value();
  if (value.has_number_value() && number >= 0 && number < 0x1p63 && number == std::floor(number)) {
    return std::to_string(static_cast<std::uint64_t>(number));
  }
  return std::nullopt;
}

std::string TextOf(const Value& value) { return PlainText(value).value_or(value.ShortDebugString()); }

[[noreturn]] void Refuse(const std::string& name, std::string_view text, const std::string& what) {
  throw Error("the pipeline's option " + name + " is '" + std::string(text) + "', which is " + what);
}

std::string ParseText(const std::string& name, const Value& value) {
  if (std::optional<std::string> text = PlainText(value)) return *std::move(text);
  Refuse(name, TextOf(value), "no text");
}

bool ParseBool(const std::string& name, const Value& value) {
  if (value.has_bool_value()) return value.bool_value();
  const std::string text = TextOf(value);
  if (text != "true" && text != "false") Refuse(name, text, "neither true nor false");
  return text == "true";
}

Severity ParseLogLevel(std::string_view text) {
  for (const auto& [name, severity] : kLevels) {
    if (text == name) return severity;
  }
  Refuse("default_sdk_harness_log_level", text, "no level of severity");
}

std::uint64_t ParseNumber(const std::string& name, std::string_view text, const char* of_what) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc() && end == text.data() + text.size()) return number;
  Refuse(name, text, std::string("no number of ") + of_what);
}

int ParsePort(const std::string& name, std::string_view text) {
  int port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error == std::errc() && end == text.data() + text.size() && port > 0 && port < 65536) return port;
  Refuse(name, text, "no port");
}

}  // namespace

WorkerOptions ReadWorkerOptions(const Struct& pipeline_options) {
  WorkerOptions options;
  if (const Value* level = Find(pipeline_options, "default_sdk_harness_log_level")) {
    options.log_level = ParseLogLevel(TextOf(*level));
  }
  if (const Value* memory = Find(pipeline_options, "max_memory")) {
    if (const std::uint64_t bytes = ParseNumber("max_memory", TextOf(*memory), "bytes"); bytes > 0) {
      options.max_memory_bytes = bytes;
    }
  }
  constexpr const char* kCache = "max_cache_memory_usage_mb";
  if (const Value* megabytes = Find(pipeline_options, kCache)) {
    const std::uint64_t number = ParseNumber(kCache, TextOf(*megabytes), "megabytes");
    if (number > UINT32_MAX) Refuse(kCache, TextOf(*megabytes), "more than there is");
    if (number > 0) options.side_input_cache_bytes = number << 20U;
  }
  if (const Value* port = Find(pipeline_options, "hdfs_port")) {
    options.hdfs.port = ParsePort("hdfs_port", TextOf(*port));
  }
  const std::pair<const char*, std::string*> texts[] = {
      {"hdfs_host", &options.hdfs.host},
      {"hdfs_user", &options.hdfs.user},
      {"s3_endpoint_url", &options.objects.s3_endpoint_url},
      {"s3_region_name", &options.objects.s3_region_name},
      {"azure_managed_identity_client_id", &options.objects.azure_managed_identity_client_id}};
  for (const auto& [name, text] : texts) {
    if (const Value* value = Find(pipeline_options, name)) *text = ParseText(name, *value);
  }
  const std::pair<const char*, bool*> switches[] = {{"hdfs_full_urls", &options.hdfs.full_urls},
                                                    {"no_auth", &options.objects.no_auth}};
  for (const auto& [name, is_on] : switches) {
    if (const Value* value = Find(pipeline_options, name)) *is_on = ParseBool(name, *value);
  }
  return options;
}

const char* LogLevelName(Severity severity) {
  for (const auto& [name, level] : kLevels) {
    if (level == severity) return name;
  }
  return "INFO";
}

}  // namespace beam
