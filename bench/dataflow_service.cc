// dataflow_service CREDENTIALS: the stand-in for Google Cloud of tests/dataflow, whose jobs are done as soon as they
// are made. Writes a file of credentials for it, prints its URL, then, for each line of its standard input, how many
// programs were uploaded so far. It ends with its input.
#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "tests/dataflow/dataflow_stand_in.h"

namespace {

using namespace beam::testing_dataflow;  // NOLINT(google-build-using-namespace)

struct DoneJob final : StandInJob {
  std::string State() override { return "JOB_STATE_DONE"; }
  std::vector<StandInMessage> Messages() override { return {}; }
  void Cancel() override {}
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("usage: dataflow_service CREDENTIALS\n", stderr);
    return 2;
  }
  DataflowStandIn google([](const StandInRequest&, GcsStandIn&) { return std::make_unique<DoneJob>(); });
  std::ofstream(argv[1]) << TokenStandIn::User(google.url()).dump();
  std::cout << google.url() << std::endl;
  for (std::string line; std::getline(std::cin, line);) {
    const std::vector<std::string> uploaded = google.storage().Uploaded();
    std::cout << std::count_if(uploaded.begin(), uploaded.end(), [](const std::string& name) {
      return name.ends_with("/worker");
    }) << std::endl;
  }
}
