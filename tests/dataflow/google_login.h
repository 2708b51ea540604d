// The environment of a program that finds Google on the stand-in, and that its credentials are a file.
#pragma once

#include <stdlib.h>

#include <string>

#include "beam/io/test_files.h"
#include "tests/dataflow/dataflow_stand_in.h"

namespace beam::testing_dataflow {

class GoogleLogin {
 public:
  // As a user of the stand-in.
  explicit GoogleLogin(const DataflowStandIn& google) {
    Set("STORAGE_EMULATOR_HOST", google.url());
    Use(TokenStandIn::User(google.url()));
  }
  ~GoogleLogin() {
    for (const char* const name : {"STORAGE_EMULATOR_HOST", "GOOGLE_APPLICATION_CREDENTIALS"}) ::unsetenv(name);
  }
  GoogleLogin(const GoogleLogin&) = delete;
  GoogleLogin& operator=(const GoogleLogin&) = delete;

  // Takes these credentials instead.
  void Use(const Json& credentials) {
    folder_.File("credentials.json", credentials.dump());
    Set("GOOGLE_APPLICATION_CREDENTIALS", folder_ / "credentials.json");
  }

 private:
  static void Set(const char* name, const std::string& value) { ::setenv(name, value.c_str(), 1); }

  testing_files::TestFolder folder_;
};

}  // namespace beam::testing_dataflow
