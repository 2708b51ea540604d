#include "beam/harness/worker_options.h"

#include <charconv>
#include <cmath>
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

std::string TextOf(const Value& value) {
  if (value.has_string_value()) return value.string_value();
  const double number = value.number_value();
  if (value.has_number_value() && number >= 0 && number < 0x1p63 && number == std::floor(number)) {
    return std::to_string(static_cast<std::uint64_t>(number));
  }
  return value.ShortDebugString();
}

Severity ParseLogLevel(const std::string& text) {
  for (const auto& [name, severity] : kLevels) {
    if (text == name) return severity;
  }
  throw Error("the pipeline's option default_sdk_harness_log_level is '" + text + "', which is no level of severity");
}

std::uint64_t ParseBytes(const std::string& name, std::string_view text) {
  std::uint64_t bytes = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), bytes);
  if (error == std::errc() && end == text.data() + text.size()) return bytes;
  throw Error("the pipeline's option " + name + " is '" + std::string(text) + "', which is no number of bytes");
}

int ParsePort(const std::string& name, std::string_view text) {
  int port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error == std::errc() && end == text.data() + text.size() && port > 0 && port < 65536) return port;
  throw Error("the pipeline's option " + name + " is '" + std::string(text) + "', which is no port");
}

}  // namespace

WorkerOptions ReadWorkerOptions(const Struct& pipeline_options) {
  WorkerOptions options;
  if (const Value* level = Find(pipeline_options, "default_sdk_harness_log_level")) {
    options.log_level = ParseLogLevel(TextOf(*level));
  }
  if (const Value* memory = Find(pipeline_options, "max_memory")) {
    options.max_memory_bytes = ParseBytes("max_memory", TextOf(*memory));
  }
  if (const Value* host = Find(pipeline_options, "hdfs_host")) options.hdfs.host = TextOf(*host);
  if (const Value* user = Find(pipeline_options, "hdfs_user")) options.hdfs.user = TextOf(*user);
  if (const Value* port = Find(pipeline_options, "hdfs_port"))
    options.hdfs.port = ParsePort("hdfs_port", TextOf(*port));
  if (const Value* full = Find(pipeline_options, "hdfs_full_urls")) {
    options.hdfs.full_urls = full->bool_value() || full->string_value() == "true";
  }
  if (const Value* url = Find(pipeline_options, "s3_endpoint_url")) options.objects.s3_endpoint_url = TextOf(*url);
  if (const Value* region = Find(pipeline_options, "s3_region_name")) options.objects.s3_region_name = TextOf(*region);
  if (const Value* id = Find(pipeline_options, "azure_managed_identity_client_id")) {
    options.objects.azure_managed_identity_client_id = TextOf(*id);
  }
  if (const Value* no_auth = Find(pipeline_options, "no_auth")) {
    options.objects.no_auth = no_auth->bool_value() || no_auth->string_value() == "true";
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
