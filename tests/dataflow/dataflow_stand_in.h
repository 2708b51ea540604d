// A stand-in for Google Cloud in these tests, on the loopback: the endpoint that gives tokens, Cloud Storage, and
// Dataflow's REST interface. It is not Dataflow: it refuses requests that do not agree with what was staged, and then a
// job is what the test made for it.
#pragma once

#include <org/apache/beam/model/pipeline/v1/beam_runner_api.pb.h>

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "beam/io/test_http_server.h"
#include "tests/dataflow/token_stand_in.h"
#include "tests/storage/gcs_stand_in.h"

namespace beam::testing_dataflow {

using testing_storage::GcsStandIn;
using testing_storage::Target;
using testing_storage::UploadTrouble;

struct StandInMessage {
  std::string id;
  std::string time;        // they are in order of it
  std::string importance;  // "JOB_MESSAGE_..."; "autoscaling": an event of that
  std::string text;
};

// What runs, or seems to. Called with no lock held, by one thread at a time.
class StandInJob {
 public:
  virtual ~StandInJob() = default;
  virtual std::string State() = 0;                     // JOB_STATE_...
  virtual std::vector<StandInMessage> Messages() = 0;  // all until now
  virtual Json Metrics() { return Json::array(); }
  virtual void Cancel() = 0;
};

// What was asked for and agrees with what was staged.
struct StandInRequest {
  Json job;
  org::apache::beam::model::pipeline::v1::Pipeline pipeline;
};

class DataflowStandIn {
 public:
  using MakeJob = std::function<std::unique_ptr<StandInJob>(const StandInRequest& request, GcsStandIn& storage)>;

  explicit DataflowStandIn(MakeJob make_job);

  GcsStandIn& storage() { return storage_; }
  std::string url() const { return server_.url(); }

  // The flags of a launch that comes here; $GOOGLE_APPLICATION_CREDENTIALS and $STORAGE_EMULATOR_HOST are set for it.
  std::vector<std::string> Flags(const std::string& job_name) const;
  TokenStandIn& tokens() { return tokens_; }

  // Who has asked Dataflow since the last call, each once, with the project whose quota that is to count against.
  std::set<std::pair<std::string, std::string>> TakeAskers();

  // Answers the next requests to make a job with the job of this client request.
  void AnswerAs(const std::string& client_request_id);

  // The answer to the next request that makes a job is lost.
  void LoseAnAnswer();

  // What was asked of Dataflow, as "POST jobs", "GET job", "PUT job BODY", "GET messages", "GET metrics".
  std::vector<std::string> asked() const;
  // The requests that made jobs, in order.
  std::vector<Json> created() const;

 private:
  struct Made {
    std::string name;
    std::string client_request_id;
    std::unique_ptr<StandInJob> job;
    bool ended = false;
  };

  Reply Answer(const Request& request);
  Reply Create(const Request& request);
  Reply List(const Target& target) const;
  Reply OfJob(const Request& request, const Target& target);
  static Reply Messages(StandInJob& job, const Target& target);
  // What does not agree: a sentence, or nothing.
  std::string Disagreement(const Json& job, org::apache::beam::model::pipeline::v1::Pipeline& pipeline) const;

  const MakeJob make_job_;
  GcsStandIn storage_;
  TokenStandIn tokens_;
  mutable std::mutex mutex_;  // what is below, and the jobs
  std::set<std::pair<std::string, std::string>> askers_;
  std::string answer_as_;
  bool loses_an_answer_ = false;
  std::vector<std::string> asked_;
  std::vector<Json> created_;
  std::map<std::string, Made> jobs_;  // by id
  testing_http::TestHttpServer server_;
};

}  // namespace beam::testing_dataflow
