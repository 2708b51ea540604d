#include "beam/runners/dataflow/dataflow_client.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

#include "beam/io/percent_encoding.h"

namespace beam {
namespace {

using Json = nlohmann::json;

Json Parsed(const std::string& body) {
  Json json = body.empty() ? Json::object() : Json::parse(body, nullptr, false);
  if (!json.is_object()) throw RestError(0, "Dataflow's answer is no JSON object: " + body.substr(0, 200));
  return json;
}

// A text field; empty where there is none.
std::string TextAt(const Json& json, const char* name) {
  const auto found = json.find(name);
  return found != json.end() && found->is_string() ? found->get<std::string>() : "";
}

// Whole numbers come as numbers or, of 64 bits, as texts.
std::int64_t NumberOf(const Json& json) {
  if (json.is_number()) return json.get<std::int64_t>();
  if (!json.is_string()) return 0;
  try {
    return std::stoll(json.get<std::string>());
  } catch (const std::exception&) {
    return 0;
  }
}
std::int64_t NumberAt(const Json& json, const char* name) {
  const auto found = json.find(name);
  return found == json.end() ? 0 : NumberOf(*found);
}

const Json& ListAt(const Json& json, const char* name) {
  static const Json* const none = new Json(Json::array());
  const auto found = json.find(name);
  return found != json.end() && found->is_array() ? *found : *none;
}

DataflowJob JobIn(const std::string& body) {
  const Json json = Parsed(body);
  return {.id = TextAt(json, "id"),
          .client_request_id = TextAt(json, "clientRequestId"),
          .state = TextAt(json, "currentState")};
}

Severity SeverityOf(const std::string& importance) {
  if (importance == "JOB_MESSAGE_ERROR") return Severity::kError;
  if (importance == "JOB_MESSAGE_WARNING") return Severity::kWarning;
  if (importance == "JOB_MESSAGE_BASIC") return Severity::kInfo;
  return Severity::kDebug;
}

DataflowMessage AutoscalingMessage(const Json& event) {
  const auto description = event.find("description");
  std::string text = description == event.end() ? "" : TextAt(*description, "messageText");
  if (const std::string workers = TextAt(event, "currentNumWorkers"); !workers.empty()) {
    text += (text.empty() ? "" : " ") + ("(workers: " + workers + ")");
  }
  // The events have no ids of their own.
  const std::string time = TextAt(event, "time");
  return {.id = "autoscaling " + time + text, .time = time, .severity = Severity::kInfo, .text = text};
}

// A user's metric may be reported twice: as it is so far ("tentative"), and of what is committed, which is preferred.
struct Reported {
  MetricResult result;
  bool is_committed = false;
};

std::optional<MetricResult> MetricOf(const Json& update, const std::string& step, const Json& context) {
  MetricResult result;
  result.step = step;
  result.metric.name_space = TextAt(context, "namespace");
  result.metric.name = TextAt(update.at("name"), "name");
  if (const auto distribution = update.find("distribution"); distribution != update.end()) {
    result.metric.kind = MetricKind::kDistribution;
    result.value.count = NumberAt(*distribution, "count");
    result.value.sum = NumberAt(*distribution, "sum");
    result.value.min = NumberAt(*distribution, "min");
    result.value.max = NumberAt(*distribution, "max");
  } else if (const auto gauge = update.find("gauge"); gauge != update.end()) {
    result.metric.kind = MetricKind::kGauge;
    result.value.latest = NumberAt(*gauge, "value");
    result.value.updated_at = 1;
  } else if (const auto scalar = update.find("scalar"); scalar != update.end()) {
    result.metric.kind = MetricKind::kCounter;
    result.value.sum = NumberOf(*scalar);
  } else {
    return std::nullopt;
  }
  return result;
}

// Beam's Go SDK wants its endpoint to end in a slash.
std::string_view WithoutSlash(std::string_view url) { return url.substr(0, url.find_last_not_of('/') + 1); }

// Whether the service adds this number to a distribution that it reports besides: NAME_MIN is of the distribution NAME.
bool IsPartOf(const std::map<std::string, Reported>& all, const std::string& key) {
  for (const std::string_view part : {"_MIN", "_MAX", "_MEAN", "_COUNT"}) {
    if (!key.ends_with(part)) continue;
    const auto whole = all.find(key.substr(0, key.size() - part.size()));
    if (whole != all.end() && whole->second.result.metric.kind == MetricKind::kDistribution) return true;
  }
  return false;
}

}  // namespace

std::optional<PipelineState> FinalStateOf(const std::string& state) {
  struct Final {
    std::string_view name;
    PipelineState state;
  };
  static constexpr Final kFinal[] = {{"JOB_STATE_DONE", PipelineState::kDone},
                                     {"JOB_STATE_DRAINED", PipelineState::kDone},
                                     {"JOB_STATE_FAILED", PipelineState::kFailed},
                                     {"JOB_STATE_CANCELLED", PipelineState::kCancelled},
                                     {"JOB_STATE_UPDATED", PipelineState::kCancelled}};
  const auto* const found =
      std::find_if(std::begin(kFinal), std::end(kFinal), [&](const Final& f) { return f.name == state; });
  return found == std::end(kFinal) ? std::nullopt : std::optional(found->state);
}

DataflowClient::DataflowClient(DataflowPlace place, std::shared_ptr<GoogleCredentials> credentials,
                               const RestPolicy& policy)
    : place_(std::move(place)),
      jobs_url_(std::string(WithoutSlash(place_.endpoint)) + "/v1b3/projects/"
                + internal::PercentEncoded(place_.project) + "/locations/" + place_.region + "/jobs"),
      rest_("Dataflow", std::move(credentials), policy) {}

DataflowJob DataflowClient::Create(const NewJob& job) {
  std::optional<DataflowJob> made;
  std::string refusal;
  try {
    made = JobIn(rest_.Call({.method = "POST", .url = jobs_url_, .body = job.json}));
  } catch (const RestError& error) {
    if (error.status() != 409) throw;
    refusal = std::string(error.what()) + "; ";
    made = FindActive(job.name);
  }
  // The service may answer with the job of somebody else, too.
  if (made
      && (made->client_request_id == job.client_request_id || (refusal.empty() && made->client_request_id.empty()))) {
    return *std::move(made);
  }
  throw RestError(409,
                  refusal + "a job of the --job_name " + job.name + " runs already"
                      + (made ? " (" + ConsoleUrl(made->id) + ")" : "") + ": give another one, or wait for its end");
}

std::optional<DataflowJob> DataflowClient::FindActive(const std::string& name) {
  std::string page;
  do {
    const Json json = Parsed(rest_.Call({.url = jobs_url_ + "?filter=ACTIVE&name=" + internal::PercentEncoded(name)
                                             + (page.empty() ? "" : "&pageToken=" + internal::PercentEncoded(page))}));
    for (const Json& job : ListAt(json, "jobs")) {
      // A list tells less of a job than its own page.
      if (TextAt(job, "name") == name) return Get(TextAt(job, "id"));
    }
    page = TextAt(json, "nextPageToken");
  } while (!page.empty());
  return std::nullopt;
}

DataflowJob DataflowClient::Get(const std::string& id) {
  return JobIn(rest_.Call({.url = JobUrl(id), .may_lag = true, .is_watch = true}));
}

std::vector<DataflowMessage> DataflowClient::Messages(const std::string& id, const std::string& time) {
  std::vector<DataflowMessage> messages;
  std::string page;
  do {
    std::string url = JobUrl(id) + "/messages?minimumImportance=JOB_MESSAGE_DETAILED";
    if (!time.empty()) url += "&startTime=" + internal::PercentEncoded(time);
    if (!page.empty()) url += "&pageToken=" + internal::PercentEncoded(page);
    const Json json = Parsed(rest_.Call({.url = url, .may_lag = true, .is_watch = true}));
    for (const Json& message : ListAt(json, "jobMessages")) {
      messages.push_back({.id = TextAt(message, "id"),
                          .time = TextAt(message, "time"),
                          .severity = SeverityOf(TextAt(message, "messageImportance")),
                          .text = TextAt(message, "messageText")});
    }
    for (const Json& event : ListAt(json, "autoscalingEvents")) messages.push_back(AutoscalingMessage(event));
    page = TextAt(json, "nextPageToken");
  } while (!page.empty());
  std::stable_sort(messages.begin(), messages.end(),
                   [](const DataflowMessage& a, const DataflowMessage& b) { return a.time < b.time; });
  return messages;
}

MetricResults DataflowClient::Metrics(const std::string& id,
                                      const std::function<std::string(const std::string&)>& step_of) {
  const Json json = Parsed(rest_.Call({.url = JobUrl(id) + "/metrics", .may_lag = true, .is_watch = true}));
  std::map<std::string, Reported> by_name;
  for (const Json& update : ListAt(json, "metrics")) {
    const auto name = update.find("name");
    if (name == update.end() || TextAt(*name, "origin") != "user") continue;
    const auto context = name->find("context");
    if (context == name->end()) continue;
    const std::string step = TextAt(*context, "step");
    const bool is_committed = TextAt(*context, "tentative") != "true";
    std::optional<MetricResult> result = MetricOf(update, step_of(step), *context);
    if (!result) continue;
    Reported& reported = by_name[step + '\n' + result->metric.name_space + '\n' + result->metric.name];
    if (!reported.is_committed) reported = {std::move(*result), is_committed};
  }
  std::vector<MetricResult> results;
  results.reserve(by_name.size());
  for (const auto& [key, reported] : by_name) {
    if (!IsPartOf(by_name, key)) results.push_back(reported.result);
  }
  return MetricResults(std::move(results));
}

void DataflowClient::Cancel(const std::string& id) {
  rest_.Call({.method = "PUT", .url = JobUrl(id), .body = R"({"requestedState":"JOB_STATE_CANCELLED"})"});
}

std::string DataflowClient::ConsoleUrl(const std::string& id) const {
  return "https://console.cloud.google.com/dataflow/jobs/" + place_.region + "/" + id + "?project=" + place_.project;
}

std::string DataflowClient::LogsUrl(const std::string& id) const {
  return "https://console.cloud.google.com/logs/viewer?project=" + place_.project
      + "&resource=dataflow_step%2Fjob_id%2F" + id;
}

}  // namespace beam
